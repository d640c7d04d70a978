#include "tomosweep/campaign/inspection.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "campaign/expected_problem.hpp"

namespace tomosweep::inspection_test {
namespace {

using test::has;
using test::has_only;

/// What the files of a scan look like, without files.
struct fake_file {
    extent3 shape{10, 20, 30};
    dtype format = dtype::uint8;
    std::optional<double> stated_um;
    std::vector<std::string> faults;
};

class fake_scan : public scan_source {
public:
    fake_scan(std::string path, fake_file file) : path_(std::move(path)), file_(std::move(file)) {}
    extent3 extent() const override { return file_.shape; }
    dtype type() const override { return file_.format; }
    grey_volume read(const box3&) const override { throw internal_error("a check reads no voxels"); }
    std::optional<double> voxel_size_um() const override { return file_.stated_um; }
    std::vector<file_identity> files() const override { return {{path_, 1, 1}}; }
    std::vector<std::string> problems() const override { return file_.faults; }

private:
    std::string path_;
    fake_file file_;
};

class check : public ::testing::Test {
protected:
    /// Problems of a job with TIFF sources, each looked up in `files` by its path below /data.
    std::vector<problem> problems(const std::string& job, const std::string& sweep = "width: true\n") {
        return inspect_campaign(parse_job(job, "/data/job.yaml"), parse_sweep(sweep, "sweep.yaml"),
                                [this](const source_spec& source) { return open(source); })
            .all();
    }
    std::unique_ptr<scan_source> open(const source_spec& source) const {
        const std::string& path = std::get<tiff_source>(source).path;
        const auto known = files.find(path);
        if (known == files.end())
            throw input_error(path, "", "no such file", "a TIFF file");
        return std::make_unique<fake_scan>(path, known->second);
    }
    static std::string scan(const std::string& id, const std::string& more = "") {
        return "- {id: " + id + ", voxel_size_um: 1, source: {type: tiff, path: " + id + "}" + more + "}\n";
    }

    std::map<std::string, fake_file> files{{"/data/a", {}}, {"/data/b", {}}};
};

TEST_F(check, a_sound_campaign_has_no_problems) {
    EXPECT_TRUE(problems("scans:\n" + scan("a") + scan("b", ", region: {z: [0, 10], x: [29, 30]}")).empty());
}

TEST_F(check, all_sources_are_opened_and_all_their_problems_listed) {
    files["/data/b"].faults = {"slice 3 is missing", "slice 5 has another size"};
    const auto found = problems("scans:\n" + scan("a") + scan("b") + scan("c"));
    EXPECT_EQ(found.size(), 3U);
    EXPECT_TRUE(has(found, 3, "scans[1].source", "slice 3 is missing"));
    EXPECT_TRUE(has(found, 3, "scans[1].source", "slice 5 has another size"));
    EXPECT_TRUE(has(found, 4, "scans[2].source", "/data/c: no such file; accepted: a TIFF file"));
}

TEST_F(check, regions_lie_inside_the_scan_and_keep_a_voxel_after_binning) {
    EXPECT_TRUE(
        has_only(problems("scans:\n" + scan("a", ", region: {z: [5, 11]}")), 2, "scans[0].region", "10 x 20 x 30"));
    EXPECT_TRUE(has_only(problems("scans:\n" + scan("a", ", region: {z: [5, 8]}, preprocess: {binning: 4}")), 2,
                         "scans[0].region", "binned by 4"));
}

TEST_F(check, cylinders_meet_the_box) {
    const auto with = [&](const std::string& center, const std::string& radius) {
        return problems("scans:\n" + scan("a", ", region: {x: [10, 20], cylinder: {center: [" + center +
                                                   "], radius: " + radius + "}}"));
    };
    EXPECT_TRUE(with("10, 15", "3").empty());
    EXPECT_TRUE(with("10, 5", "5.6").empty()) << "the centre of the voxel [9, 10.5] is 5.52 away";
    EXPECT_TRUE(has_only(with("10, 5", "5.4"), 2, "scans[0].region.cylinder", "outside the scan or the box"));
}

TEST_F(check, masks_have_the_extent_of_their_scan) {
    files["/data/roi"].shape = {10, 20, 31};
    const std::string job = "scans:\n" + scan("a", ", region: {mask: {type: tiff, path: roi}}");
    EXPECT_TRUE(has_only(problems(job), 2, "scans[0].region.mask", "[10, 20, 31]"));
    files["/data/roi"].shape = {10, 20, 30};
    EXPECT_TRUE(problems(job).empty());
    files.erase("/data/roi");
    EXPECT_TRUE(has_only(problems(job), 2, "scans[0].region.mask", "no such file"));
}

TEST_F(check, thresholds_lie_within_the_grey_levels_of_every_scan) {
    files["/data/b"].format = dtype::uint16;
    const std::string job = "scans:\n" + scan("a") + scan("b") + "phase: {name: crack}\n";
    EXPECT_TRUE(problems(job, "threshold: {values: [0, 255]}\n").empty());
    EXPECT_TRUE(has_only(problems(job, "design: factorial\nthreshold: {values: [100, 300]}\n"), 2, "threshold",
                         "grey level 300 in scan a of uint8, for phase crack"));
    EXPECT_EQ(problems(job, "threshold: {values: [-1]}\n").size(), 2U);
    files["/data/a"].format = files["/data/b"].format = dtype::float32;
    EXPECT_TRUE(problems(job, "threshold: {values: [-1, 300]}\n").empty());
}

TEST_F(check, thresholds_of_a_phase_are_reported_in_the_job) {
    const std::string job = "scans:\n" + scan("a") + "phases:\n- {name: p, threshold: {values: [256]}}\n";
    const auto found = problems(job);
    EXPECT_TRUE(has_only(found, 4, "phase p", "grey level 256"));
    EXPECT_EQ(found.front().file, "/data/job.yaml");
}

TEST_F(check, between_phases_and_pairs_belong_together) {
    const std::string between = "scans:\n" + scan("a") + "phase: {where: between}\n";
    const std::string below = "scans:\n" + scan("a") + "phase: {where: below}\n";
    EXPECT_TRUE(has_only(problems(between, "threshold: {values: [1]}\n"), 1, "threshold", "single grey levels"));
    EXPECT_TRUE(has_only(problems(below, "threshold: {values: [[1, 2]]}\n"), 1, "threshold", "pairs"));
    EXPECT_TRUE(has_only(problems(between, "threshold: {rule: otsu}\n"), 1, "threshold", "one threshold"));
    EXPECT_TRUE(has_only(problems(between, "threshold: {rule: multi-otsu, classes: 3, take: 2}\n"), 1, "threshold",
                         "one threshold"));
    EXPECT_TRUE(problems(between, "threshold: {rule: multi-otsu, classes: 3, take: 1}\n").empty());
    EXPECT_TRUE(problems(between, "threshold: {values: [[1, 2]]}\n").empty());
}

TEST_F(check, rules_pool_scans_of_one_number_format) {
    files["/data/b"].format = dtype::float32;
    const std::string same = "scans:\n" + scan("a", ", sample: s") + scan("b", ", sample: s");
    const std::string apart = "scans:\n" + scan("a", ", sample: s") + scan("b", ", sample: t");
    EXPECT_TRUE(has_only(problems(same, "threshold: {rule: otsu, scope: sample}\n"), 1, "threshold",
                         "uint8 (a) and float32 (b)"));
    EXPECT_TRUE(has_only(problems(apart, "threshold: {rule: otsu, scope: campaign}\n"), 1, "threshold", "pooled"));
    EXPECT_TRUE(problems(apart, "threshold: {rule: otsu, scope: sample}\n").empty());
    EXPECT_TRUE(problems(same, "threshold: {rule: otsu, scope: scan}\n").empty());
    EXPECT_EQ(problems("scans:\n" + scan("a") + scan("b"), "threshold: {rule: otsu, scope: sample}\n").size(), 2U)
        << "both lack a sample";
}

TEST_F(check, sweeps_whose_product_explodes_are_refused) {
    const std::string job = "scans:\n" + scan("a");
    const std::string sweep = "threshold: {from: 0, to: 200, step: 0.0625}\nresolution_limit_um: [0, 1, 2]\n";
    EXPECT_TRUE(problems(job + "depth: {bins: 10000}\n", sweep).empty()) << "96 million values";
    EXPECT_TRUE(has_only(problems(job + "depth: {bins: 100000}\n", sweep), 0, "",
                         "3201 thresholds x (3 resolution limits x 100000 depth bins + 64 width bins)"));
}

TEST_F(check, voxel_sizes_agree_with_the_data_and_with_each_other) {
    files["/data/a"].stated_um = 0.16;
    EXPECT_TRUE(
        has_only(problems("scans:\n" + scan("a")), 2, "scans[0].voxel_size_um", "1 um, where the data say 0.16 um"));
    files["/data/a"].stated_um = 1.01;
    EXPECT_TRUE(problems("scans:\n" + scan("a")).empty()) << "rounding";
    const std::string twice = "scans:\n" + scan("b") + "- {id: c, voxel_size_um: 2, source: {type: tiff, path: b}}\n";
    EXPECT_TRUE(has_only(problems(twice), 3, "scans[1].voxel_size_um", "which is 1 um in scan b (line 2)"));
}

}  // namespace
}  // namespace tomosweep::inspection_test
