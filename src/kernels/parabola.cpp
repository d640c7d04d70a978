#include "parabola.hpp"

#include <algorithm>

#include "vector_paths.hpp"

namespace tomosweep {
namespace {

/// Looks outward from every entry until the square of the step exceeds the largest of its lanes. `in` is readable for
/// `reach` entries before and behind the line. Returns false, with `out` incomplete, when an entry has to look farther.
template <distance_value Distance>
[[gnu::always_inline]] inline bool look_outward(const Distance* in, index_t count, index_t reach, Distance* out) {
    constexpr index_t lanes = parabola_lanes<Distance>;
    for (index_t i = 0; i < count; ++i) {
        Distance best[lanes];
        const Distance* const centre = in + i * lanes;
        Distance largest = 0;
        for (index_t lane = 0; lane < lanes; ++lane) {
            best[lane] = centre[lane];
            largest = std::max(largest, best[lane]);
        }
        index_t step = 1;
        for (; step * step < static_cast<index_t>(largest) && step <= reach; ++step) {
            const auto square = static_cast<Distance>(step * step);
            // Adding the square must not wrap: sums that the type cannot hold become too_far_sq. In 32 bits no distance
            // comes near the end, and a constant makes the loop up to three times as fast.
            const Distance limit = sizeof(Distance) == 4 ? static_cast<Distance>(too_far_sq<Distance> / 2)
                                                         : static_cast<Distance>(too_far_sq<Distance> - square);
            const Distance* const before = centre - step * lanes;
            const Distance* const behind = centre + step * lanes;
            largest = 0;
            for (index_t lane = 0; lane < lanes; ++lane) {
                const Distance nearest = std::min(std::min(before[lane], behind[lane]), limit);
                best[lane] = std::min(best[lane], static_cast<Distance>(nearest + square));
                largest = std::max(largest, best[lane]);
            }
        }
        if (step * step < static_cast<index_t>(largest))
            return false;
        std::copy_n(best, lanes, out + i * lanes);
    }
    return true;
}

TOMOSWEEP_VECTOR_PATHS bool minimum_nearby(const distance_sq_t* in, index_t count, index_t reach, distance_sq_t* out) {
    return look_outward(in, count, reach, out);
}
TOMOSWEEP_VECTOR_PATHS bool minimum_nearby(const short_distance_sq_t* in, index_t count, index_t reach,
                                           short_distance_sq_t* out) {
    return look_outward(in, count, reach, out);
}

}  // namespace

template <distance_value Distance>
parabola_envelope<Distance>::parabola_envelope(index_t length)
    : length_(length),
      padded_(static_cast<std::size_t>((length + 2 * padding) * lanes), too_far_sq<Distance>),
      vertex_(static_cast<std::size_t>(length)),
      height_(static_cast<std::size_t>(length)),
      begins_(static_cast<std::size_t>(length)) {}

template <distance_value Distance>
void parabola_envelope<Distance>::evaluate(index_t first, index_t count, Distance* out) {
    const Distance* const in = input();
    const bool all_unbounded =
        std::all_of(in, in + length_ * lanes, [](Distance value) { return value == too_far_sq<Distance>; });
    if (all_unbounded) {
        std::fill_n(out, count * lanes, too_far_sq<Distance>);
        return;
    }
    if (minimum_nearby(in + first * lanes, count, reach, out))
        return;
    for (index_t lane = 0; lane < lanes; ++lane)
        evaluate_line(lane, first, count, out);
}

/// Felzenszwalb & Huttenlocher's envelope in integers: a parabola is lowest from the first whole entry at which it is
/// not above its predecessor's.
template <distance_value Distance>
void parabola_envelope<Distance>::evaluate_line(index_t lane, index_t first, index_t count, Distance* out) {
    const Distance* const in = input() + lane;
    std::size_t held = 0;
    for (index_t i = 0; i < length_; ++i) {
        const Distance value = in[i * lanes];
        if (value == too_far_sq<Distance>)
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
        constexpr index_t too_far = too_far_sq<Distance>;
        const index_t offset = i - vertex_[lowest];
        const index_t value = held == 0 ? too_far : std::min(height_[lowest] + offset * offset, too_far);
        out[(i - first) * lanes + lane] = static_cast<Distance>(value);
    }
}

template class parabola_envelope<distance_sq_t>;
template class parabola_envelope<short_distance_sq_t>;

}  // namespace tomosweep
