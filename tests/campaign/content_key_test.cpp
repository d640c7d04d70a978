#include "tomosweep/campaign/content_key.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

namespace tomosweep::content_key_test {
namespace {

scan_content content_of(const std::string& job_text) {
    const job_spec job = parse_job(job_text, "/data/job.yaml");
    scan_content content;
    content.scan = job.scans.at(0);
    content.files = {{"/data/a.raw", 1000, 5}};
    content.phases = {{"crack", phase_side::below, "offset from a rule", {{80, 90}, {}}, {-5, 5}}};
    content.depth = job.depth;
    content.width_bins = resolved_width(job);
    content.resolution_limits_um = {0, 0.64};
    content.connectivities = {6, 26};
    content.fields = {"mask", "labels"};
    return content;
}

const std::string raw_job =
    "scans: [{id: a, voxel_size_um: 0.1, cycle: 3, source: {type: raw, path: a.raw, shape: [1, 2, 3], dtype: uint8}}]";

std::string key_of(const scan_content& content) {
    return content_key(content_text(content));
}

TEST(content_key, is_the_published_hash_of_the_text) {
    EXPECT_EQ(content_key(""), "99aa06d3014798d86001c324468d497f") << "XXH3 of nothing, from its specification";
    EXPECT_EQ(content_key("a").size(), 32U);
}

TEST(content_key, order_and_formatting_of_the_yaml_do_not_matter) {
    const std::string other = R"(# the same
defaults: {voxel_size_um: 1.0e-1, source: {dtype: uint8, type: raw}}
scans:
  - source: {shape: [1, 2, 3], path: ./x/../a.raw}

    cycle: 3
    id: "a"
)";
    EXPECT_EQ(content_text(content_of(raw_job)), content_text(content_of(other)));
    scan_content reordered = content_of(raw_job);
    reordered.fields = {"labels", "mask", "mask"};
    reordered.connectivities = {26, 6};
    EXPECT_EQ(key_of(reordered), key_of(content_of(raw_job)));
}

TEST(covers, results_with_more_volumes_stand_for_those_with_fewer_and_for_nothing_else) {
    scan_content more = content_of(raw_job), less = more, other = more;
    less.fields = {"labels"};
    other.fields = {"mask", "thickness"};
    EXPECT_TRUE(covers(content_text(more), content_text(less)));
    EXPECT_TRUE(covers(content_text(more), content_text(more)));
    EXPECT_FALSE(covers(content_text(less), content_text(more)));
    EXPECT_FALSE(covers(content_text(more), content_text(other)));
    less.resolution_limits_um = {0};
    EXPECT_FALSE(covers(content_text(more), content_text(less)));
    for (const char* damaged : {"", "{", "[]", "{}", "null"}) {
        EXPECT_FALSE(covers(damaged, content_text(more))) << damaged;
        EXPECT_FALSE(covers(damaged, damaged)) << damaged;
    }
}

TEST(content_key, zero_has_one_sign) {
    scan_content negative = content_of(raw_job), positive = content_of(raw_job);
    negative.resolution_limits_um[0] = -0.0;
    EXPECT_EQ(key_of(negative), key_of(positive));
}

TEST(content_key, numbers_are_kept_to_the_last_bit) {
    scan_content next = content_of(raw_job);
    next.scan.voxel_size_um = std::nextafter(0.1, 1.0);
    EXPECT_NE(key_of(next), key_of(content_of(raw_job)));
}

TEST(content_key, names_that_are_no_utf_8_are_hashed_too) {
    scan_content odd = content_of(raw_job);
    odd.files[0].path = std::string("/data/\xff");
    EXPECT_NE(key_of(odd), key_of(content_of(raw_job)));
}

TEST(content_key, labels_of_a_scan_do_not_count) {
    scan_content named = content_of(raw_job);
    named.scan.sample = "b";
    named.scan.cycle.reset();
    named.scan.step = "pristine";
    named.scan.capacity_mAh_per_g = 1000;
    named.scan.time_h = 0.5;
    EXPECT_EQ(key_of(named), key_of(content_of(raw_job)));
}

TEST(content_key, records_that_hold_labels_have_the_same_key) {
    const std::string now = content_text(content_of(raw_job));
    EXPECT_EQ(key_of_record(now), content_key(now));
    std::string then = now;
    const std::string before = "\"id\": \"a\",";
    ASSERT_NE(then.find(before), std::string::npos);
    then.replace(
        then.find(before), before.size(),
        "\"cycle\": 3, \"capacity_mAh_per_g\": null, \"sample\": \"s\", \"step\": \"\", \"time_h\": 1.5," + before);
    EXPECT_EQ(key_of_record(then), content_key(now));
    EXPECT_EQ(key_of_record("no json"), "");
    EXPECT_EQ(key_of_record("{\"from\": \"\"}"), "");
}

using change = std::function<void(scan_content&)>;

/// Every change of the content must give a key that no other change gives.
void expect_all_different(const scan_content& original, const std::vector<change>& changes) {
    std::set<std::string> keys{key_of(original)};
    for (std::size_t i = 0; i < changes.size(); ++i) {
        scan_content changed = original;
        changes[i](changed);
        EXPECT_TRUE(keys.insert(key_of(changed)).second) << "change " << i << " does not reach the key";
    }
}

TEST(content_key, every_property_of_the_scan_counts) {
    expect_all_different(content_of(raw_job),
                         {
                             [](scan_content& c) { c.scan.id = std::string("b"); },
                             [](scan_content& c) { c.scan.voxel_size_um = 0.2; },
                             [](scan_content& c) { std::get<raw_source>(c.scan.source).path = std::string("/b"); },
                             [](scan_content& c) {
                                 std::get<raw_source>(c.scan.source).shape = {1, 3, 2};
                             },
                             [](scan_content& c) { std::get<raw_source>(c.scan.source).type = dtype::int16; },
                             [](scan_content& c) { std::get<raw_source>(c.scan.source).order = byte_order::big; },
                             [](scan_content& c) { std::get<raw_source>(c.scan.source).offset = 1; },
                             [](scan_content& c) { c.scan.source = vol_source{"/data/a.raw"}; },
                             [](scan_content& c) { c.scan.source = tiff_source{"/data/a.raw"}; },
                             [](scan_content& c) {
                                 c.scan.source = hdf5_source{"/data/a.raw", ""};
                             },
                             [](scan_content& c) {
                                 c.scan.source = hdf5_source{"/data/a.raw", "d"};
                             },
                             [](scan_content& c) { c.scan.region.box.box.lo.z = 1; },
                             [](scan_content& c) { c.scan.region.box.box.hi.x = 1; },
                             [](scan_content& c) {
                                 c.scan.region.cylinder = cylinder{axis::z, {1, 2}, 3};
                             },
                             [](scan_content& c) {
                                 c.scan.region.cylinder = cylinder{axis::y, {1, 2}, 3};
                             },
                             [](scan_content& c) {
                                 c.scan.region.cylinder = cylinder{axis::z, {2, 1}, 3};
                             },
                             [](scan_content& c) {
                                 c.scan.region.cylinder = cylinder{axis::z, {1, 2}, 4};
                             },
                             [](scan_content& c) { c.scan.region.mask = mask_region{tiff_source{"/m"}}; },
                             [](scan_content& c) { c.scan.preprocess.median_radius = 1; },
                             [](scan_content& c) { c.scan.preprocess.gaussian_sigma = 1; },
                             [](scan_content& c) { c.scan.preprocess.binning = 2; },
                             [](scan_content& c) { c.scan.grey.rings = ring_spec{}; },
                             [](scan_content& c) {
                                 c.scan.grey.rings = ring_spec{axis::y, {0, 0}, 15, {}};
                             },
                             [](scan_content& c) {
                                 c.scan.grey.rings = ring_spec{axis::z, {0, 1}, 15, {}};
                             },
                             [](scan_content& c) {
                                 c.scan.grey.rings = ring_spec{axis::z, {0, 0}, 16, {}};
                             },
                             [](scan_content& c) {
                                 c.scan.grey.rings = ring_spec{axis::z, {0, 0}, 15, 3.0};
                             },
                             [](scan_content& c) {
                                 c.scan.grey.rings = ring_spec{axis::z, {0, 0}, 15, {}, 3};
                             },
                             [](scan_content& c) { c.scan.grey.normalise.emplace(); },
                             [](scan_content& c) { c.scan.grey.normalise.emplace().by = anchor_method::histogram; },
                             [](scan_content& c) { c.scan.grey.normalise.emplace().materials[1].box.lo.x = 1; },
                             [](scan_content& c) { c.scan.grey.normalise.emplace().box.box.lo.x = 1; },
                             [](scan_content& c) { c.scan.grey.normalise.emplace().reference = std::string("b"); },
                             [](scan_content& c) {
                                 c.scan.grey.normalise.emplace().greys = {1, 2};
                             },
                             [](scan_content& c) {
                                 c.scan.grey.normalise.emplace().line = grey_line{1, 1};
                             },
                             [](scan_content& c) { c.scan.grey.window.emplace(); },
                             [](scan_content& c) { c.scan.grey.window.emplace().bits = 16; },
                             [](scan_content& c) {
                                 c.scan.grey.window.emplace().range = grey_anchors{1, 2};
                             },
                             [](scan_content& c) {
                                 c.scan.grey.window.emplace().percentiles = {1, 2};
                             },
                             [](scan_content& c) { c.scan.grey.window.emplace().scope = rule_scope::sample; },
                         });
}

TEST(content_key, every_property_of_the_run_counts) {
    expect_all_different(content_of(raw_job),
                         {
                             [](scan_content& c) { c.files[0].path = std::string("/b"); },
                             [](scan_content& c) { c.files[0].bytes = 1; },
                             [](scan_content& c) { c.files[0].modified_ns = 6; },
                             [](scan_content& c) { c.files.push_back(c.files[0]); },
                             [](scan_content& c) { c.mask_files = c.files; },
                             [](scan_content& c) { c.phases[0].name = std::string("b"); },
                             [](scan_content& c) { c.phases[0].where = phase_side::above; },
                             [](scan_content& c) { c.phases[0].thresholds.high[1] = 91; },
                             [](scan_content& c) {
                                 c.phases[0].thresholds.low = {1, 2};
                             },
                             [](scan_content& c) {
                                 c.phases[0].coordinates = {80, 90};
                             },
                             [](scan_content& c) { c.phases.push_back(c.phases[0]); },
                             [](scan_content& c) { c.phases[0].inside = std::string("b"); },
                             [](scan_content& c) { c.phases[0].region.emplace(); },
                             [](scan_content& c) {
                                 c.phases[0].region.emplace().cylinder = cylinder{axis::z, {1, 2}, 3};
                             },
                             [](scan_content& c) { c.grouped_phases = true; },
                             [](scan_content& c) { c.depth.direction = axis::x; },
                             [](scan_content& c) { c.depth.from_separator = true; },
                             [](scan_content& c) { c.depth.bins = 31; },
                             [](scan_content& c) { c.depth_extent_um = 7; },
                             [](scan_content& c) { c.phases[0].rule = "another rule"; },
                             [](scan_content& c) { c.width_bins.bin_um = 1; },
                             [](scan_content& c) { c.width_bins.bins = 1; },
                             [](scan_content& c) { c.width = false; },
                             [](scan_content& c) { c.resolution_limits_um = {0}; },
                             [](scan_content& c) { c.connectivities = {6}; },
                             [](scan_content& c) { c.fields = {"mask"}; },
                         });
}

TEST(content_key, files_that_moved_or_were_touched_differ_by_place_alone) {
    const scan_content original = content_of(raw_job);
    const auto differs = [&](const change& change_it) {
        scan_content now = original;
        change_it(now);
        return differs_by_place(content_text(original), content_text(now));
    };
    EXPECT_TRUE(differs([](scan_content& c) { c.files[0].path = "/elsewhere"; }));
    EXPECT_TRUE(differs([](scan_content& c) { c.files[0].modified_ns = 6; }));
    EXPECT_TRUE(differs([](scan_content& c) {
        std::get<raw_source>(c.scan.source).path = "/elsewhere";
        c.files[0].path = "/elsewhere";
    }));
    EXPECT_FALSE(differs([](scan_content&) {})) << "nothing differs";
    EXPECT_FALSE(differs([](scan_content& c) { c.files[0].bytes = 1; }));
    EXPECT_FALSE(differs([](scan_content& c) { c.files.push_back(c.files[0]); }));
    EXPECT_FALSE(differs([](scan_content& c) { c.mask_files = c.files; }));
    EXPECT_FALSE(differs([](scan_content& c) {
        c.files[0].path = "/elsewhere";
        c.fields = {"mask"};
    }));
    EXPECT_FALSE(differs([](scan_content& c) {
        c.files[0].path = "/elsewhere";
        c.scan.voxel_size_um *= 2;
    }));
    for (const char* foreign : {"", "[]", "{\"files\": 3, \"scan\": []}", "no JSON"})
        EXPECT_FALSE(differs_by_place(foreign, content_text(original)));
}

TEST(content_key, every_parameter_of_a_phantom_counts) {
    scan_content original = content_of(raw_job);
    original.scan.source = phantom_source{};
    using set = std::function<void(phantom_source&)>;
    const std::vector<set> parameters{
        [](phantom_source& p) { p.shape.x = 1; },
        [](phantom_source& p) { p.islet_diameter = 1; },
        [](phantom_source& p) { p.crack_width_collector = 1; },
        [](phantom_source& p) { p.crack_width_separator = 1; },
        [](phantom_source& p) { p.cracked_share = 0.5; },
        [](phantom_source& p) { p.fine_crack_width = 1; },
        [](phantom_source& p) { p.fine_crack_share = 1; },
        [](phantom_source& p) { p.pores = 1; },
        [](phantom_source& p) { p.pore_radius = 1; },
        [](phantom_source& p) { p.solid_grey = 1; },
        [](phantom_source& p) { p.crack_grey = 1; },
        [](phantom_source& p) { p.blur_sigma = 1; },
        [](phantom_source& p) { p.noise_sigma = 1; },
        [](phantom_source& p) { p.seed = 2; },
        [](phantom_source& p) { p.ring_count = 1; },
        [](phantom_source& p) { p.ring_count = 1, p.ring_amplitude = 1; },
        [](phantom_source& p) { p.ring_count = 1, p.ring_width = 1; },
        [](phantom_source& p) {
            p.ring_count = 1, p.ring_center = {{1, 2}};
        },
        [](phantom_source& p) { p.shell_thickness = 1; },
        [](phantom_source& p) { p.shell_thickness = 1, p.shell_grey = 1; },
        [](phantom_source& p) { p.stack.emplace(); },
        [](phantom_source& p) { p.stack.emplace().collector.height = 1; },
        [](phantom_source& p) { p.stack.emplace().collector.tilt_y = 1; },
        [](phantom_source& p) { p.stack.emplace().collector.tilt_x = 1; },
        [](phantom_source& p) { p.stack.emplace().collector.bow = 1; },
        [](phantom_source& p) { p.stack.emplace().separator.height = 1; },
        [](phantom_source& p) { p.stack.emplace().collector_grey = 1; },
        [](phantom_source& p) { p.stack.emplace().electrolyte_grey = 1; },
        [](phantom_source& p) { p.stack.emplace().fibres = 1; },
        [](phantom_source& p) { p.stack.emplace().fibre_radius = 1; },
        [](phantom_source& p) { p.stack.emplace().fibre_grey = 1; },
        [](phantom_source& p) { p.stack.emplace().bubbles = 1; },
        [](phantom_source& p) { p.stack.emplace().bubble_radius = 1; },
        [](phantom_source& p) { p.stack.emplace().bubble_grey = 1; },
    };
    std::vector<change> changes;
    for (const set& parameter : parameters)
        changes.push_back([parameter](scan_content& c) { parameter(std::get<phantom_source>(c.scan.source)); });
    expect_all_different(original, changes);
}

TEST(content_key, what_only_formulas_need_does_not_count) {
    scan_content known = content_of(raw_job);
    known.scan.thickness = 40 * units::um;
    known.scan.field_area = 100 * units::um2;
    known.scan.scale = scan_scale::nano;
    EXPECT_EQ(key_of(known), key_of(content_of(raw_job)));
}

TEST(content_key, the_line_in_the_job_does_not_count) {
    scan_content moved = content_of(raw_job);
    moved.scan.line = 99;
    EXPECT_EQ(key_of(moved), key_of(content_of(raw_job)));
}

TEST(content_key, every_key_of_the_electrode_counts) {
    const scan_content none = content_of(raw_job);
    scan_content original = none;
    original.electrode.emplace();
    EXPECT_NE(key_of(original), key_of(none));
    scan_content with_islets = none;
    with_islets.islets = true;
    EXPECT_NE(key_of(with_islets), key_of(none));
    const auto spec = [](scan_content& c) -> electrode_spec& { return c.electrode->spec; };
    expect_all_different(
        original,
        {[&](scan_content& c) { spec(c).collector_last = true; },
         [&](scan_content& c) { spec(c).collector_level = 200; },
         [&](scan_content& c) { spec(c).separator_level = 200; }, [&](scan_content& c) { spec(c).lateral_step_um = 3; },
         [&](scan_content& c) { spec(c).collector_margin_um = 3; },
         [&](scan_content& c) { spec(c).separator_margin_um = 3; }, [&](scan_content& c) { spec(c).bins = 3; },
         [](scan_content& c) { c.electrode->rows = 3; }, [](scan_content& c) { c.electrode->columns = 3; }});
}

}  // namespace
}  // namespace tomosweep::content_key_test
