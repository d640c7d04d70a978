#include "tomosweep/kernels/deflate.hpp"

#include <libdeflate.h>

#include <atomic>
#include <exception>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// Level 6 takes twice as long for 1 % less.
constexpr int level = 1;

template <std::size_t Size>
void shuffle(const std::byte* from, std::size_t values, std::byte* to) {
    for (std::size_t byte = 0; byte < Size; ++byte)
        for (std::size_t i = 0; i < values; ++i)
            to[byte * values + i] = from[i * Size + byte];
}

template <std::size_t Size>
void unshuffle(const std::byte* from, std::size_t values, std::byte* to) {
    for (std::size_t i = 0; i < values; ++i)
        for (std::size_t byte = 0; byte < Size; ++byte)
            to[i * Size + byte] = from[byte * values + i];
}

/// The shuffled or unshuffled form for values of 2, 4 or 8 bytes; a constant size makes the loops vectors.
void reordered(bool back, const std::byte* from, std::size_t values, std::size_t value_bytes, std::byte* to) {
    require(value_bytes == 2 || value_bytes == 4 || value_bytes == 8, "values of 1, 2, 4 or 8 bytes are shuffled");
    if (value_bytes == 2)
        back ? unshuffle<2>(from, values, to) : shuffle<2>(from, values, to);
    else if (value_bytes == 4)
        back ? unshuffle<4>(from, values, to) : shuffle<4>(from, values, to);
    else
        back ? unshuffle<8>(from, values, to) : shuffle<8>(from, values, to);
}

/// Fletcher-32 of the bytes as HDF5's filter of that name has it: over big-endian 16-bit words, an odd last byte filled
/// up with 0, sums modulo 2^16 - 1 with 0xFFFF for 0.
std::uint32_t fletcher32(std::span<const std::byte> bytes) {
    constexpr std::size_t words_without_overflow = 360;
    const auto folded = [](std::uint32_t sum) { return (sum & 0xFFFFU) + (sum >> 16U); };
    std::uint32_t low = 0, high = 0;
    const std::size_t words = (bytes.size() + 1) / 2;
    for (std::size_t word = 0; word < words; ++word) {
        const auto first = std::to_integer<std::uint32_t>(bytes[2 * word]);
        const auto second = 2 * word + 1 < bytes.size() ? std::to_integer<std::uint32_t>(bytes[2 * word + 1]) : 0U;
        low += first << 8U | second;
        high += low;
        if (word % words_without_overflow == words_without_overflow - 1) {
            low = folded(low);
            high = folded(high);
        }
    }
    return folded(folded(high)) << 16U | folded(folded(low));
}

void append_checksum(std::vector<std::byte>& packed) {
    const std::uint32_t sum = fletcher32(packed);
    for (const unsigned shift : {0U, 8U, 16U, 24U})
        packed.push_back(static_cast<std::byte>(sum >> shift & 0xFFU));
}

}  // namespace

chunk_packer::chunk_packer()
    : compressor_(libdeflate_alloc_compressor(level)), decompressor_(libdeflate_alloc_decompressor()) {
    if (!compressor_ || !decompressor_)
        throw resource_error("memory", "no memory to compress chunks with");
}

chunk_packer::chunk_packer(chunk_packer&&) noexcept = default;
chunk_packer::~chunk_packer() = default;

void chunk_packer::closer::operator()(libdeflate_compressor* held) const {
    libdeflate_free_compressor(held);
}
void chunk_packer::closer::operator()(libdeflate_decompressor* held) const {
    libdeflate_free_decompressor(held);
}

std::vector<std::byte> chunk_packer::pack(std::span<const std::byte> values, const extent3& extent,
                                          std::size_t value_bytes) {
    require(values.size() == static_cast<std::size_t>(voxel_count(extent)) * value_bytes, "a chunk has all its values");
    if (value_bytes > 1) {
        shuffled_.resize(values.size());
        reordered(false, values.data(), values.size() / value_bytes, value_bytes, shuffled_.data());
        values = shuffled_;
    }
    const auto row = static_cast<std::size_t>(extent.x), layer = static_cast<std::size_t>(extent.y * extent.x);
    // Copies, since many of them wait for their place in the file.
    if (const auto packed = repeats_.pack(values, value_bytes, row, layer); !packed.empty())
        return {packed.begin(), packed.end()};
    packed_.resize(libdeflate_zlib_compress_bound(compressor_.get(), values.size()));
    const std::size_t bytes =
        libdeflate_zlib_compress(compressor_.get(), values.data(), values.size(), packed_.data(), packed_.size());
    require(bytes > 0, "a chunk of voxels can be compressed");
    return {packed_.begin(), packed_.begin() + static_cast<std::ptrdiff_t>(bytes)};
}

bool chunk_packer::unpack(std::span<const std::byte> packed, std::size_t value_bytes, bool shuffled,
                          std::span<std::byte> values) {
    const bool reorder = shuffled && value_bytes > 1;
    if (reorder)
        shuffled_.resize(values.size());
    std::byte* const to = reorder ? shuffled_.data() : values.data();
    if (libdeflate_zlib_decompress(decompressor_.get(), packed.data(), packed.size(), to, values.size(), nullptr) !=
        LIBDEFLATE_SUCCESS)
        return false;
    if (reorder)
        reordered(true, to, values.size() / value_bytes, value_bytes, values.data());
    return true;
}

std::vector<std::vector<std::byte>> packed_chunks(index_t chunks, const extent3& extent, std::size_t value_bytes,
                                                  const std::function<void(index_t, std::byte*)>& fill) {
    std::vector<std::vector<std::byte>> packed(static_cast<std::size_t>(chunks));
    std::atomic<bool> failed{false};
    std::exception_ptr failure;
#pragma omp parallel
    {
        std::unique_ptr<chunk_packer> packer;
        std::vector<std::byte> values;
#pragma omp for schedule(dynamic)
        for (index_t i = 0; i < chunks; ++i)
            try {
                if (failed)
                    continue;
                if (packer == nullptr) {
                    packer = std::make_unique<chunk_packer>();
                    values.resize(static_cast<std::size_t>(voxel_count(extent)) * value_bytes);
                }
                fill(i, values.data());
                packed[static_cast<std::size_t>(i)] = packer->pack(values, extent, value_bytes);
                append_checksum(packed[static_cast<std::size_t>(i)]);
            } catch (...) {
                if (!failed.exchange(true))
                    failure = std::current_exception();
            }
    }
    if (failure)
        std::rethrow_exception(failure);
    return packed;
}

}  // namespace tomosweep
