#pragma once

#include <cstdint>
#include <vector>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// Lines that are worked on side by side: entry i of line l stands at [i * parabola_lanes + l].
inline constexpr index_t parabola_lanes = 16;

/// Lower envelope of parabolas over up to parabola_lanes lines at once: out(i) = min over j of in(j) + (i - j)^2.
/// Holds the scratch memory of one thread.
class parabola_envelope {
public:
    /// For lines of `length` entries.
    explicit parabola_envelope(index_t length);

    /// Where the caller writes the input, entry by entry; unbounded_sq stays out of every minimum.
    distance_sq_t* input() { return padded_.data() + padding * parabola_lanes; }
    /// Writes entries [first, first + count) of the envelope to `out`, layout as input().
    void evaluate(index_t first, index_t count, distance_sq_t* out);

private:
    /// Farthest entry that the direct minimum looks at. Beyond it the linear-time envelope is faster.
    static constexpr index_t reach = 96;
    static constexpr index_t padding = reach;

    void evaluate_line(index_t lane, index_t first, index_t count, distance_sq_t* out);

    index_t length_;
    std::vector<distance_sq_t> padded_;
    std::vector<index_t> vertex_;       // lowest parabolas from left to right
    std::vector<std::int64_t> height_;  // their values at the vertex
    std::vector<index_t> begins_;       // first entry at which each of them is lowest
};

}  // namespace tomosweep
