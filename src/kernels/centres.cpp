#include "tomosweep/kernels/centres.hpp"

#include <algorithm>

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
[[gnu::target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")]] void ring_maxima(
    const std::array<const distance_sq_t*, 4>& rows, index_t count, distance_sq_t* out) {
    const distance_sq_t* const a = rows[0];
    const distance_sq_t* const b = rows[1];
    const distance_sq_t* const c = rows[2];
    const distance_sq_t* const d = rows[3];
    for (index_t x = 0; x < count; ++x)
        out[x] = std::max(std::max(a[x], b[x]), std::max(c[x], d[x]));
}

/// Finds the centres of one row at a time; holds the scratch memory of one thread.
class row_scanner {
public:
    row_scanner(view3<const distance_sq_t> distance, const box3& box, const box3& interior,
                const containment_tables& tables)
        : distance_(distance),
          box_(box),
          interior_(interior),
          tables_(tables),
          zeros_(static_cast<std::size_t>(distance.extent().x), 0),
          own_(static_cast<std::size_t>(distance.extent().x) + 2, 0),
          faces_(own_.size(), 0),
          edges_(own_.size(), 0),
          far_(far_neighbours()) {}

    /// Appends the balls of row (z, y) of the whole volume.
    void scan(index_t z, index_t y, std::vector<ball>& balls);

private:
    const distance_sq_t* row(index_t z, index_t y) const {
        const extent3& extent = distance_.extent();
        return z >= 0 && z < extent.z && y >= 0 && y < extent.y ? distance_.row(z, y) : zeros_.data();
    }
    bool contained(std::size_t at) const;
    bool contained_far(const index3& at) const;

    view3<const distance_sq_t> distance_;
    box3 box_;
    box3 interior_;
    const containment_tables& tables_;
    std::vector<distance_sq_t> zeros_;
    std::vector<distance_sq_t> own_, faces_, edges_;  // rows with a zero before and behind
    std::vector<far_neighbour> far_;
};

/// Whether the ball at position `at` of the padded rows lies inside that of one of the 26 neighbours.
bool row_scanner::contained(std::size_t at) const {
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
bool row_scanner::contained_far(const index3& at) const {
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

void row_scanner::scan(index_t z, index_t y, std::vector<ball>& balls) {
    const index_t count = distance_.extent().x;
    const index_t in_z = z - box_.lo.z;
    const index_t in_y = y - box_.lo.y;
    const distance_sq_t* const centre = row(in_z, in_y);
    if (std::all_of(centre, centre + count, [](distance_sq_t value) { return value == 0; }))
        return;
    std::copy_n(centre, count, own_.data() + 1);
    ring_maxima({row(in_z - 1, in_y), row(in_z + 1, in_y), row(in_z, in_y - 1), row(in_z, in_y + 1)}, count,
                faces_.data() + 1);
    ring_maxima({row(in_z - 1, in_y - 1), row(in_z - 1, in_y + 1), row(in_z + 1, in_y - 1), row(in_z + 1, in_y + 1)},
                count, edges_.data() + 1);
    for (index_t x = interior_.lo.x; x < interior_.hi.x; ++x) {
        const auto at = static_cast<std::size_t>(x - box_.lo.x) + 1;
        if (own_[at] != 0 && !contained(at) && !contained_far({in_z, in_y, x - box_.lo.x}))
            balls.push_back(
                {static_cast<std::int32_t>(z), static_cast<std::int32_t>(y), static_cast<std::int32_t>(x), own_[at]});
    }
}

/// Every voxel of an unbounded volume has the same endless ball; one of them says it all.
std::vector<ball> first_unbounded(std::vector<ball> balls) {
    if (!balls.empty() && balls.front().radius_sq == unbounded_sq)
        balls.resize(1);
    return balls;
}

}  // namespace

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

std::vector<ball> find_centres(view3<const distance_sq_t> distance, const box3& box, const box3& interior,
                               distance_sq_t max_distance_sq) {
    const containment_tables tables(max_distance_sq == unbounded_sq ? 0 : max_distance_sq);
    const extent3 extent = interior.extent();
    std::vector<std::vector<ball>> of_layer(static_cast<std::size_t>(extent.z));
#pragma omp parallel
    {
        row_scanner scanner(distance, box, interior, tables);
#pragma omp for schedule(dynamic)
        for (index_t z = 0; z < extent.z; ++z) {
            std::vector<ball> found;
            for (index_t y = 0; y < extent.y; ++y)
                scanner.scan(interior.lo.z + z, interior.lo.y + y, found);
            of_layer[static_cast<std::size_t>(z)] = first_unbounded(std::move(found));
        }
    }
    std::size_t count = 0;
    for (const auto& layer : of_layer)
        count += layer.size();
    std::vector<ball> balls;
    balls.reserve(count);
    for (auto& layer : of_layer) {
        balls.insert(balls.end(), layer.begin(), layer.end());
        layer = {};
    }
    return first_unbounded(std::move(balls));
}

}  // namespace tomosweep
