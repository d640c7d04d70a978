#include "tomosweep/campaign/checkpoint.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

namespace tomosweep::checkpoint_test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t thresholds = 5, limits = 3, bins = 4;

/// Tables in which no two numbers are alike, and one threshold without thickness.
phase_tables random_tables(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto number = [&] { return static_cast<std::int64_t>(random() >> 2); };
    phase_tables tables;
    tables.counts.assign(thresholds, std::vector<phase_counts>(limits));
    for (auto& by_limit : tables.counts)
        for (phase_counts& counts : by_limit) {
            counts.voxels = number();
            counts.euler_6 = -number();
            counts.euler_26 = number();
            for (auto& each : counts.transitions)
                each = number();
            for (auto& each : counts.components)
                each = {number(), number(), number() & 1};
            for (std::size_t bin = 0; bin < bins; ++bin)
                counts.depth_voxels.push_back(number());
        }
    tables.thickness.resize(thresholds);
    for (std::size_t t = 0; t < thresholds; ++t) {
        tables.max_distance_sq.push_back(number());
        for (std::size_t row = 0; row < 3 * t; ++row)
            tables.thickness[t].push_back(
                {static_cast<distance_sq_t>(number()), static_cast<std::int32_t>(row), number()});
    }
    tables.thickness.back().push_back({unbounded_sq, 0, 1});
    return tables;
}

void expect_same(const phase_tables& found, const phase_tables& expected, std::size_t t) {
    EXPECT_EQ(found.counts[t], expected.counts[t]);
    EXPECT_EQ(found.thickness[t], expected.thickness[t]);
    EXPECT_EQ(found.max_distance_sq[t], expected.max_distance_sq[t]);
}

class checkpoint_test : public testing::Test {
protected:
    checkpoint_test() {
        std::string pattern = (fs::temp_directory_path() / "tomosweep-checkpoint-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        spec_ = {folder_ + "/checkpoints/s0.h5", "key", std::chrono::duration<double>(0)};
    }
    ~checkpoint_test() override { fs::remove_all(folder_); }

    checkpoint open(bool widths = true) const {
        return {communicator::world(), spec_, {{thresholds, thresholds}, limits, bins, widths}};
    }
    static std::vector<std::uint8_t> none() { return std::vector<std::uint8_t>(thresholds, 0); }

    std::string folder_;
    checkpoint_spec spec_;
};

TEST_F(checkpoint_test, holds_exactly_the_thresholds_that_were_finished) {
    const unsigned seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    const phase_tables first = random_tables(seed), second = random_tables(seed + 1);
    checkpoint before = open();
    EXPECT_EQ(before.phase(0).finished, none());
    for (const std::size_t t : {3U, 0U, 4U})
        before.finished(0, t, first);
    before.finished(1, 1, second);
    const checkpoint after = open();
    EXPECT_EQ(after.phase(0).finished, (std::vector<std::uint8_t>{1, 0, 0, 1, 1}));
    EXPECT_EQ(after.phase(1).finished, (std::vector<std::uint8_t>{0, 1, 0, 0, 0}));
    for (const std::size_t t : {3U, 0U, 4U})
        expect_same(after.phase(0).tables, first, t);
    expect_same(after.phase(1).tables, second, 1);
}

TEST_F(checkpoint_test, without_widths_holds_the_counts) {
    phase_tables tables = random_tables(1);
    tables.thickness.clear();
    tables.max_distance_sq.clear();
    open(false).finished(0, 2, tables);
    EXPECT_EQ(open(false).phase(0).tables.counts[2], tables.counts[2]);
}

TEST_F(checkpoint_test, holds_the_thickness_between_interfaces_and_the_islets) {
    phase_tables tables = random_tables(3);
    tables.normalised_thickness = {{}, {{7, 2, 9}, {unbounded_sq, 0, 1}}, {}, {{1, 1, 1}}, {}};
    tables.islets.assign(thresholds,
                         {{{{1, 0, 3}, {9, 1, 2}}, {{4, 0, 6}, {unbounded_sq, 0, 2}}}, {}, {{{4, 0, 1}}, {{1, 0, 4}}}});
    tables.islets[1] = {{}, {}, {}};
    const checkpoint_shape shape{{thresholds}, limits, bins, true, true, true};
    checkpoint before(communicator::world(), spec_, shape);
    for (std::size_t t = 0; t < 3; ++t)
        before.finished(0, t, tables);
    const checkpoint after(communicator::world(), spec_, shape);
    for (std::size_t t = 0; t < 3; ++t) {
        expect_same(after.phase(0).tables, tables, t);
        EXPECT_EQ(after.phase(0).tables.normalised_thickness[t], tables.normalised_thickness[t]);
        EXPECT_EQ(after.phase(0).tables.islets[t], tables.islets[t]);
    }
}

TEST_F(checkpoint_test, is_written_when_it_is_time_or_asked_for) {
    spec_.every = std::chrono::hours(1);
    checkpoint kept = open();
    kept.finished(0, 0, random_tables(1));
    EXPECT_FALSE(fs::exists(spec_.path));
    kept.write();
    EXPECT_TRUE(fs::exists(spec_.path));
    kept.remove();
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(checkpoint_test, of_another_analysis_or_spoilt_is_as_if_there_were_none) {
    open().finished(0, 1, random_tables(1));
    spec_.key = "another";
    EXPECT_EQ(open().phase(0).finished, none());
    spec_.key = "key";
    ASSERT_EQ(open().phase(0).finished[1], 1);
    EXPECT_EQ(checkpoint(communicator::world(), spec_, {{1, 1}, limits, bins, true}).phase(0).finished[0], 0)
        << "another shape";
    fs::resize_file(spec_.path, fs::file_size(spec_.path) / 2);
    EXPECT_EQ(open().phase(0).finished, none());
}

TEST_F(checkpoint_test, that_cannot_be_written_is_no_error) {
    std::ofstream(folder_ + "/checkpoints") << "in the way";
    open().finished(0, 1, random_tables(1));
    EXPECT_EQ(open().phase(0).finished, none());
}

}  // namespace
}  // namespace tomosweep::checkpoint_test
