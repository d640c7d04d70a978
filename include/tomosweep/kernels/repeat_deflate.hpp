#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tomosweep {

/// Writes zlib streams (RFC 1950 and 1951) of voxels that repeat the voxel, the row or the layer before them most of
/// the time, as masks, labels and widths do. It looks for repeats nowhere else, and so need not keep what was where.
/// Holds what one thread works with.
class repeat_deflater {
public:
    /// The stream of `planes` planes of bytes of equal size, whose rows are `row` bytes apart and whose layers `layer`
    /// bytes; each plane is one block with a prefix code of its own. Empty when fewer than about 4 bytes are repeated
    /// at a time: then a general compressor is no slower. Valid until the next call; the same bytes on every machine.
    /// Local; 2.5 bytes per byte.
    std::span<const std::byte> pack(std::span<const std::byte> bytes, std::size_t planes, std::size_t row,
                                    std::size_t layer);

private:
    struct token {
        std::uint16_t length = 0;  ///< of a repeat; 0 for a byte as it is
        std::uint16_t value = 0;   ///< that byte, or which distance
    };
    struct block_codes;
    struct bit_writer {
        std::byte* to = nullptr;
        std::uint64_t waiting = 0;
        unsigned waiting_bits = 0;  ///< fewer than 8 between calls

        void put(std::uint64_t value, unsigned bits);
    };

    bool split(std::span<const std::byte> bytes, std::size_t begin, std::size_t end);
    void put_block(bool last);
    void put_lengths(std::span<const std::uint8_t> literal, std::span<const std::uint8_t> distance);
    void put_tokens(const block_codes& codes);

    std::array<std::size_t, 3> distances_{};
    std::vector<token> tokens_;  ///< of one plane
    std::size_t tokens_before_ = 0;
    std::vector<std::byte> stream_;
    bit_writer writer_;
};

}  // namespace tomosweep
