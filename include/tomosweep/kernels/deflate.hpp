#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "tomosweep/core/index.hpp"
#include "tomosweep/kernels/repeat_deflate.hpp"

struct libdeflate_compressor;
struct libdeflate_decompressor;

namespace tomosweep {

/// Bytes of values as HDF5 stores chunks behind its filters shuffle and deflate: first the lowest bytes of all values,
/// then the next ones ..., as a zlib stream. Holds what one thread works with. Local; throws resource_error.
class chunk_packer {
public:
    chunk_packer();
    chunk_packer(chunk_packer&&) noexcept;
    ~chunk_packer();

    /// The packed form of the values of `extent`, of `value_bytes` each; by repeat_deflater, or by libdeflate where
    /// little repeats. Exact inverse of unpack(); the same bytes on every machine with the same libdeflate.
    std::vector<std::byte> pack(std::span<const std::byte> values, const extent3& extent, std::size_t value_bytes);

    /// Fills `values` from its packed form; false when `packed` is damaged or holds another number of bytes. Without
    /// `shuffled` the stream holds the values as they are.
    bool unpack(std::span<const std::byte> packed, std::size_t value_bytes, bool shuffled, std::span<std::byte> values);

private:
    struct closer {
        void operator()(libdeflate_compressor* held) const;
        void operator()(libdeflate_decompressor* held) const;
    };

    std::unique_ptr<libdeflate_compressor, closer> compressor_;
    std::unique_ptr<libdeflate_decompressor, closer> decompressor_;
    repeat_deflater repeats_;
    std::vector<std::byte> shuffled_, packed_;
};

/// Packs `chunks` chunks of `extent` values each on all threads, each followed by four bytes of checksum as HDF5's
/// filter fletcher32 puts them there. fill(i, to) writes all values of chunk i; it is called once per chunk, by several
/// threads at a time. What it throws arrives here. Local; besides the result two or three chunks per thread.
std::vector<std::vector<std::byte>> packed_chunks(index_t chunks, const extent3& extent, std::size_t value_bytes,
                                                  const std::function<void(index_t, std::byte*)>& fill);

}  // namespace tomosweep
