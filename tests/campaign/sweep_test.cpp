#include <gtest/gtest.h>

#include "campaign/expected_problem.hpp"
#include "tomosweep/campaign/job.hpp"

namespace tomosweep::sweep_test {
namespace {

using test::has;
using test::has_only;
using test::problems_of;

std::vector<problem> wrong(const std::string& text) {
    return problems_of([&] { parse_sweep(text, "sweep.yaml"); });
}

absolute_thresholds absolute(const std::string& text) {
    return std::get<absolute_thresholds>(parse_sweep("threshold: " + text, "sweep.yaml").threshold);
}

TEST(sweep, golden_sweep_is_read_in_full) {
    const sweep_spec sweep = parse_sweep(R"(design: factorial
threshold: {rule: multi-otsu, classes: 4, take: 2, scope: sample, offsets: [10, -10, 0]}
resolution_limit_um: [0, 0.16, 0.64]
connectivity: [26, 6]
width: true
)",
                                         "sweep.yaml");
    const auto& ruled = std::get<ruled_thresholds>(sweep.threshold);
    EXPECT_EQ(ruled.rule, threshold_rule::multi_otsu);
    EXPECT_EQ(ruled.classes, 4);
    EXPECT_EQ(ruled.take, 2);
    EXPECT_EQ(ruled.scope, rule_scope::sample);
    EXPECT_EQ(ruled.offsets, (std::vector<double>{-10, 0, 10}));
    EXPECT_EQ(sweep.threshold_line, 2);
    EXPECT_EQ(sweep.resolution_limits_um, (std::vector<double>{0, 0.16, 0.64}));
    EXPECT_EQ(sweep.connectivities, (std::vector<int>{6, 26}));
    EXPECT_TRUE(sweep.width);
}

TEST(sweep, takes_a_gaussian_mixture_as_a_rule) {
    const auto sweep = parse_sweep("threshold: {rule: gaussian-mixture, classes: 6, take: 5}\n", "sweep.yaml");
    const auto& ruled = std::get<ruled_thresholds>(sweep.threshold);
    EXPECT_EQ(ruled.rule, threshold_rule::gaussian_mixture);
    EXPECT_EQ(ruled.classes, 6);
    EXPECT_EQ(ruled.take, 5);
}

TEST(sweep, without_keys_otsu_of_each_scan_is_taken) {
    const sweep_spec sweep = parse_sweep("design: factorial\n", "sweep.yaml");
    const auto& ruled = std::get<ruled_thresholds>(sweep.threshold);
    EXPECT_EQ(ruled.rule, threshold_rule::otsu);
    EXPECT_EQ(ruled.scope, rule_scope::scan);
    EXPECT_EQ(ruled.offsets, std::vector<double>{0});
    EXPECT_TRUE(sweep.resolution_limits_um.empty());
    EXPECT_EQ(sweep.connectivities, (std::vector<int>{6, 26}));
}

TEST(sweep, values_come_out_ascending) {
    EXPECT_EQ(absolute("{values: [100, 80.5, 90]}").high, (std::vector<double>{80.5, 90, 100}));
    EXPECT_TRUE(absolute("{values: [1]}").low.empty());
}

TEST(sweep, pairs_fill_low_and_high_and_come_out_ascending) {
    const absolute_thresholds pairs = absolute("{values: [[40, 90], [30, 70], [40, 80]]}");
    EXPECT_EQ(pairs.low, (std::vector<double>{30, 40, 40}));
    EXPECT_EQ(pairs.high, (std::vector<double>{70, 80, 90}));
}

TEST(sweep, steps_include_their_end_when_they_hit_it) {
    EXPECT_EQ(absolute("{from: 80, to: 95, step: 5}").high, (std::vector<double>{80, 85, 90, 95}));
    EXPECT_EQ(absolute("{from: 80, to: 94, step: 5}").high, (std::vector<double>{80, 85, 90}));
    EXPECT_EQ(absolute("{from: 80, to: 80, step: 5}").high, std::vector<double>{80});
    const std::vector<double> tenths = absolute("{from: 0.1, to: 0.3, step: 0.1}").high;
    EXPECT_EQ(tenths, (std::vector<double>{0.1, 0.2, 0.3})) << "as in a list, though 0.1 + 2 * 0.1 is another number";
    EXPECT_EQ(absolute("{from: 0, to: 1, step: 0.001}").high.size(), 1001U);
}

TEST(sweep, unknown_designs_name_the_available_one) {
    EXPECT_TRUE(has_only(wrong("design: sobol\n"), 1, "design", "no other design is available now"));
}

TEST(sweep, unknown_keys_name_the_nearest_and_misplaced_ones_their_file) {
    EXPECT_TRUE(has_only(wrong("treshold: {}\n"), 1, "treshold", "did you mean 'threshold'?"));
    EXPECT_TRUE(has_only(wrong("width: true\nscans: []\n"), 2, "scans", "is this the job?"));
    EXPECT_TRUE(has_only(wrong("phase: {}\n"), 1, "phase", "stands in the job file"));
    EXPECT_TRUE(
        has_only(wrong("threshold: {value: [1], values: [1]}\n"), 1, "threshold.value", "did you mean 'values'?"));
    EXPECT_TRUE(has_only(wrong("width: {bins: 3}\n"), 1, "width", "`width:` of the job"));
}

TEST(sweep, a_threshold_is_given_in_exactly_one_way) {
    EXPECT_TRUE(has_only(wrong("threshold: 80\n"), 1, "threshold", "{values: [80, 90]}"));
    EXPECT_TRUE(has_only(wrong("threshold: {}\n"), 1, "threshold", "no thresholds"));
    EXPECT_TRUE(has_only(wrong("threshold: {values: [1], rule: otsu}\n"), 1, "threshold", "several ways"));
    EXPECT_TRUE(
        has_only(wrong("threshold: {scope: scan}\n"), 1, "threshold.rule", "otsu, multi-otsu or gaussian-mixture"));
}

TEST(sweep, values_are_distinct_numbers) {
    EXPECT_TRUE(has_only(wrong("threshold: {values: [80, 90, 80]}\n"), 1, "threshold.values", "80 twice"));
    EXPECT_TRUE(has_only(wrong("threshold: {values: []}\n"), 1, "threshold.values", "a list of 0 values"));
    EXPECT_TRUE(has_only(wrong("threshold: {values: [1, x]}\n"), 1, "threshold.values[1]", "found 'x'"));
    EXPECT_TRUE(has_only(wrong("threshold: {values: [[1, 2], [1, 2]]}\n"), 1, "threshold.values", "[1, 2] twice"));
    EXPECT_TRUE(has_only(wrong("threshold: {values: [[2, 1]]}\n"), 1, "threshold.values[0]", "low < high"));
    EXPECT_TRUE(has_only(wrong("threshold: {values: [[1, 2], 3]}\n"), 1, "threshold.values[1]", "a pair"));
    EXPECT_TRUE(has_only(wrong("threshold: {rule: otsu, offsets: [1, 1]}\n"), 1, "threshold.offsets", "1 twice"));
}

TEST(sweep, steps_lead_upwards_and_are_not_too_many) {
    EXPECT_TRUE(has_only(wrong("threshold: {from: 2, to: 1, step: 1}\n"), 1, "threshold.to", "from <= to"));
    EXPECT_TRUE(has_only(wrong("threshold: {from: 1, to: 2, step: 0}\n"), 1, "threshold.step", "a number > 0"));
    EXPECT_TRUE(has_only(wrong("threshold: {from: 1, to: 2}\n"), 1, "threshold.step", "no such key"));
    EXPECT_TRUE(has_only(wrong("threshold: {from: 0, to: 1, step: 1.0e-9}\n"), 1, "threshold.step", "a larger step"));
}

TEST(sweep, rules_have_their_own_options) {
    EXPECT_TRUE(has_only(wrong("threshold: {rule: ostu}\n"), 1, "threshold.rule", "(nearest: otsu)"));
    EXPECT_TRUE(has_only(wrong("threshold: {rule: otsu, classes: 3}\n"), 1, "threshold.classes", "one of these rules"));
    EXPECT_TRUE(has_only(wrong("threshold: {rule: multi-otsu, classes: 7}\n"), 1, "threshold.classes", "2 to 6"));
    EXPECT_TRUE(has_only(wrong("threshold: {rule: multi-otsu, classes: 3, take: 3}\n"), 1, "threshold.take", "1 to 2"));
    EXPECT_TRUE(
        has_only(wrong("threshold: {rule: otsu, scope: all}\n"), 1, "threshold.scope", "scan, sample, campaign"));
}

TEST(sweep, resolution_limits_ascend_from_0) {
    EXPECT_TRUE(has_only(wrong("resolution_limit_um: [0, 0.3, 0.2]\n"), 1, "resolution_limit_um", "0.2 after 0.3"));
    EXPECT_TRUE(has_only(wrong("resolution_limit_um: [0, 0.2, 0.2]\n"), 1, "resolution_limit_um", "0.2 twice"));
    EXPECT_TRUE(has_only(wrong("resolution_limit_um: [-1]\n"), 1, "resolution_limit_um[0]", "a number from 0 to"));
    EXPECT_TRUE(has_only(wrong("resolution_limit_um: [1e300]\n"), 1, "resolution_limit_um[0]", "to 1000000"));
}

TEST(sweep, resolution_limits_may_be_steps) {
    const auto limits = [](const std::string& steps) {
        return parse_sweep("resolution_limit_um: " + steps + "\n", "s").resolution_limits_um;
    };
    EXPECT_EQ(limits("{from: 0, to: 0.96, step: 0.16}"), (std::vector<double>{0, 0.16, 0.32, 0.48, 0.64, 0.8, 0.96}));
    EXPECT_EQ(limits("{from: 0, to: 253, step: 1}").size(), 254U);
    EXPECT_TRUE(has_only(wrong("resolution_limit_um: {from: 0, to: 254, step: 1}\n"), 1, "resolution_limit_um.step",
                         "more than 254 resolution limits"));
    EXPECT_TRUE(has_only(wrong("resolution_limit_um: {from: -1, to: 1, step: 1}\n"), 1, "resolution_limit_um.from",
                         "a number from 0 to"));
    EXPECT_TRUE(
        has_only(wrong("resolution_limit_um: {from: 0, to: 1}\n"), 1, "resolution_limit_um.step", "no such key"));
}

TEST(sweep, no_more_resolution_limits_than_a_class_volume_has_phases) {
    const auto limits = [](int count) {
        std::string text = "resolution_limit_um: [0";
        for (int i = 1; i < count; ++i)
            text += ", " + std::to_string(i);
        return text + "]\n";
    };
    EXPECT_TRUE(wrong(limits(254)).empty());
    EXPECT_TRUE(
        has_only(wrong(limits(255)), 1, "resolution_limit_um", "found 255 resolution limits; accepted: at most 254"));
}

TEST(sweep, connectivities_are_6_and_26) {
    EXPECT_EQ(parse_sweep("connectivity: [26]\n", "s").connectivities, std::vector<int>{26});
    EXPECT_TRUE(has_only(wrong("connectivity: [6, 18]\n"), 1, "connectivity[1]", "6, 26"));
    EXPECT_TRUE(has_only(wrong("connectivity: [6, 6]\n"), 1, "connectivity", "6 twice"));
    EXPECT_TRUE(has_only(wrong("connectivity: 6\n"), 1, "connectivity", "[6], [26] or [6, 26]"));
}

TEST(sweep, without_widths_only_the_limit_0_is_left) {
    EXPECT_FALSE(parse_sweep("width: false\nresolution_limit_um: [0]\n", "s").width);
    EXPECT_TRUE(
        has_only(wrong("width: false\nresolution_limit_um: [0, 1]\n"), 2, "resolution_limit_um", "needs the widths"));
    EXPECT_TRUE(has_only(wrong("width: yes\n"), 1, "width", "true or false"));
}

}  // namespace
}  // namespace tomosweep::sweep_test
