#include "tomosweep/ops/thickness.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "own_block.hpp"
#include "thickness_sink.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/kernels/thickness.hpp"
#include "tomosweep/ops/balls.hpp"

namespace tomosweep {
namespace {

/// The balls of the own block, and those of other blocks that reach into it.
struct balls_of_block {
    found_balls found;
    std::vector<ball> others;
};

/// The box of what has to be painted of a ball.
box3 painted_box(const ball& one) {
    const index3 centre{one.z, one.y, one.x};
    const box3 part = box_of_part(static_cast<part_code>(one.part), one.radius_sq);
    return {centre + part.lo, centre + part.hi};
}

bool inside(const box3& inner, const box3& outer) {
    return intersection(inner, outer) == inner;
}

/// Whether the ball holds a voxel of `box`.
bool meets(const ball& one, const box3& box) {
    const auto gap = [](index_t at, index_t lo, index_t hi) { return std::max({lo - at, at - (hi - 1), index_t{0}}); };
    const index_t z = gap(one.z, box.lo.z, box.hi.z), y = gap(one.y, box.lo.y, box.hi.y),
                  x = gap(one.x, box.lo.x, box.hi.x);
    return !box.empty() && z * z + y * y + x * x < index_t{one.radius_sq};
}

/// Calls `visit(rank)` for every other rank in whose block something of the ball has to be painted.
template <class Visit>
void for_each_rank_met(const domain& grid, const ball& one, const Visit& visit) {
    const box3 bounds = intersection(painted_box(one), whole(grid.volume()));
    if (inside(bounds, grid.own()))
        return;
    const box3 positions = grid.blocks().positions_meeting(bounds);
    for (index_t z = positions.lo.z; z < positions.hi.z; ++z)
        for (index_t y = positions.lo.y; y < positions.hi.y; ++y)
            for (index_t x = positions.lo.x; x < positions.hi.x; ++x)
                if (const int rank = grid.blocks().rank_at({z, y, x});
                    rank != grid.ranks().rank() && meets(one, intersection(grid.blocks().box(rank), bounds)))
                    visit(rank);
}

std::vector<message> travelling_balls(const domain& grid, const ball_list& balls) {
    std::map<int, std::vector<ball>> leaving;
    balls.for_each(
        [&](const ball& one) { for_each_rank_met(grid, one, [&](int rank) { leaving[rank].push_back(one); }); });
    std::vector<message> messages;
    for (const auto& [rank, each] : leaving)
        messages.push_back({rank, to_bytes(each)});
    return messages;
}

/// Sends balls to the blocks that they meet and takes in those that come from other blocks.
void exchange_balls(const domain& grid, balls_of_block& balls) {
    // Without background every block with phase voxels has its own ball of unbounded size.
    if (grid.ranks().size() == 1 || balls.found.max_distance_sq == unbounded_sq)
        return;
    const step_scope charged(grid.ledger(), scan_step::balls);
    const auto leaving = agreed(grid.ranks(), [&] { return travelling_balls(grid, balls.found.own); });
    const std::vector<message> arrived = grid.ranks().exchange(leaving);
    agreed(grid.ranks(), [&] {
        for (const message& each : arrived) {
            const auto more = from_bytes<ball>(each.bytes);
            balls.others.insert(balls.others.end(), more.begin(), more.end());
        }
    });
}

/// Both tables of the own block; the second is empty without a depth_field.
struct block_tables {
    thickness_table by_depth, by_field;
};

/// What one thread counts.
struct run_counters {
    thickness_counter by_depth;
    std::optional<thickness_counter> by_field;

    run_counters(const depth_bins& depth, const depth_field* field, const index3& origin) : by_depth(depth, origin) {
        if (field != nullptr)
            by_field.emplace(*field, origin);
    }
    void add(const painted_run& run) {
        by_depth.add(run);
        if (by_field)
            by_field->add(run);
    }
};

/// Paints the own block into `targets` and yields the block's tables.
block_tables paint(const domain& grid, view3<const class_t> own, int phase, const balls_of_block& balls,
                   const depth_bins& depth, const depth_field* field, const thickness_targets& targets) {
    std::deque<run_counters> counters;  // one per thread; a deque, for they must stay where they are
    paint_thickness(own, phase, grid.own(), balls.found.own, balls.others, [&]() -> run_sink {
        run_counters& counter = counters.emplace_back(depth, field, grid.own().lo);
        return [&counter, writer = thickness_writer(targets)](std::span<const painted_run> runs) mutable {
            for (const painted_run& run : runs) {
                counter.add(run);
                writer.write(run);
            }
        };
    });
    block_tables tables;
    for (run_counters& counter : counters) {
        tables.by_depth = merged(tables.by_depth, counter.by_depth.take());
        if (counter.by_field)
            tables.by_field = merged(tables.by_field, counter.by_field->take());
    }
    return tables;
}

void check(const domain& grid, view3<const class_t> own, const depth_bins& depth,
           std::span<const distance_sq_t> minimum_sq) {
    require_own_block(grid, own);
    require_depth(grid, depth);
    require(std::ranges::is_sorted(minimum_sq), "resolution limits ascend");
    require(minimum_sq.size() <= static_cast<std::size_t>(max_phases), "resolution limits fit into one chain");
}

}  // namespace

thickness_result measure_thickness(const domain& grid, view3<const class_t> own, int phase, const depth_bins& depth,
                                   std::span<const distance_sq_t> minimum_sq, thickness_map map,
                                   const depth_field* field) {
    agreed(grid.ranks(), [&] {
        check(grid, own, depth, minimum_sq);
        require(field == nullptr || static_cast<index_t>(field->from.size()) == own.extent().y * own.extent().x,
                "a depth field has a place for every column of the own block");
    });
    balls_of_block balls{find_balls(grid, own, phase), {}};
    exchange_balls(grid, balls);
    const step_scope charged(grid.ledger(), scan_step::thickness, own.voxels());
    thickness_result result = agreed(grid.ranks(), [&] {
        thickness_result painted;
        if (!minimum_sq.empty())
            painted.kept_classes = nothing_kept(own);
        if (map == thickness_map::kept)
            painted.thickness_sq = array3<distance_sq_t>(own.extent(), 0);
        auto [by_depth, by_field] = paint(grid, own, phase, balls, depth, field,
                                          {painted.kept_classes.view(), minimum_sq, painted.thickness_sq.view()});
        painted.table = std::move(by_depth);
        painted.field_table = std::move(by_field);
        return painted;
    });
    result.max_distance_sq = balls.found.max_distance_sq;
    sum_tables(grid.ranks(), result.table);
    if (field != nullptr)
        sum_tables(grid.ranks(), result.field_table);
    return result;
}

}  // namespace tomosweep
