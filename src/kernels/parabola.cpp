#include "parabola.hpp"

#include <algorithm>

namespace tomosweep {
namespace {

/// Looks outward from every entry until the square of the step exceeds the largest of its lanes. `in` is readable for
/// `reach` entries before and behind the line. Returns false, with `out` incomplete, when an entry has to look farther.
/// Integers only, so every clone yields the same.
[[gnu::target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")]] bool minimum_nearby(const distance_sq_t* in,
                                                                                          index_t count, index_t reach,
                                                                                          distance_sq_t* out) {
    // Adding a square to anything below this cannot wrap; anything above counts as too far away.
    const distance_sq_t limit = 0x7FFFFFFFU;
    for (index_t i = 0; i < count; ++i) {
        distance_sq_t best[parabola_lanes];
        const distance_sq_t* const centre = in + i * parabola_lanes;
        distance_sq_t largest = 0;
        for (index_t lane = 0; lane < parabola_lanes; ++lane) {
            best[lane] = centre[lane];
            largest = std::max(largest, best[lane]);
        }
        index_t step = 1;
        for (; step * step < static_cast<index_t>(largest) && step <= reach; ++step) {
            const auto square = static_cast<distance_sq_t>(step * step);
            const distance_sq_t* const before = centre - step * parabola_lanes;
            const distance_sq_t* const behind = centre + step * parabola_lanes;
            largest = 0;
            for (index_t lane = 0; lane < parabola_lanes; ++lane) {
                const distance_sq_t nearest = std::min(std::min(before[lane], behind[lane]), limit) + square;
                best[lane] = std::min(best[lane], nearest);
                largest = std::max(largest, best[lane]);
            }
        }
        if (step * step < static_cast<index_t>(largest))
            return false;
        for (index_t lane = 0; lane < parabola_lanes; ++lane)
            out[i * parabola_lanes + lane] = best[lane];
    }
    return true;
}

}  // namespace

parabola_envelope::parabola_envelope(index_t length)
    : length_(length),
      padded_(static_cast<std::size_t>((length + 2 * padding) * parabola_lanes), unbounded_sq),
      vertex_(static_cast<std::size_t>(length)),
      height_(static_cast<std::size_t>(length)),
      begins_(static_cast<std::size_t>(length)) {}

void parabola_envelope::evaluate(index_t first, index_t count, distance_sq_t* out) {
    const distance_sq_t* const in = input();
    const bool all_unbounded =
        std::all_of(in, in + length_ * parabola_lanes, [](distance_sq_t value) { return value == unbounded_sq; });
    if (all_unbounded) {
        std::fill_n(out, count * parabola_lanes, unbounded_sq);
        return;
    }
    if (minimum_nearby(in + first * parabola_lanes, count, reach, out))
        return;
    for (index_t lane = 0; lane < parabola_lanes; ++lane)
        evaluate_line(lane, first, count, out);
}

/// Felzenszwalb & Huttenlocher's envelope in integers: a parabola is lowest from the first whole entry at which it is
/// not above its predecessor's.
void parabola_envelope::evaluate_line(index_t lane, index_t first, index_t count, distance_sq_t* out) {
    const distance_sq_t* const in = input() + lane;
    std::size_t held = 0;
    for (index_t i = 0; i < length_; ++i) {
        const distance_sq_t value = in[i * parabola_lanes];
        if (value == unbounded_sq)
            continue;
        index_t begin = 0;
        while (held > 0) {
            const index_t vertex = vertex_[held - 1];
            // in(i) + (x - i)^2 <= height + (x - vertex)^2  <=>  x >= rise / (2 (i - vertex)), rounded up.
            const index_t rise = value + i * i - height_[held - 1] - vertex * vertex;
            const index_t run = 2 * (i - vertex);
            begin = rise <= 0 ? 0 : (rise + run - 1) / run;
            if (begin > begins_[held - 1])
                break;
            --held;
        }
        if (held > 0 && begin >= length_)
            continue;
        vertex_[held] = i;
        height_[held] = value;
        begins_[held] = held == 0 ? 0 : begin;
        ++held;
    }
    std::size_t lowest = 0;
    for (index_t i = first; i < first + count; ++i) {
        while (lowest + 1 < held && begins_[lowest + 1] <= i)
            ++lowest;
        const index_t offset = i - vertex_[lowest];
        out[(i - first) * parabola_lanes + lane] =
            held == 0 ? unbounded_sq : static_cast<distance_sq_t>(height_[lowest] + offset * offset);
    }
}

}  // namespace tomosweep
