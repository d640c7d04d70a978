#include "tomosweep/ops/change_tables.hpp"

#include <algorithm>
#include <array>

#include "label_counts.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/ops/labels.hpp"
#include "tomosweep/ops/thickness.hpp"

namespace tomosweep {
namespace {

/// Calls visit(z, y, x) for every voxel of a block.
template <class Visit>
void for_each_voxel(const extent3& extent, const Visit& visit) {
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y)
            for (index_t x = 0; x < extent.x; ++x)
                visit(z, y, x);
}

class comparison {
public:
    comparison(const domain& grid, view3<const class_t> from, view3<const class_t> to)
        : grid_(grid), extent_(grid.own().extent()), from_(from), to_(to) {}

    change_counts totals() const {
        std::array<std::int64_t, 4> sums{};
        for_each_voxel(extent_, [&](index_t z, index_t y, index_t x) {
            const bool first = from_(z, y, x) == 0, second = to_(z, y, x) == 0;
            sums[0] += from_(z, y, x) != class_outside ? 1 : 0;
            sums[1] += first ? 1 : 0;
            sums[2] += second ? 1 : 0;
            sums[3] += first && second ? 1 : 0;
        });
        grid_.ranks().sum(std::span<std::int64_t>(sums));
        return {sums[0], sums[1], sums[2], sums[3], {}};
    }

    followed_cluster follow(connectivity adjacency) const {
        followed_cluster found;
        const array3<class_t> largest = largest_of(from_, adjacency, found.from_largest);
        follow_into(largest.view(), adjacency, found);
        found.opened = changed(from_, to_, adjacency);
        found.closed = changed(to_, from_, adjacency);
        return found;
    }

private:
    /// The largest component as a class volume, and its voxels.
    array3<class_t> largest_of(view3<const class_t> classes, connectivity adjacency, std::int64_t& voxels) const {
        const array3<std::uint64_t> labels = label_components(grid_, classes, 0, adjacency);
        const label_count largest = most_frequent(grid_.ranks(), counts_of(labels));
        voxels = largest.second;
        array3<class_t> cluster(extent_);
        for_each_voxel(extent_, [&](index_t z, index_t y, index_t x) {
            const bool inside = largest.second > 0 && labels(z, y, x) == largest.first;
            cluster(z, y, x) = inside                              ? class_t{0}
                               : classes(z, y, x) == class_outside ? class_outside
                                                                   : class_background;
        });
        return cluster;
    }

    static std::vector<label_count> counts_of(const array3<std::uint64_t>& labels) {
        label_counter counter;
        for (const std::uint64_t label : labels.values())
            if (label != 0)
                counter.add(label);
        return counter.take();
    }

    void follow_into(view3<const class_t> largest, connectivity adjacency, followed_cluster& found) const {
        const array3<std::uint64_t> labels = label_components(grid_, to_, 0, adjacency);
        const label_count to = most_frequent(grid_.ranks(), counts_of(labels));
        label_counter counter;
        std::int64_t shared = 0, successor = 0;
        for_each_voxel(extent_, [&](index_t z, index_t y, index_t x) {
            if (largest(z, y, x) != 0 || labels(z, y, x) == 0)
                return;
            counter.add(labels(z, y, x));
            shared += labels(z, y, x) == to.first ? 1 : 0;
        });
        const label_count next = most_frequent(grid_.ranks(), counter.take());
        for (const std::uint64_t label : labels.values())
            successor += next.second > 0 && label == next.first ? 1 : 0;
        found.to_largest = to.second;
        found.shared = grid_.ranks().sum(shared);
        found.successor = grid_.ranks().sum(successor);
        found.successor_shared = next.second;
        found.same = next.second > 0 && next.first == to.first ? 1 : 0;
    }

    /// Largest component of what is phase in `now` and was not `before`.
    cluster_counts changed(view3<const class_t> before, view3<const class_t> now, connectivity adjacency) const {
        array3<class_t> change(extent_);
        for_each_voxel(extent_, [&](index_t z, index_t y, index_t x) {
            const bool both = before(z, y, x) == 0 && now(z, y, x) == 0;
            change(z, y, x) = both ? class_background : now(z, y, x);
        });
        cluster_counts counts;
        const array3<class_t> cluster = largest_of(change.view(), adjacency, counts.voxels);
        change = {};
        add_moments(cluster.view(), counts);
        if (counts.voxels > 0) {
            const auto layers = static_cast<std::size_t>(grid_.volume().z);
            const depth_bins one_bin{axis::z, std::vector<std::int32_t>(layers, 0), 1};
            counts.thickness = measure_thickness(grid_, cluster.view(), 0, one_bin, {}).table;
        }
        return counts;
    }

    void add_moments(view3<const class_t> cluster, cluster_counts& counts) const {
        const extent3& volume = grid_.volume();
        const index3 corner = grid_.own().lo - index3{volume.z / 2, volume.y / 2, volume.x / 2};
        std::array<std::int64_t, 9> sums{};
        for_each_voxel(extent_, [&](index_t z, index_t y, index_t x) {
            if (cluster(z, y, x) != 0)
                return;
            const index3 p = corner + index3{z, y, x};
            const std::array terms{p.z, p.y, p.x, p.z * p.z, p.z * p.y, p.z * p.x, p.y * p.y, p.y * p.x, p.x * p.x};
            for (std::size_t i = 0; i < terms.size(); ++i)
                sums[i] += terms[i];
        });
        grid_.ranks().sum(std::span<std::int64_t>(sums));
        std::copy_n(sums.begin(), 3, counts.position.begin());
        std::copy_n(sums.begin() + 3, 6, counts.square.begin());
    }

    const domain& grid_;
    extent3 extent_;
    view3<const class_t> from_, to_;
};

}  // namespace

change_counts count_changes(const domain& grid, view3<const class_t> from, view3<const class_t> to,
                            std::span<const connectivity> adjacencies) {
    const bool fit = from.extent() == grid.own().extent() && to.extent() == grid.own().extent();
    require(grid.ranks().min(std::int64_t{fit ? 1 : 0}) == 1, "both states hold the rank's own block");
    const comparison states(grid, from, to);
    change_counts counts = states.totals();
    for (const connectivity adjacency : adjacencies)
        counts.clusters.push_back(states.follow(adjacency));
    return counts;
}

}  // namespace tomosweep
