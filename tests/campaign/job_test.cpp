#include "tomosweep/campaign/job.hpp"

#include <gtest/gtest.h>

#include "campaign/expected_problem.hpp"

namespace tomosweep::job_test {
namespace {

using test::has;
using test::has_only;
using test::problems_of;

const std::string path = "/data/job.yaml";

std::vector<problem> wrong(const std::string& text) {
    return problems_of([&] { parse_job(text, path); });
}

/// A job with one good scan, whose lines start on line 2, and `more` after it.
std::string job_of(const std::string& more) {
    return "scans:\n- {id: a, voxel_size_um: 1, source: {type: phantom}}\n" + more;
}
/// A job with one scan of id, source, and the lines `more`, which start on line 3.
std::string scan_of(const std::string& more) {
    return "scans:\n- {id: a, source: {type: phantom},\n" + more + "}\n";
}

TEST(job, golden_job_is_read_in_full) {
    const job_spec job = parse_job(R"(campaign: si-anode-demo
scans:
  - id: ref-c01
    sample: reference
    cycle: 1
    step: delithiation
    capacity_mAh_per_g: 2238
    time_h: 16.0
    voxel_size_um: 0.16
    source: {type: raw, path: ref_c01.raw, shape: [938, 2606, 2607], dtype: uint16, byte_order: big, offset: 512}
    region: {z: [3, 900], cylinder: {axis: y, center: [10, 20.5], radius: 30}, mask: {type: tiff, path: ../roi.tif}}
preprocess: {gaussian_sigma: 0.5, median_radius: 1, binning: 2}
phase: {name: crack, where: above, threshold: {values: [90, 80]}}
depth: {axis: x, from: separator, bins: 12}
width: {bin_um: 0.5, bins: 7}
)",
                                   path);
    EXPECT_EQ(job.campaign, "si-anode-demo");
    ASSERT_EQ(job.scans.size(), 1U);
    const scan_spec& scan = job.scans[0];
    EXPECT_EQ(scan.id, "ref-c01");
    EXPECT_EQ(scan.sample, "reference");
    EXPECT_EQ(scan.cycle, 1);
    EXPECT_EQ(scan.step, "delithiation");
    EXPECT_EQ(scan.capacity_mAh_per_g, 2238);
    EXPECT_EQ(scan.time_h, 16);
    EXPECT_EQ(scan.voxel_size_um, 0.16);
    EXPECT_EQ(scan.line, 3);
    const auto& raw = std::get<raw_source>(scan.source);
    EXPECT_EQ(raw.path, "/data/ref_c01.raw");
    EXPECT_EQ(raw.shape, (extent3{938, 2606, 2607}));
    EXPECT_EQ(raw.type, dtype::uint16);
    EXPECT_EQ(raw.order, byte_order::big);
    EXPECT_EQ(raw.offset, 512);
    EXPECT_EQ(scan.region.box.box, (box3{{3, 0, 0}, {900, -1, -1}}));
    ASSERT_TRUE(scan.region.cylinder && scan.region.mask);
    EXPECT_EQ(scan.region.cylinder->direction, axis::y);
    EXPECT_EQ(scan.region.cylinder->center[1], 20.5);
    EXPECT_EQ(scan.region.cylinder->radius, 30);
    EXPECT_EQ(std::get<tiff_source>(scan.region.mask->source).path, "/roi.tif");
    EXPECT_EQ(scan.preprocess, (preprocess_spec{.median_radius = 1, .gaussian_sigma = 0.5, .binning = 2}));
    ASSERT_EQ(job.phases.size(), 1U);
    EXPECT_FALSE(job.grouped_phases);
    EXPECT_EQ(job.phases[0].name, "crack");
    EXPECT_EQ(job.phases[0].where, phase_side::above);
    EXPECT_EQ(std::get<absolute_thresholds>(*job.phases[0].threshold).high, (std::vector<double>{80, 90}));
    EXPECT_EQ(job.depth.direction, axis::x);
    EXPECT_TRUE(job.depth.from_separator);
    EXPECT_EQ(job.depth.bins, 12);
    EXPECT_EQ(job.width.bin_um, 0.5);
    EXPECT_EQ(job.width.bins, 7);
}

TEST(job, every_type_of_source_is_read) {
    const job_spec job = parse_job(R"(scans:
- {id: a, voxel_size_um: 1, source: {type: tiff, path: "s/*.tif"}}
- {id: b, voxel_size_um: 1, source: {type: hdf5, path: /abs/s.h5, dataset: /entry/data}}
- {id: c, voxel_size_um: 1, source: {type: vol, path: s.vol}}
- {id: d, voxel_size_um: 1, source: {type: phantom, shape: [4, 5, 6], cracked_share: 0.5, pores: 3, seed: 9}}
)",
                                   path);
    EXPECT_EQ(std::get<tiff_source>(job.scans[0].source).path, "/data/s/*.tif");
    EXPECT_EQ(std::get<hdf5_source>(job.scans[1].source).path, "/abs/s.h5");
    EXPECT_EQ(std::get<hdf5_source>(job.scans[1].source).dataset, "/entry/data");
    EXPECT_EQ(std::get<vol_source>(job.scans[2].source).path, "/data/s.vol");
    const auto& phantom = std::get<phantom_source>(job.scans[3].source);
    phantom_source expected;
    expected.shape = {4, 5, 6};
    expected.cracked_share = 0.5;
    expected.pores = 3;
    expected.seed = 9;
    EXPECT_EQ(phantom, expected);
}

TEST(job, what_a_scan_leaves_out_comes_from_the_defaults_key_by_key) {
    const job_spec job = parse_job(R"(defaults:
  voxel_size_um: 0.5
  sample: s
  source: {type: raw, shape: [1, 2, 3], dtype: float32}
  region: {z: [0, 5], y: [1, 6]}
  preprocess: {median_radius: 2, binning: 4}
scans:
- {id: a, source: {path: a.raw}, region: {z: [2, 3]}, preprocess: {binning: 1}}
- {id: b, voxel_size_um: 2, sample: t, source: {type: tiff, path: b.tif}}
)",
                                   path);
    const scan_spec& a = job.scans[0];
    EXPECT_EQ(a.voxel_size_um, 0.5);
    EXPECT_EQ(a.sample, "s");
    EXPECT_EQ(std::get<raw_source>(a.source).shape, (extent3{1, 2, 3}));
    EXPECT_EQ(std::get<raw_source>(a.source).path, "/data/a.raw");
    EXPECT_EQ(a.region.box.box, (box3{{2, 1, 0}, {3, 6, -1}}));
    EXPECT_EQ(a.preprocess, (preprocess_spec{.median_radius = 2, .binning = 1}));
    const scan_spec& b = job.scans[1];
    EXPECT_EQ(b.voxel_size_um, 2);
    EXPECT_EQ(b.sample, "t");
    EXPECT_EQ(std::get<tiff_source>(b.source).path, "/data/b.tif") << "a source of another type takes no defaults";
    EXPECT_EQ(b.preprocess.binning, 4);
}

TEST(job, changes_of_grey_levels_are_merged_key_by_key) {
    const job_spec job = parse_job(R"(defaults:
  voxel_size_um: 1
  source: {type: phantom}
  preprocess:
    rings: {center: [10, 20.5], median_radius: 9}
    normalise: {dark: {z: [0, 2]}, bright: {x: [3, 4]}, reference: a}
    grey_window: {percentiles: [0.5, 99], scope: sample, bits: 16}
scans:
- {id: a}
- {id: b, preprocess: {rings: {axis: y, largest: 7}, normalise: {dark: {z: [5, 6]}}}}
)",
                                   path);
    const grey_spec &a = job.scans[0].grey, &b = job.scans[1].grey;
    EXPECT_EQ(*a.rings, (ring_spec{axis::z, {10, 20.5}, 9, {}}));
    EXPECT_EQ(*b.rings, (ring_spec{axis::y, {10, 20.5}, 9, 7.0}));
    EXPECT_EQ(b.normalise->materials[0].box, (box3{{5, 0, 0}, {6, -1, -1}}));
    EXPECT_EQ(b.normalise->materials[1].box, (box3{{0, 0, 3}, {-1, -1, 4}}));
    EXPECT_EQ(b.normalise->reference, "a");
    EXPECT_EQ(*a.window->percentiles, (std::array{0.5, 99.0}));
    EXPECT_EQ(a.window->scope, rule_scope::sample);
    EXPECT_EQ(a.window->bits, 16);
    EXPECT_FALSE(a.window->range || a.normalise->line) << "known only when scans have been read";
}

TEST(job, region_and_preprocess_of_the_whole_job_reach_every_scan) {
    const job_spec job = parse_job(job_of("region: {x: [1, 2]}\npreprocess: {binning: 3}\n"), path);
    EXPECT_EQ(job.scans[0].region.box.box, (box3{{0, 0, 1}, {-1, -1, 2}}));
    EXPECT_EQ(job.scans[0].preprocess.binning, 3);
    EXPECT_TRUE(has_only(wrong(job_of("region: {x: [1, 2]}\ndefaults: {region: {x: [1, 3]}}\n")), 3, "region",
                         "one of the two places"));
}

TEST(job, defaults_hold_when_keys_are_left_out) {
    const job_spec job = parse_job(job_of(""), path);
    EXPECT_EQ(job.campaign, "job");
    ASSERT_EQ(job.phases.size(), 1U);
    EXPECT_EQ(job.phases[0].where, phase_side::below);
    EXPECT_EQ(job.depth.bins, 32);
    EXPECT_FALSE(job.scans[0].cycle.has_value());
}

TEST(job, several_phases_are_grouped) {
    const job_spec job = parse_job(job_of("phases: [{name: a}, {name: b, where: between}]\n"), path);
    EXPECT_TRUE(job.grouped_phases);
    ASSERT_EQ(job.phases.size(), 2U);
    EXPECT_EQ(job.phases[1].where, phase_side::between);
}

TEST(job, all_problems_are_reported_at_once) {
    const auto problems = wrong("scans:\n- {id: a, voxel_size_um: -1, source: {type: phantom}, cycle: x}\nphas: 1\n");
    EXPECT_EQ(problems.size(), 3U);
    EXPECT_TRUE(has(problems, 2, "scans[0].voxel_size_um", "found '-1'; accepted: a number from 1e-06 to 1000000"));
    EXPECT_TRUE(has(problems, 2, "scans[0].cycle", "found 'x'; accepted: a whole number >= 0"));
    EXPECT_TRUE(has(problems, 3, "phas", "did you mean 'phase'?"));
}

TEST(job, unknown_keys_of_every_mapping_name_the_nearest) {
    EXPECT_TRUE(has_only(wrong(job_of("dept: {}\n")), 3, "dept", "did you mean 'depth'?"));
    EXPECT_TRUE(has_only(wrong(job_of("depth: {bin: 3}\n")), 3, "depth.bin", "did you mean 'bins'?"));
    EXPECT_TRUE(has_only(wrong(job_of("width: {bin: 3}\n")), 3, "width.bin", "did you mean 'bins'?"));
    EXPECT_TRUE(has_only(wrong(job_of("phase: {nam: a}\n")), 3, "phase.nam", "did you mean 'name'?"));
    EXPECT_TRUE(has_only(wrong(job_of("region: {X: [0, 1]}\n")), 3, "region.X", "did you mean 'x'?"));
    EXPECT_TRUE(has_only(wrong(job_of("preprocess: {sigma: 1}\n")), 3, "preprocess.sigma", "'gaussian_sigma'"));
    EXPECT_TRUE(has_only(wrong(job_of("defaults: {sampel: a}\n")), 3, "defaults.sampel", "did you mean 'sample'?"));
    EXPECT_TRUE(has_only(wrong(scan_of("voxel_size_um: 1, sampel: a")), 3, "scans[0].sampel", "'sample'"));
    EXPECT_TRUE(has_only(wrong("scans: [{id: a, voxel_size_um: 1, source: {type: tiff, path: p, dataset: d}}]\n"), 1,
                         "scans[0].source.dataset", "Known keys here: type, path"));
}

TEST(job, what_belongs_into_the_sweep_says_so) {
    EXPECT_TRUE(has_only(wrong(job_of("threshold: {values: [3]}\n")), 3, "threshold", "stand in the sweep file"));
    EXPECT_TRUE(has_only(wrong(job_of("connectivity: [6]\n")), 3, "connectivity", "stands in the sweep file"));
    EXPECT_TRUE(has_only(wrong(job_of("voxel_size_um: 3\n")), 3, "voxel_size_um", "`defaults:`"));
    EXPECT_TRUE(has_only(wrong(scan_of("voxel_size_um: 1, phase: {}")), 3, "scans[0].phase", "top of the job"));
}

TEST(job, keys_given_twice_are_errors) {
    EXPECT_TRUE(has_only(wrong(job_of("depth: {}\ndepth: {}\n")), 4, "depth", "a second time"));
}

TEST(job, ids_are_safe_and_unique) {
    for (const char* id : {".hidden", "a b", "a/b", "\"\"", "-a", "\xC3\xA9", "[a]"})
        EXPECT_TRUE(has(wrong(std::string("scans:\n- {id: ") + id + ", voxel_size_um: 1, source: {type: phantom}}\n"),
                        2, "scans[0].id", "letters, digits"))
            << id;
    const std::string twice =
        "scans:\n- {id: a, voxel_size_um: 1, source: {type: phantom}}\n"
        "- {id: a, voxel_size_um: 1, source: {type: phantom}}\n";
    EXPECT_TRUE(has_only(wrong(twice), 3, "scans[1].id", "'a', which line 2 has already"));
    EXPECT_TRUE(
        has_only(wrong("scans:\n- {voxel_size_um: 1, source: {type: phantom}}\n"), 2, "scans[0].id", "no such key"));
    EXPECT_TRUE(has(wrong(job_of("defaults: {id: b}\n")), 3, "defaults.id", "an id of its own"));
}

TEST(job, a_job_needs_a_list_of_scans) {
    EXPECT_TRUE(has_only(wrong("campaign: a\n"), 1, "scans", "no such key"));
    EXPECT_TRUE(has_only(wrong("scans: []\n"), 1, "scans", "a list of 0 values"));
    EXPECT_TRUE(has_only(wrong("scans: {id: a}\n"), 1, "scans", "`- id: ...`"));
    EXPECT_TRUE(has_only(wrong("scans:\n- a\n"), 2, "scans[0]", "found 'a'"));
    EXPECT_TRUE(has_only(wrong("scans: [{id: a, voxel_size_um: 1}]\n"), 1, "scans[0].source", "no such key"));
}

TEST(job, voxel_sizes_are_one_positive_number) {
    EXPECT_TRUE(has_only(wrong(scan_of("sample: b")), 2, "scans[0].voxel_size_um", "no such key"));
    for (const char* size : {"0", "-1", ".nan", ".inf", "1 um", "1e-300", "1e300"})
        EXPECT_TRUE(has_only(wrong(scan_of(std::string("voxel_size_um: ") + size)), 3, "scans[0].voxel_size_um",
                             "a number from 1e-06 to 1000000"))
            << size;
    EXPECT_TRUE(has_only(wrong(scan_of("voxel_size_um: [1, 1, 2]")), 3, "scans[0].voxel_size_um", "resample"));
    EXPECT_EQ(parse_job(scan_of("voxel_size_um: [2, 2, 2]"), path).scans[0].voxel_size_um, 2);
}

TEST(job, labels_of_scans_have_their_types) {
    const auto scan = [](const std::string& more) { return wrong(scan_of("voxel_size_um: 1, " + more)); };
    EXPECT_TRUE(has_only(scan("cycle: 1.5"), 3, "scans[0].cycle", "a whole number"));
    EXPECT_TRUE(has_only(scan("step: lithiaton"), 3, "scans[0].step", "(nearest: lithiation)"));
    EXPECT_TRUE(has_only(scan("capacity_mAh_per_g: a lot"), 3, "scans[0].capacity_mAh_per_g", "a finite number"));
    EXPECT_TRUE(has_only(scan("time_h: []"), 3, "scans[0].time_h", "a list of 0 values"));
    EXPECT_TRUE(has_only(scan("sample: {}"), 3, "scans[0].sample", "a mapping of 0 keys"));
}

TEST(job, regions_are_not_empty) {
    EXPECT_TRUE(has_only(wrong(job_of("region: {z: [5, 5]}\n")), 3, "region.z", "the empty range [5, 5]"));
    EXPECT_TRUE(has_only(wrong(job_of("region: {y: [-1, 5]}\n")), 3, "region.y[0]", "found '-1'"));
    EXPECT_TRUE(has_only(wrong(job_of("region: {x: [1, 2, 3]}\n")), 3, "region.x", "half-open"));
    EXPECT_TRUE(has_only(wrong(job_of("region: {cylinder: {center: [1, 2], radius: 0}}\n")), 3,
                         "region.cylinder.radius", "a number above 0 to 1000000000"));
    EXPECT_TRUE(has_only(wrong(job_of("region: {cylinder: {center: [1e300, 2], radius: 1}}\n")), 3,
                         "region.cylinder.center[0]", "a number from -1000000000 to 1000000000"));
    EXPECT_TRUE(
        has_only(wrong(job_of("region: {cylinder: {radius: 1}}\n")), 3, "region.cylinder.center", "no such key"));
    EXPECT_TRUE(has_only(wrong(job_of("region: {cylinder: {axis: w, center: [1, 2], radius: 1}}\n")), 3,
                         "region.cylinder.axis", "z, y, x"));
    EXPECT_TRUE(has_only(wrong(job_of("region: {mask: {type: phantom}}\n")), 3, "region.mask", "a mask from a file"));
}

TEST(job, filters_stay_in_their_ranges) {
    EXPECT_TRUE(has_only(wrong(job_of("preprocess: {binning: 0}\n")), 3, "preprocess.binning", "from 1 to 16"));
    EXPECT_TRUE(has_only(wrong(job_of("preprocess: {binning: 17}\n")), 3, "preprocess.binning", "from 1 to 16"));
    EXPECT_TRUE(
        has_only(wrong(job_of("preprocess: {gaussian_sigma: -1}\n")), 3, "preprocess.gaussian_sigma", "from 0"));
    EXPECT_TRUE(has_only(wrong(job_of("preprocess: {median_radius: -1}\n")), 3, "preprocess.median_radius", "from 0"));
    EXPECT_TRUE(has_only(wrong(job_of("preprocess:\n")), 3, "preprocess", "no value"));
}

TEST(job, sources_say_what_they_lack) {
    const auto source = [](const std::string& text) {
        return wrong("scans:\n- {id: a, voxel_size_um: 1, source: " + text + "}\n");
    };
    EXPECT_TRUE(has_only(source("{type: tif, path: a}"), 2, "scans[0].source.type", "(nearest: tiff)"));
    EXPECT_TRUE(has_only(source("{path: a}"), 2, "scans[0].source", "no type"));
    EXPECT_TRUE(has_only(source("a.tif"), 2, "scans[0].source", "found 'a.tif'"));
    EXPECT_TRUE(has_only(source("{type: vol}"), 2, "scans[0].source.path", "no such key"));
    EXPECT_TRUE(has_only(source("{type: raw, path: a, dtype: uint8}"), 2, "scans[0].source.shape", "[z, y, x]"));
    EXPECT_TRUE(has_only(source("{type: raw, path: a, shape: [1, 2, 3]}"), 2, "scans[0].source.dtype", "uint8"));
    EXPECT_TRUE(has_only(source("{type: raw, path: a, shape: [1, 0, 3], dtype: uint8}"), 2, "scans[0].source.shape[1]",
                         "found '0'"));
    EXPECT_TRUE(has_only(source("{type: raw, path: a, shape: [1, 2, 3], dtype: uint9}"), 2, "scans[0].source.dtype",
                         "(nearest: uint8)"));
    EXPECT_TRUE(
        has_only(source("{type: phantom, cracked_share: 2}"), 2, "scans[0].source.cracked_share", "from 0 to 1"));
}

TEST(job, phases_have_names_of_their_own) {
    EXPECT_TRUE(has_only(wrong(job_of("phase: {where: under}\n")), 3, "phase.where", "below, above, between"));
    EXPECT_TRUE(has_only(wrong(job_of("phases: [{name: a}, {name: a}]\n")), 3, "phases[1]", "a second phase"));
    EXPECT_TRUE(has_only(wrong(job_of("phases: [{name: tables}]\n")), 3, "phases[0]", "the archive uses this one"));
    EXPECT_TRUE(has_only(wrong(job_of("phase: {}\nphases: [{name: a}]\n")), 4, "phases", "one of the two"));
}

TEST(job, depth_and_width_have_bins) {
    EXPECT_TRUE(has_only(wrong(job_of("depth: {bins: 0}\n")), 3, "depth.bins", "from 1"));
    EXPECT_TRUE(has_only(wrong(job_of("depth: {from: top}\n")), 3, "depth.from", "collector, separator"));
    EXPECT_TRUE(has_only(wrong(job_of("width: {bin_um: 0}\n")), 3, "width.bin_um", "a number from 1e-06"));
}

TEST(job, electrode_is_read_and_has_defaults) {
    const job_spec job = parse_job(job_of("electrode: {collector: last, collector_level: 190, separator_level: 100,"
                                          " lateral_step_um: 2.5, margin_um: [1, -0.5], bins: 20}"),
                                   path);
    EXPECT_EQ(*job.electrode, (electrode_spec{true, 190, 100, 2.5, 1, -0.5, 20}));
    EXPECT_FALSE(parse_job(job_of(""), path).electrode.has_value());
    const job_spec plain = parse_job(job_of("electrode: {}\npreprocess: {binning: 2}"), path);
    EXPECT_EQ(resolved_electrode(plain)->lateral_step_um, 16 * 2) << "sixteen voxels of 1 um, binned by 2";
}

TEST(job, electrode_lies_along_z_under_a_brighter_collector) {
    EXPECT_EQ(wrong(job_of("electrode: {bins: 4}\ndepth: {axis: y}")).at(0).key, "electrode");
    EXPECT_EQ(wrong(job_of("electrode: {collector_level: 90, separator_level: 90}")).at(0).key, "electrode");
    EXPECT_EQ(wrong(job_of("electrode: {margin_um: 3}")).at(0).key, "electrode.margin_um");
    EXPECT_EQ(wrong(job_of("electrode: {lateral_step_um: 0}")).at(0).key, "electrode.lateral_step_um");
    EXPECT_EQ(wrong(job_of("electrode: {colector: last}")).at(0).key, "electrode.colector");
}

TEST(resolution_limits, default_is_1_to_8_voxels_of_the_finest_scan_after_binning) {
    const job_spec job = parse_job(R"(scans:
- {id: a, voxel_size_um: 1, source: {type: phantom}}
- {id: b, voxel_size_um: 0.25, source: {type: phantom}, preprocess: {binning: 2}}
)",
                                   path);
    EXPECT_EQ(resolution_limits_um(job, {}), (std::vector<double>{0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4}));
    EXPECT_EQ(resolution_limits_um(job, parse_sweep("width: false", "s")), std::vector<double>{0});
    EXPECT_EQ(resolution_limits_um(job, parse_sweep("resolution_limit_um: [0, 3]", "s")), (std::vector<double>{0, 3}));
    EXPECT_EQ(resolved_width(job).bin_um, 0.5);
}

}  // namespace
}  // namespace tomosweep::job_test
