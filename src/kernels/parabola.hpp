#pragma once

#include <cstdint>
#include <vector>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// Lines that are worked on side by side, 64 bytes of them: entry i of line l stands at [i * parabola_lanes + l].
template <distance_value Distance>
inline constexpr index_t parabola_lanes = 64 / sizeof(Distance);

/// Lower envelope of parabolas over up to parabola_lanes lines at once: out(i) = min over j of in(j) + (i - j)^2.
/// Holds the scratch memory of one thread.
template <distance_value Distance>
class parabola_envelope {
public:
    /// For lines of `length` entries.
    explicit parabola_envelope(index_t length);

    /// Where the caller writes the input, entry by entry; too_far_sq stays out of every minimum.
    Distance* input() { return padded_.data() + padding * lanes; }
    /// Writes entries [first, first + count) of the envelope to `out`, layout as input().
    void evaluate(index_t first, index_t count, Distance* out);

private:
    static constexpr index_t lanes = parabola_lanes<Distance>;
    /// Farthest entry that the direct minimum looks at. Beyond it the linear-time envelope is faster.
    static constexpr index_t reach = 96;
    static constexpr index_t padding = reach;

    void evaluate_line(index_t lane, index_t first, index_t count, Distance* out);

    index_t length_;
    std::vector<Distance> padded_;
    std::vector<index_t> vertex_;       // lowest parabolas from left to right
    std::vector<std::int64_t> height_;  // their values at the vertex
    std::vector<index_t> begins_;       // first entry at which each of them is lowest
};

}  // namespace tomosweep
