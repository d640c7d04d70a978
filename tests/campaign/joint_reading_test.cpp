#include "tomosweep/campaign/joint_reading.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/filled_box.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::joint_reading_test {
namespace {

std::uint16_t value_at(const index3& voxel) {
    return static_cast<std::uint16_t>(voxel.z * 1009 + voxel.y * 31 + voxel.x);
}

/// A scan of grains that notes what is read, and may have a slice that cannot be read.
class grained_scan final : public scan_source {
public:
    grained_scan(extent3 extent, extent3 grain, index_t broken_slice = -1)
        : extent_(extent), grain_(grain), broken_slice_(broken_slice) {}

    extent3 extent() const override { return extent_; }
    dtype type() const override { return dtype::uint16; }
    std::vector<file_identity> files() const override { return {}; }
    std::vector<std::string> problems() const override { return {}; }
    extent3 grain() const override { return grain_; }

    grey_volume read(const box3& box) const override {
        EXPECT_EQ(intersection(box, whole(extent_)).extent(), box.extent());
        if (box.lo.z <= broken_slice_ && broken_slice_ < box.hi.z)
            throw input_error("scan.tif", "slice " + std::to_string(broken_slice_), "nothing", "a slice");
        read_ += box.voxels();
        return support::filled(box, value_at);
    }

    std::int64_t voxels_read() const { return read_; }

private:
    extent3 extent_, grain_;
    index_t broken_slice_;
    mutable std::int64_t read_ = 0;
};

/// A part of a scan, with a margin that does not end at the part's border.
struct analysed_part {
    extent3 scan;
    box3 region;
    extent3 margin;

    box3 needed(const box3& block) const {
        return block.empty() ? box3{} : grown({region.lo + block.lo, region.lo + block.hi}, margin, whole(scan));
    }
};

const analysed_part parts[] = {{{13, 40, 40}, {{0, 0, 0}, {13, 40, 40}}, {}},
                               {{31, 44, 23}, {{3, 2, 1}, {30, 40, 20}}, {1, 2, 3}},
                               {{9, 70, 5}, {{1, 0, 0}, {2, 70, 5}}, {2, 2, 2}},
                               {{1, 3, 2}, {{0, 0, 0}, {1, 3, 2}}, {}}};

void expect_needed_voxels(const communicator& ranks, const analysed_part& part, const extent3& cuts,
                          const grained_scan& scan) {
    const domain grid(ranks, decomposition(part.region.extent(), cuts));
    const auto needed = [&](const box3& block) { return part.needed(block); };
    const grey_volume read = read_jointly(grid, scan, needed);
    const auto& voxels = std::get<array3<std::uint16_t>>(read);
    const box3 own = needed(grid.own());
    ASSERT_EQ(voxels.extent(), own.extent());
    EXPECT_TRUE(std::ranges::equal(voxels.values(), support::filled(own, value_at).values()));
}

TEST(joint_reading, every_rank_gets_its_voxels_whatever_the_grains_and_the_cuts) {
    const auto ranks = communicator::world();
    const index_t p = ranks.size();
    for (const analysed_part& part : parts)
        for (const extent3 cuts : {choose_grid(part.region.extent(), ranks.size()), extent3{p, 1, 1}, extent3{1, p, 1},
                                   extent3{1, 1, p}, p % 2 == 0 ? extent3{2, p / 2, 1} : extent3{1, p, 1}})
            for (const extent3 grain : {extent3{1, 1, 1}, extent3{1, part.scan.y, part.scan.x},
                                        extent3{4, part.scan.y, part.scan.x}, extent3{8, 8, 8}, extent3{100, 100, 100}})
                expect_needed_voxels(ranks, part, cuts, grained_scan(part.scan, grain));
}

TEST(joint_reading, slices_that_several_ranks_need_are_read_once) {
    const auto ranks = communicator::world();
    const analysed_part part{{40, 32, 32}, {{2, 0, 0}, {39, 32, 32}}, {}};
    const grained_scan slices(part.scan, {1, 32, 32});
    expect_needed_voxels(ranks, part, {1, ranks.size(), 1}, slices);
    EXPECT_EQ(ranks.sum(slices.voxels_read()), part.region.voxels());
    EXPECT_LE(slices.voxels_read(), (37 / ranks.size() + 2) * 32 * 32) << "the work is shared evenly";
}

TEST(joint_reading, ranks_read_for_themselves_what_costs_them_no_more) {
    const auto ranks = communicator::world();
    const analysed_part part{{16, 64, 64}, {{0, 0, 0}, {16, 64, 64}}, {}};
    for (const extent3 grain : {extent3{1, 1, 1}, extent3{1, 1, 64}, extent3{4, 2, 64}}) {
        const grained_scan scan(part.scan, grain);
        const domain grid(ranks, decomposition(part.region.extent(), {1, ranks.size(), 1}));
        const auto sent = ranks.bytes_sent();
        read_jointly(grid, scan, [&](const box3& block) { return part.needed(block); });
        EXPECT_EQ(scan.voxels_read(), grid.own().voxels());
        EXPECT_LT(ranks.bytes_sent() - sent, 1000) << "no voxels travel";
    }
}

TEST(joint_reading, a_slice_that_cannot_be_read_fails_on_all_ranks) {
    const auto ranks = communicator::world();
    const analysed_part part{{40, 32, 32}, {{0, 0, 0}, {40, 32, 32}}, {}};
    for (const index_t broken : {0, 17, 39}) {
        const grained_scan slices(part.scan, {1, 32, 32}, broken);
        const domain grid(ranks, decomposition(part.region.extent(), {1, ranks.size(), 1}));
        try {
            read_jointly(grid, slices, [&](const box3& block) { return part.needed(block); });
            FAIL() << "slice " << broken << " was read";
        } catch (const error& failure) {
            EXPECT_EQ(failure.kind(), error_kind::input);
            EXPECT_EQ(std::string(failure.what()),
                      "scan.tif: slice " + std::to_string(broken) + ": found nothing; accepted: a slice");
        }
    }
    EXPECT_EQ(ranks.sum(std::int64_t{1}), ranks.size()) << "the ranks can go on together";
}

}  // namespace
}  // namespace tomosweep::joint_reading_test
