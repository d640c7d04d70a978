#include "tomosweep/kernels/centres.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "tomosweep/kernels/row_bits.hpp"
#include "vector_paths.hpp"

namespace tomosweep {
namespace {

/// Balls below this are practically never inside the ball of a voxel farther away than the 26 neighbours.
constexpr distance_sq_t far_from_sq = 64;
constexpr index_t far_reach = 3;
constexpr std::size_t near_steps = 3;

/// A neighbour beyond the 26, and its place among containment_steps.
struct far_neighbour {
    index3 offset;
    std::size_t step;
};

std::vector<far_neighbour> far_neighbours() {
    std::vector<far_neighbour> found;
    for (std::size_t step = near_steps; step < containment_steps.size(); ++step) {
        const index3& shape = containment_steps[step];
        std::array<index_t, 3> parts{shape.z, shape.y, shape.x};
        std::sort(parts.begin(), parts.end());
        do {
            for (const index_t z : {-1, 1})
                for (const index_t y : {-1, 1})
                    for (const index_t x : {-1, 1}) {
                        // A part of 0 has one sign only.
                        const index3 sign{parts[0] == 0 ? 1 : z, parts[1] == 0 ? 1 : y, parts[2] == 0 ? 1 : x};
                        if (sign == index3{z, y, x})
                            found.push_back({{z * parts[0], y * parts[1], x * parts[2]}, step});
                    }
        } while (std::next_permutation(parts.begin(), parts.end()));
    }
    return found;
}

/// For every x in [0, count) the largest distance over four rows.
template <distance_value Distance>
[[gnu::always_inline]] inline void largest_of_four(const std::array<const Distance*, 4>& rows, index_t count,
                                                   Distance* out) {
    const Distance* const a = rows[0];
    const Distance* const b = rows[1];
    const Distance* const c = rows[2];
    const Distance* const d = rows[3];
    for (index_t x = 0; x < count; ++x)
        out[x] = std::max(std::max(a[x], b[x]), std::max(c[x], d[x]));
}
TOMOSWEEP_VECTOR_PATHS void ring_maxima(const std::array<const distance_sq_t*, 4>& rows, index_t count,
                                        distance_sq_t* out) {
    largest_of_four(rows, count, out);
}
TOMOSWEEP_VECTOR_PATHS void ring_maxima(const std::array<const short_distance_sq_t*, 4>& rows, index_t count,
                                        short_distance_sq_t* out) {
    largest_of_four(rows, count, out);
}

/// A row of distances, padded by one voxel, and those beside it along z and y.
template <distance_value Distance>
struct row_cross {
    const Distance* own;
    const Distance *above, *below;    // z - 1, z + 1
    const Distance *before, *behind;  // y - 1, y + 1
};

// By value: the compiler makes no vectors of std::max's references.
template <class T>
[[gnu::always_inline]] inline T larger(T a, T b) {
    return a > b ? a : b;
}
template <class T>
[[gnu::always_inline]] inline T smaller(T a, T b) {
    return a < b ? a : b;
}

/// How far from its centre the part of a ball begins that sticks out of the two balls beside it along one axis.
template <class Wide>
[[gnu::always_inline]] inline Wide overhang(Wide own, Wide lower, Wide upper) {
    return (larger(larger(lower, upper), own) - own + 1) / 2;
}

/// For every x in [0, count) whether a ball is larger than one voxel and sticks out of the six balls beside it. Nothing
/// does between two larger balls, for what sticks out of one lies in the other; of equal balls the first in raster
/// order counts as the larger one.
template <distance_value Distance>
[[gnu::always_inline]] inline void balls_that_stick_out(const row_cross<Distance>& rows, index_t count,
                                                        std::uint8_t* out) {
    using wide = std::conditional_t<sizeof(Distance) == 2, std::uint32_t, std::uint64_t>;
    const Distance* const centre = rows.own;
    const Distance *const above = rows.above, *const below = rows.below;
    const Distance *const before = rows.before, *const behind = rows.behind;
    for (index_t i = 0; i < count; ++i) {
        const wide own = centre[i], left = centre[i - 1], right = centre[i + 1];
        const wide z_lower = above[i], z_upper = below[i], y_lower = before[i], y_upper = behind[i];
        const wide z = overhang(own, z_lower, z_upper);
        const wide y = overhang(own, y_lower, y_upper);
        const wide x = overhang(own, left, right);
        const wide between = larger(larger(smaller<wide>(z_lower + 1, z_upper), smaller<wide>(y_lower + 1, y_upper)),
                                    smaller<wide>(left + 1, right));
        out[i] = static_cast<std::uint8_t>((own > 1) & (between <= own) & (z * z + y * y + x * x < own));
    }
}
TOMOSWEEP_VECTOR_PATHS void mark_sticking_out(const row_cross<distance_sq_t>& rows, index_t count, std::uint8_t* out) {
    balls_that_stick_out(rows, count, out);
}
TOMOSWEEP_VECTOR_PATHS void mark_sticking_out(const row_cross<short_distance_sq_t>& rows, index_t count,
                                              std::uint8_t* out) {
    balls_that_stick_out(rows, count, out);
}

part_side side_of(distance_sq_t own, distance_sq_t lower, distance_sq_t upper) {
    if (upper > own)
        return {-1, (index_t{upper} - own + 1) / 2};
    return lower >= own ? part_side{1, (index_t{lower} - own + 1) / 2} : part_side{};
}

/// Finds the centres of one row at a time; holds the scratch memory of one thread.
template <distance_value Distance>
class row_scanner {
public:
    row_scanner(view3<const Distance> distance, const box3& box, const box3& interior, const containment_tables& tables)
        : distance_(distance),
          box_(box),
          interior_(interior),
          tables_(tables),
          zeros_(static_cast<std::size_t>(distance.extent().x), 0),
          own_(static_cast<std::size_t>(distance.extent().x) + 2, 0),
          faces_(own_.size(), 0),
          edges_(own_.size(), 0),
          marks_(static_cast<std::size_t>(distance.extent().x), 0),
          marked_(static_cast<std::size_t>(words_per_row(distance.extent().x)), 0),
          far_(far_neighbours()) {}

    /// Appends the balls of row (z, y) of the whole volume.
    void scan(index_t z, index_t y, layer_balls& balls);

private:
    const Distance* row(index_t z, index_t y) const {
        const extent3& extent = distance_.extent();
        return z >= 0 && z < extent.z && y >= 0 && y < extent.y ? distance_.row(z, y) : zeros_.data();
    }
    bool contained(std::size_t at) const;
    bool contained_far(const index3& at) const;
    part_code part_at(const row_cross<Distance>& rows, index_t x) const;

    view3<const Distance> distance_;
    box3 box_;
    box3 interior_;
    const containment_tables& tables_;
    std::vector<Distance> zeros_;
    std::vector<Distance> own_, faces_, edges_;  // rows with a zero before and behind
    std::vector<std::uint8_t> marks_;
    std::vector<std::uint64_t> marked_;
    std::vector<far_neighbour> far_;
};

/// Whether the ball at position `at` of the padded rows lies inside that of one of the 26 neighbours.
template <distance_value Distance>
bool row_scanner<Distance>::contained(std::size_t at) const {
    const distance_sq_t radius_sq = own_[at];
    if (radius_sq > tables_.covered())
        return false;
    const distance_sq_t face = std::max({own_[at - 1], own_[at + 1], faces_[at]});
    if (face >= tables_.containing(radius_sq, 0))
        return true;
    const distance_sq_t edge = std::max({faces_[at - 1], faces_[at + 1], edges_[at]});
    return edge >= tables_.containing(radius_sq, 1) ||
           std::max(edges_[at - 1], edges_[at + 1]) >= tables_.containing(radius_sq, 2);
}

/// Whether the ball at `at`, relative to the block, lies inside that of a voxel farther away than the 26 neighbours.
template <distance_value Distance>
bool row_scanner<Distance>::contained_far(const index3& at) const {
    const distance_sq_t radius_sq = distance_[at];
    if (radius_sq < far_from_sq || radius_sq > tables_.covered())
        return false;
    const box3 seen = whole(distance_.extent());
    const index3 margin{far_reach, far_reach, far_reach};
    const bool inside = seen.contains(at - margin) && seen.contains(at + margin);
    return std::any_of(far_.begin(), far_.end(), [&](const far_neighbour& other) {
        const index3 place = at + other.offset;
        return (inside || seen.contains(place)) && distance_[place] >= tables_.containing(radius_sq, other.step);
    });
}

template <distance_value Distance>
part_code row_scanner<Distance>::part_at(const row_cross<Distance>& rows, index_t x) const {
    const distance_sq_t own = rows.own[x];
    if (own < least_parted_sq)
        return 0;
    return code_of_part({side_of(own, rows.above[x], rows.below[x]), side_of(own, rows.before[x], rows.behind[x]),
                         side_of(own, rows.own[x - 1], rows.own[x + 1])},
                        whole_root(index_t{own} - 1));
}

template <distance_value Distance>
void row_scanner<Distance>::scan(index_t z, index_t y, layer_balls& balls) {
    const index_t count = distance_.extent().x;
    const index_t in_z = z - box_.lo.z;
    const index_t in_y = y - box_.lo.y;
    const Distance* const centre = row(in_z, in_y);
    if (std::all_of(centre, centre + count, [](Distance value) { return value == 0; }))
        return;
    std::copy_n(centre, count, own_.data() + 1);
    const row_cross<Distance> rows{own_.data() + 1, row(in_z - 1, in_y), row(in_z + 1, in_y), row(in_z, in_y - 1),
                                   row(in_z, in_y + 1)};
    mark_sticking_out(rows, count, marks_.data());
    row_bits(marks_.data(), count, {1, 1}, marked_.data());
    ring_maxima({rows.above, rows.below, rows.before, rows.behind}, count, faces_.data() + 1);
    ring_maxima({row(in_z - 1, in_y - 1), row(in_z - 1, in_y + 1), row(in_z + 1, in_y - 1), row(in_z + 1, in_y + 1)},
                count, edges_.data() + 1);
    const index_t first = interior_.lo.x - box_.lo.x, end = interior_.hi.x - box_.lo.x;
    for (index_t word = 0; word < static_cast<index_t>(marked_.size()); ++word)
        for (std::uint64_t left = marked_[static_cast<std::size_t>(word)]; left != 0; left &= left - 1) {
            const index_t x = word * bits_per_word + std::countr_zero(left);
            if (x >= first && x < end && !contained(static_cast<std::size_t>(x) + 1) && !contained_far({in_z, in_y, x}))
                balls.add((y - interior_.lo.y) * interior_.extent().x + x - first, rows.own[x], part_at(rows, x));
        }
}

template <distance_value Distance>
ball_list kept_centres(view3<const Distance> distance, const box3& box, const box3& interior,
                       distance_sq_t max_distance_sq) {
    ball_list balls(interior);
    add_centres(distance, box, interior, containment_tables(max_distance_sq), balls);
    return balls;
}

}  // namespace

template <distance_value Distance>
void add_centres(view3<const Distance> distance, const box3& box, const box3& interior,
                 const containment_tables& tables, ball_list& balls) {
#pragma omp parallel
    {
        row_scanner scanner(distance, box, interior, tables);
        layer_balls found;  // grows once; what is kept of it is as small as can be
#pragma omp for schedule(dynamic)
        for (index_t z = interior.lo.z; z < interior.hi.z; ++z) {
            found.clear();
            for (index_t y = interior.lo.y; y < interior.hi.y; ++y)
                scanner.scan(z, y, found);
            balls.layer(z) = layer_balls(found);
        }
    }
}

template void add_centres(view3<const distance_sq_t>, const box3&, const box3&, const containment_tables&, ball_list&);
template void add_centres(view3<const short_distance_sq_t>, const box3&, const box3&, const containment_tables&,
                          ball_list&);

containment_tables::containment_tables(distance_sq_t max_radius_sq)
    : of_step_(static_cast<std::size_t>(std::min(max_radius_sq, largest)) + 1) {
    // The container must reach the voxel q of the ball that is farthest from it, |q|^2 + 2 q.step + |step|^2 with q as
    // far as possible along the step. By symmetry parts in falling order suffice, for q as for the step.
    constexpr std::size_t steps = containment_steps.size();
    const index_t end = static_cast<index_t>(of_step_.size()) - 1;
    for (index_t z = 0; z * z < end; ++z)
        for (index_t y = 0; y <= z && z * z + y * y < end; ++y)
            for (index_t x = 0; x <= y && z * z + y * y + x * x < end; ++x) {
                const index_t norm = z * z + y * y + x * x;
                auto& needed = of_step_[static_cast<std::size_t>(norm) + 1];
                for (std::size_t step = 0; step < steps; ++step) {
                    const index3 far = index3{z, y, x} + containment_steps[step];
                    const index_t reach_sq = far.z * far.z + far.y * far.y + far.x * far.x;
                    needed[step] = std::max(needed[step], static_cast<distance_sq_t>(reach_sq + 1));
                }
            }
    for (std::size_t radius_sq = 1; radius_sq < of_step_.size(); ++radius_sq)
        for (std::size_t step = 0; step < steps; ++step)
            of_step_[radius_sq][step] = std::max(of_step_[radius_sq][step], of_step_[radius_sq - 1][step]);
}

ball_list find_centres(view3<const distance_sq_t> distance, const box3& box, const box3& interior,
                       distance_sq_t max_distance_sq) {
    if (interior.empty())
        return {};
    if (max_distance_sq < unbounded_sq)
        return kept_centres(distance, box, interior, max_distance_sq);
    return endless_ball(distance.part({interior.lo - box.lo, interior.hi - box.lo}), interior,
                        [](distance_sq_t each) { return each == unbounded_sq; });
}
ball_list find_centres(view3<const short_distance_sq_t> distance, const box3& box, const box3& interior,
                       distance_sq_t max_distance_sq) {
    return interior.empty() ? ball_list() : kept_centres(distance, box, interior, max_distance_sq);
}

}  // namespace tomosweep
