#include "tomosweep/archive/merge.hpp"

#include <gtest/gtest.h>

#include "sample_archive.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::merge_test {
namespace {

using test::sample_shard;

template <class T>
const std::vector<T>& values(const data_group& group, const std::string& name) {
    return std::get<std::vector<T>>(find_named(group.variables, name)->values);
}

TEST(merge, scans_are_joined_in_the_given_order) {
    const data_group merged = merge_scans({sample_shard("b", 2), sample_shard("a", 1), sample_shard("c", 3)});
    EXPECT_EQ(find_named(merged.dimensions, "scan")->length, 3);
    EXPECT_EQ(values<std::string>(merged, "scan"), (std::vector<std::string>{"b", "a", "c"}));
    EXPECT_EQ(values<std::int64_t>(merged, "cycle"), (std::vector<std::int64_t>{2, 1, 3}));
    const auto& width = values<double>(merged, "mean_width_um");
    ASSERT_EQ(width.size(), 18U);
    EXPECT_EQ(width[0], 2.0);
    EXPECT_EQ(width[6], 1.0);
    EXPECT_EQ(width[17], 3.0 + 0.1 * 5);
    EXPECT_EQ(values<double>(merged, "threshold"), (std::vector<double>{80, 90, 100}));
}

TEST(merge, phases_grow_and_tables_stand_side_by_side) {
    const data_group b = sample_shard("b", 2);
    const data_group merged = merge_scans({b, sample_shard("a", 1)});
    const data_group* crack = find_named(merged.groups, "crack");
    ASSERT_NE(crack, nullptr);
    EXPECT_EQ(values<std::int64_t>(*crack, "phase_voxels").size(), 12U);
    EXPECT_EQ(crack->attributes.size(), 1U);
    const data_group* tables = find_named(merged.groups, "tables");
    ASSERT_NE(tables, nullptr);
    ASSERT_EQ(tables->groups.size(), 2U);
    EXPECT_TRUE(test::same(tables->groups[0], find_named(b.groups, "tables")->groups[0]));
    EXPECT_EQ(tables->groups[1].name, "a");
    EXPECT_EQ(find_named(merged.groups, "process")->groups.size(), 2U);
}

TEST(merge, attributes_that_differ_are_dropped) {
    const data_group merged = merge_scans({sample_shard("b", 2), sample_shard("a", 1)});
    EXPECT_NE(find_named(merged.attributes, "title"), nullptr);
    EXPECT_EQ(find_named(merged.attributes, "content_key"), nullptr);
}

TEST(merge, one_shard_stays_what_it_is) {
    const data_group only = sample_shard("a", 1);
    EXPECT_TRUE(test::same(merge_scans({only}), only));
    EXPECT_TRUE(test::same(merge_scans({}), data_group{}));
}

std::string refusal(const data_group& second) {
    try {
        merge_scans({sample_shard("a", 1), second});
    } catch (const input_error& failure) {
        return failure.what();
    }
    return "accepted";
}

TEST(merge, what_does_not_fit_is_named) {
    data_group other = sample_shard("b", 2);
    std::get<std::vector<double>>(find_named(other.variables, "threshold")->values)[1] = 91;
    EXPECT_NE(refusal(other).find("scan b: /threshold: found other values than in scan a"), std::string::npos)
        << refusal(other);

    other = sample_shard("b", 2);
    find_named(other.dimensions, "depth")->length = 5;
    EXPECT_NE(refusal(other).find("scan b: /depth: found length 5"), std::string::npos) << refusal(other);

    other = sample_shard("b", 2);
    other.variables.pop_back();
    EXPECT_NE(refusal(other).find("scan b: /depth_volume_fraction: found no such variable"), std::string::npos);

    other = sample_shard("b", 2);
    other.variables.push_back({"more", {"scan"}, std::vector<double>{1}, "1", "", {}});
    EXPECT_NE(refusal(other).find("/more"), std::string::npos);

    other = sample_shard("b", 2);
    other.groups.erase(other.groups.begin());
    EXPECT_NE(refusal(other).find("scan a: /crack/"), std::string::npos) << refusal(other);

    other = sample_shard("b", 2);
    find_named(other.variables, "mean_width_um")->units = "nm";
    EXPECT_NE(refusal(other).find("/mean_width_um"), std::string::npos);

    EXPECT_NE(refusal(sample_shard("a", 2)).find("twice"), std::string::npos);
}

}  // namespace
}  // namespace tomosweep::merge_test
