#include "tomosweep/ops/thickness.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "distance_passes.hpp"
#include "own_block.hpp"
#include "thickness_sink.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/kernels/thickness.hpp"
#include "tomosweep/ops/balls.hpp"

namespace tomosweep {
namespace {

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

/// Sends balls to the blocks that they meet and yields those that come from other blocks.
std::vector<ball> exchange_balls(const domain& grid, const ball_list& own) {
    const step_scope charged(grid.ledger(), scan_step::balls);
    const auto leaving = agreed(grid.ranks(), [&] { return travelling_balls(grid, own); });
    const std::vector<message> arrived = grid.ranks().exchange(leaving);
    return agreed(grid.ranks(), [&] {
        std::vector<ball> others;
        for (const message& each : arrived) {
            const auto more = from_bytes<ball>(each.bytes);
            others.insert(others.end(), more.begin(), more.end());
        }
        return others;
    });
}

/// What one thread counts.
struct counters {
    thickness_counter by_depth;
    std::optional<thickness_counter> by_field;

    counters(const thickness_request& request, const index3& origin, distance_sq_t largest_sq)
        : by_depth(request.depth, origin, largest_sq) {
        if (request.field != nullptr)
            by_field.emplace(*request.field, origin, largest_sq);
    }
    template <class Painted>
    void add(const Painted& painted) {
        by_depth.add(painted);
        if (by_field)
            by_field->add(painted);
    }
};

/// Counts what is painted of the own block, and writes it to targets.
class painted_block {
public:
    /// No squared radius is above `largest_sq`.
    painted_block(const index3& origin, const thickness_request& request, const thickness_targets& targets,
                  distance_sq_t largest_sq)
        : origin_(origin), request_(request), targets_(targets), largest_sq_(largest_sq) {}

    /// For one more thread.
    run_sink make_run_sink() {
        return [take = make_taker()](std::span<const painted_run> runs) mutable {
            for (const painted_run& run : runs)
                take(run);
        };
    }
    radii_sink make_radii_sink() { return make_taker(); }
    void add_tables_to(thickness_result& result) {
        for (counters& counter : counters_) {
            result.table = merged(result.table, counter.by_depth.take());
            if (counter.by_field)
                result.field_table = merged(result.field_table, counter.by_field->take());
        }
    }

private:
    struct taker {
        counters& counted;
        thickness_writer writer;

        void operator()(const auto& painted) {
            counted.add(painted);
            writer.write(painted);
        }
    };
    taker make_taker() {
        return {counters_.emplace_back(request_, origin_, largest_sq_), thickness_writer(targets_, largest_sq_)};
    }

    index3 origin_;
    const thickness_request& request_;
    thickness_targets targets_;
    distance_sq_t largest_sq_;
    std::deque<counters> counters_;  // one per thread; a deque, for they must stay where they are
};

void check(const domain& grid, view3<const class_t> own, const thickness_request& request) {
    require_own_block(grid, own);
    require_depth(grid, request.depth);
    require(std::ranges::is_sorted(request.minimum_sq), "resolution limits ascend");
    require(request.minimum_sq.size() <= static_cast<std::size_t>(max_phases), "resolution limits fit into one chain");
    require(
        request.field == nullptr || static_cast<index_t>(request.field->from.size()) == own.extent().y * own.extent().x,
        "a depth field has a place for every column of the own block");
}

}  // namespace

chain_thickness::chain_thickness(const domain& grid, view3<const class_t> own, thickness_request request)
    : grid_(grid), own_(own), request_(std::move(request)) {
    agreed(grid_.ranks(), [&] { check(grid_, own_, request_); });
}

/// Of the balls of a larger phase, those that the phase before did not have.
ball_list chain_thickness::not_painted_yet(const ball_list& balls) {
    const step_scope charged(grid_.ledger(), scan_step::thickness);
    return agreed(grid_.ranks(), [&] { return balls.without(*std::exchange(balls_before_, std::nullopt)); });
}

/// Volumes are kept from phase to phase: memory touched for the first time is slow. What was written for a smaller
/// phase will be written over.
void chain_thickness::prepare_volumes() {
    if (!request_.minimum_sq.empty() && kept_.data() == nullptr) {
        if (kept_classes_.extent() != own_.extent())
            kept_classes_ = nothing_kept(own_);
        kept_ = kept_classes_.view();
    }
    if (request_.map == thickness_map::kept && thickness_sq_.extent() != own_.extent())
        thickness_sq_ = array3<distance_sq_t>(own_.extent(), 0);
}

thickness_result chain_thickness::measure(int phase, phases_to_come later) {
    return measure_into({}, phase, later);
}

thickness_result chain_thickness::measure_last(int phase, view3<class_t> own) {
    kept_classes_ = {};
    return measure_into(request_.minimum_sq.empty() ? view3<class_t>() : own, phase, phases_to_come::none);
}

thickness_result chain_thickness::measure_into(view3<class_t> kept, int phase, phases_to_come later) {
    kept_ = kept;
    // Where distances stand all at once they need the room.
    if (!undivided(grid_, axis::z))
        kept_classes_ = {};
    found_balls found = find_balls(grid_, own_, phase);
    const bool near = found.max_distance_sq < too_far_sq<short_distance_sq_t>;
    if (!near)
        balls_before_.reset();
    const bool known = balls_before_.has_value(), keeps = near && later == phases_to_come::some;
    const ball_list fewer = known ? not_painted_yet(found.own) : ball_list();
    const ball_list& own = known ? fewer : found.own;
    // Without background every block with phase voxels has its own ball of unbounded size.
    const bool travel = grid_.ranks().size() > 1 && found.max_distance_sq < unbounded_sq;
    const auto others = travel ? exchange_balls(grid_, own) : std::vector<ball>();
    const step_scope charged(grid_.ledger(), scan_step::thickness, own_.voxels());
    thickness_result result = agreed(grid_.ranks(), [&] {
        prepare_volumes();
        painted_block block(grid_.own().lo, request_, {kept_, request_.minimum_sq, thickness_sq_.view()},
                            found.max_distance_sq);
        if (!known)
            known_ = known_thickness(keeps ? own_.extent().z : 0);
        if (known || keeps)
            repaint_thickness(own_, phase, grid_.own(), own, others, known_, [&] { return block.make_radii_sink(); });
        else
            paint_thickness(own_, phase, grid_.own(), own, others, [&] { return block.make_run_sink(); });
        if (keeps)
            balls_before_ = std::move(found.own);
        thickness_result painted;
        block.add_tables_to(painted);
        return painted;
    });
    result.max_distance_sq = found.max_distance_sq;
    sum_tables(grid_.ranks(), result.table);
    if (request_.field != nullptr)
        sum_tables(grid_.ranks(), result.field_table);
    return result;
}

}  // namespace tomosweep
