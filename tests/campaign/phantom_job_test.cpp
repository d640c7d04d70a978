#include "tomosweep/campaign/phantom_job.hpp"

#include <gtest/gtest.h>

#include "tomosweep/core/error.hpp"

namespace tomosweep::phantom_job_test {
namespace {

const std::string job_text = R"(campaign: c   # a comment
defaults:
  voxel_size_um: 0.65
  source: {type: phantom, shape: [4, 5, 6], noise_sigma: 0.1}
scans:
- {id: a, sample: s, cycle: 1, source: {seed: 3, stack: {separator: {height: 3.5, tilt: [0.1, -0.2],
   bow: 0.5}, fibres: 2, bubbles: 3}, shell_thickness: 1.5}}
- {id: b, region: {z: [0, 2], mask: {type: tiff, path: roi.tif}}}
- {id: c, time_h: 1.5, source: {type: vol, path: c.vol}}
phases: [{name: crack, where: below, threshold: {values: [80, 90]}}]
depth: {bins: 3}
)";

std::vector<source_spec> written_sources(const job_spec& job) {
    return {raw_source{"a.raw", {4, 5, 6}, dtype::uint8, byte_order::little, 0}, tiff_source{"b/*.tif"},
            job.scans[2].source};
}

TEST(phantom_job, every_scan_gets_its_written_source_and_all_else_is_kept) {
    const job_spec job = parse_job(job_text, "/data/job.yaml");
    const job_spec written = parse_job(job_with_sources(job, written_sources(job)), "/results/job.yaml");
    ASSERT_EQ(written.scans.size(), 3U);
    const auto& raw = std::get<raw_source>(written.scans[0].source);
    EXPECT_EQ(raw.path, "/results/a.raw");
    EXPECT_EQ(raw.shape, (extent3{4, 5, 6}));
    EXPECT_EQ(std::get<tiff_source>(written.scans[1].source).path, "/results/b/*.tif");
    EXPECT_EQ(std::get<vol_source>(written.scans[2].source).path, "/data/c.vol");
    EXPECT_EQ(written.campaign, "c");
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(written.scans[i].id, job.scans[i].id);
        EXPECT_EQ(written.scans[i].sample, job.scans[i].sample);
        EXPECT_EQ(written.scans[i].cycle, job.scans[i].cycle);
        EXPECT_EQ(written.scans[i].time_h, job.scans[i].time_h);
        EXPECT_EQ(written.scans[i].voxel_size_um, 0.65);
        EXPECT_EQ(written.scans[i].region.box.box, job.scans[i].region.box.box);
    }
    EXPECT_TRUE(written.grouped_phases);
    EXPECT_EQ(std::get<absolute_thresholds>(*written.phases[0].threshold).high, (std::vector<double>{80, 90}));
    EXPECT_EQ(written.depth.bins, 3);
}

TEST(phantom_job, masks_are_found_from_the_new_folder) {
    const job_spec job = parse_job(job_text, "/data/job.yaml");
    const job_spec written = parse_job(job_with_sources(job, written_sources(job)), "/results/job.yaml");
    EXPECT_EQ(std::get<tiff_source>(written.scans[1].region.mask->source).path, "/data/roi.tif");
}

TEST(phantom_job, phantoms_and_hdf5_survive_a_round_trip) {
    const job_spec job = parse_job(job_text, "/data/job.yaml");
    const auto same =
        parse_job(job_with_sources(job, {job.scans[0].source, job.scans[1].source, hdf5_source{"c.h5", "/entry/data"}}),
                  "/data/again.yaml");
    EXPECT_EQ(std::get<phantom_source>(same.scans[0].source), std::get<phantom_source>(job.scans[0].source));
    EXPECT_EQ(std::get<phantom_source>(same.scans[1].source), std::get<phantom_source>(job.scans[1].source));
    EXPECT_EQ(std::get<hdf5_source>(same.scans[2].source).dataset, "/entry/data");
}

TEST(phantom_job, every_key_of_a_phantom_is_read_and_written_again) {
    const job_spec job = parse_job(R"(scans:
- {id: a, voxel_size_um: 1, source: {type: phantom, shape: [30, 40, 50], islet_diameter: 16, crack_width_collector: 2,
   crack_width_separator: 5, cracked_share: 0.9, fine_crack_width: 1.5, fine_crack_share: 0.4, pores: 2, pore_radius: 2.5,
   solid_grey: 160, crack_grey: 50, shell_thickness: 1.25, shell_grey: 100, blur_sigma: 0.5, noise_sigma: 4.5,
   ring_count: 3, ring_amplitude: 8, ring_width: 6, ring_center: [20, 21], seed: 7,
   stack: {collector: {height: 5, tilt: [0.01, 0.02], bow: 0.75}, separator: {height: 25, tilt: [-1, -2], bow: 9},
   collector_grey: 220, electrolyte_grey: 55, fibres: 12, fibre_radius: 11, fibre_grey: 180, bubbles: 1,
   bubble_radius: 13, bubble_grey: 25}}}
)",
                                   "/data/job.yaml");
    const phantom_stack stack{{5, 0.01, 0.02, 0.75}, {25, -1, -2, 9}, 220, 55, 12, 11, 180, 1, 13, 25};
    const phantom_source expected{
        {30, 40, 50},           16, 2,    5, 0.9, 1.5, 0.4, 2, 2.5, 160, 50, 1.25, 100, 0.5, 4.5, 3, 8, 6,
        std::array{20.0, 21.0}, 7,  stack};
    EXPECT_EQ(std::get<phantom_source>(job.scans[0].source), expected);
    const job_spec again = parse_job(job_with_sources(job, {expected}), "/data/again.yaml");
    EXPECT_EQ(std::get<phantom_source>(again.scans[0].source), expected);
}

TEST(phantom_job, the_original_job_is_left_alone) {
    const job_spec job = parse_job(job_text, "/data/job.yaml");
    job_with_sources(job, written_sources(job));
    EXPECT_EQ(job.text, job_text);
    EXPECT_THROW(job_with_sources(job, {}), internal_error);
}

}  // namespace
}  // namespace tomosweep::phantom_job_test
