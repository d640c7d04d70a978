#include "tomosweep/kernels/voxel_hash.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tomosweep::voxel_hash_test {
namespace {

constexpr extent3 extent{5, 7, 13};

template <class T>
grey_volume random_volume(unsigned seed) {
    std::mt19937 numbers(seed);
    array3<T> volume(extent);
    for (T& voxel : volume.values())
        voxel = static_cast<T>(numbers() % 251);
    return volume;
}

/// By the definition, voxel by voxel.
std::uint64_t mixed(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31);
}

TEST(voxel_hash, follows_its_definition) {
    array3<std::int16_t> volume({2, 2, 3});
    std::int16_t value = -3;
    for (std::int16_t& voxel : volume.values())
        voxel = value++;
    std::uint64_t expected = 0;
    for (std::uint64_t z = 0; z < 2; ++z)
        for (std::uint64_t y = 0; y < 2; ++y)
            for (std::uint64_t x = 0; x < 3; ++x) {
                const auto bits = static_cast<std::uint16_t>(-3 + static_cast<int>(6 * z + 3 * y + x));
                expected += mixed(mixed(((z + 10) << 32) + y + 20) + ((x + 30) << 32) + bits);
            }
    const box3 box{{10, 20, 30}, {12, 22, 33}};
    EXPECT_EQ(voxel_hash(grey_volume(std::move(volume)), box, box), expected);
}

TEST(voxel_hash, of_parts_adds_up_to_that_of_the_whole_however_it_is_cut) {
    const box3 whole_box = whole(extent);
    for (const grey_volume& grey : {random_volume<std::uint8_t>(1), random_volume<std::uint16_t>(2),
                                    random_volume<std::int16_t>(3), random_volume<float>(4)}) {
        const std::uint64_t expected = voxel_hash(grey, whole_box, whole_box);
        for (const index3 cut : {index3{1, 3, 6}, index3{0, 7, 1}, index3{4, 1, 12}}) {
            std::uint64_t sum = 0;
            for (const auto& [z0, z1] : {std::pair{index_t{0}, cut.z}, std::pair{cut.z, extent.z}})
                for (const auto& [y0, y1] : {std::pair{index_t{0}, cut.y}, std::pair{cut.y, extent.y}})
                    for (const auto& [x0, x1] : {std::pair{index_t{0}, cut.x}, std::pair{cut.x, extent.x}})
                        sum += voxel_hash(grey, whole_box, {{z0, y0, x0}, {z1, y1, x1}});
            EXPECT_EQ(sum, expected);
        }
    }
}

TEST(voxel_hash, sees_every_single_change_and_every_swap) {
    const box3 whole_box = whole(extent);
    grey_volume grey = random_volume<std::uint8_t>(5);
    const std::uint64_t before = voxel_hash(grey, whole_box, whole_box);
    auto voxels = std::get<array3<std::uint8_t>>(grey).values();
    for (std::size_t i = 0; i + 1 < voxels.size(); ++i) {
        voxels[i] ^= 1U;
        EXPECT_NE(voxel_hash(grey, whole_box, whole_box), before);
        voxels[i] ^= 1U;
        if (voxels[i] == voxels[i + 1])
            continue;
        std::swap(voxels[i], voxels[i + 1]);
        EXPECT_NE(voxel_hash(grey, whole_box, whole_box), before);
        std::swap(voxels[i], voxels[i + 1]);
    }
    EXPECT_EQ(voxel_hash(grey, whole_box, whole_box), before);
}

}  // namespace
}  // namespace tomosweep::voxel_hash_test
