#include "tomosweep/kernels/voxel_hash.hpp"

#include <bit>
#include <type_traits>
#include <variant>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

std::uint64_t mix(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31);
}

template <class T>
std::uint64_t bits_of(T value) {
    if constexpr (std::is_same_v<T, float>)
        return std::bit_cast<std::uint32_t>(value);
    else
        return static_cast<std::make_unsigned_t<T>>(value);
}

template <class T>
std::uint64_t row_hash(const T* row, index_t count, std::uint64_t key) {
    std::uint64_t sum = 0;
    for (index_t x = 0; x < count; ++x)
        sum += mix(key + (static_cast<std::uint64_t>(x) << 32) + bits_of(row[x]));
    return sum;
}

}  // namespace

std::uint64_t voxel_hash(const grey_volume& grey, const box3& box, const box3& part) {
    if (part.empty())
        return 0;
    require(intersection(part, box) == part, "the voxels to hash were read");
    return std::visit(
        [&](const auto& voxels) {
            const extent3 extent = part.extent();
            const index3 shift = part.lo - box.lo;
            std::uint64_t sum = 0;
#pragma omp parallel for collapse(2) schedule(static) reduction(+ : sum)
            for (index_t z = 0; z < extent.z; ++z)
                for (index_t y = 0; y < extent.y; ++y) {
                    const std::uint64_t key = mix((static_cast<std::uint64_t>(part.lo.z + z) << 32) +
                                                  static_cast<std::uint64_t>(part.lo.y + y)) +
                                              (static_cast<std::uint64_t>(part.lo.x) << 32);
                    sum += row_hash(&voxels(shift.z + z, shift.y + y, shift.x), extent.x, key);
                }
            return sum;
        },
        grey);
}

}  // namespace tomosweep
