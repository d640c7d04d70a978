#include "tomosweep/kernels/layer_thickness.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include "oracle/thickness.hpp"
#include "support/phase_volumes.hpp"

namespace tomosweep::layer_thickness_test {
namespace {

TEST(layer_thickness, equals_the_largest_covering_disk_of_every_layer_for_any_number_of_threads) {
    auto volumes = support::small_volumes();
    volumes.push_back(support::blobs({5, 60, 90}, 30, 16, 41));
    volumes.push_back(support::one_background_voxel({3, 20, 280}, {1, 19, 0}));
    const int usual = omp_get_max_threads();
    for (const support::named_volume& volume : volumes) {
        SCOPED_TRACE(volume.name);
        const thickness_table expected = oracle::thickness_in_layers(volume.classes.view(), 1);
        for (const int threads : {1, 2, 5}) {
            omp_set_num_threads(threads);
            EXPECT_EQ(thickness_in_layers(volume.classes.view(), 1), expected) << threads << " threads";
        }
        omp_set_num_threads(usual);
    }
}

TEST(layer_thickness, a_stripe_reads_its_inner_width_however_deep_it_is) {
    // Five rows between background, two layers of them; the third layer has no background at all.
    array3<class_t> classes({3, 9, 20}, class_background);
    for (index_t z = 0; z < 2; ++z)
        std::fill_n(classes.view().row(z, 2), 5 * 20, class_t{0});
    std::fill_n(classes.view().row(2, 0), 9 * 20, class_t{0});
    EXPECT_EQ(thickness_in_layers(classes.view(), 0), (thickness_table{{9, 0, 200}, {unbounded_sq, 0, 180}}));
}

}  // namespace
}  // namespace tomosweep::layer_thickness_test
