#include "tomosweep/ops/change_tables.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

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

/// The bins of a thickness that nobody asks for by depth.
depth_bins one_bin(const domain& grid) {
    return {axis::z, std::vector<std::int32_t>(static_cast<std::size_t>(grid.volume().z), 0), 1};
}

/// Totals of the `phases` nested phases that begin with those of `from` and `to`, in one pass: a joint histogram of the
/// classes of both states, summed up. Collective.
std::vector<change_counts> totals_of(const domain& grid, const state_classes& from, const state_classes& to,
                                     std::size_t phases) {
    const std::size_t width = phases + 1;
    const auto level = [&](class_t value, int first) {
        return std::min(static_cast<std::size_t>(std::max(int{value} - first, 0)), phases);
    };
    std::vector<std::int64_t> joint(width * width, 0);
    for_each_voxel(grid.own().extent(), [&](index_t z, index_t y, index_t x) {
        const class_t first = from.classes(z, y, x), second = to.classes(z, y, x);
        if (first != class_outside)
            ++joint[level(first, from.phase) * width + level(second, to.phase)];
    });
    grid.ranks().sum(std::span(joint));
    std::vector<change_counts> totals(phases);
    for (std::size_t k = 0; k < phases; ++k)
        for (std::size_t a = 0; a < width; ++a)
            for (std::size_t b = 0; b < width; ++b) {
                const std::int64_t voxels = joint[a * width + b];
                totals[k].common += voxels;
                totals[k].from += a <= k ? voxels : 0;
                totals[k].to += b <= k ? voxels : 0;
                totals[k].kept += a <= k && b <= k ? voxels : 0;
            }
    return totals;
}

/// A cluster by the label that it has among others, as a class volume.
struct labelled_cluster {
    label_count label;
    array3<class_t> voxels;
};

/// What became of the largest clusters of two states, each of them one phase.
class comparison {
public:
    comparison(const domain& grid, const state_classes& from, const state_classes& to)
        : grid_(grid), extent_(grid.own().extent()), from_(from), to_(to) {}

    followed_cluster follow(connectivity adjacency) {
        followed_cluster found;
        {
            const labelled_cluster largest = largest_of(from_, adjacency);
            found.from_largest = largest.label.second;
            follow_into(largest.voxels.view(), adjacency, found);
        }
        found.opened = changed(from_, to_, adjacency, opened_);
        found.closed = changed(to_, from_, adjacency, closed_);
        return found;
    }

private:
    /// Of the connectivity before: the same label and size are the same cluster, whose thickness costs more than all
    /// the rest.
    using known_cluster = std::optional<std::pair<label_count, cluster_counts>>;

    static bool holds(const state_classes& state, index_t z, index_t y, index_t x) {
        return state.classes(z, y, x) <= state.phase;
    }

    labelled_cluster largest_of(const state_classes& state, connectivity adjacency) const {
        const array3<std::uint64_t> labels = label_components(grid_, state.classes, state.phase, adjacency);
        labelled_cluster largest{most_frequent(grid_.ranks(), counts_of(labels)), array3<class_t>(extent_)};
        for_each_voxel(extent_, [&](index_t z, index_t y, index_t x) {
            const bool inside = largest.label.second > 0 && labels(z, y, x) == largest.label.first;
            largest.voxels(z, y, x) = inside                                    ? class_t{0}
                                      : state.classes(z, y, x) == class_outside ? class_outside
                                                                                : class_background;
        });
        return largest;
    }

    static std::vector<label_count> counts_of(const array3<std::uint64_t>& labels) {
        label_counter counter;
        for (const std::uint64_t label : labels.values())
            if (label != 0)
                counter.add(label);
        return counter.take();
    }

    void follow_into(view3<const class_t> largest, connectivity adjacency, followed_cluster& found) const {
        const array3<std::uint64_t> labels = label_components(grid_, to_.classes, to_.phase, adjacency);
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
    cluster_counts changed(const state_classes& before, const state_classes& now, connectivity adjacency,
                           known_cluster& known) const {
        array3<class_t> change(extent_);
        for_each_voxel(extent_, [&](index_t z, index_t y, index_t x) {
            const bool fresh = holds(now, z, y, x) && !holds(before, z, y, x);
            change(z, y, x) = fresh                                   ? class_t{0}
                              : now.classes(z, y, x) == class_outside ? class_outside
                                                                      : class_background;
        });
        const labelled_cluster cluster = largest_of({change.view(), 0}, adjacency);
        change = {};
        if (!known || known->first != cluster.label)
            known.emplace(cluster.label, counts_of(cluster));
        return known->second;
    }

    cluster_counts counts_of(const labelled_cluster& cluster) const {
        cluster_counts counts;
        counts.voxels = cluster.label.second;
        if (counts.voxels == 0)
            return counts;
        add_moments(cluster.voxels.view(), counts);
        counts.thickness = chain_thickness(grid_, cluster.voxels.view(), {one_bin(grid_)}).measure(0).table;
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
    state_classes from_, to_;
    known_cluster opened_, closed_;
};

void follow_clusters(const domain& grid, const state_classes& from, const state_classes& to,
                     std::span<const connectivity> adjacencies, change_counts& counts) {
    comparison states(grid, from, to);
    for (const connectivity adjacency : adjacencies)
        counts.clusters.push_back(states.follow(adjacency));
}

/// What `removing` keeps, ascending limits without repetition. Collective.
std::vector<change_counts> limited_changes(const domain& grid, const state_classes& from, const state_classes& to,
                                           std::span<const connectivity> adjacencies,
                                           std::span<const distance_sq_t> removing) {
    const thickness_request request{one_bin(grid), {removing.begin(), removing.end()}};
    chain_thickness from_thickness(grid, from.classes, request), to_thickness(grid, to.classes, request);
    from_thickness.measure(from.phase);
    to_thickness.measure(to.phase);
    const view3<const class_t> first = from_thickness.kept_classes(), second = to_thickness.kept_classes();
    // The chain of limits runs from the largest, which keeps least, to the smallest.
    std::vector<change_counts> limited = totals_of(grid, {first, 0}, {second, 0}, removing.size());
    for (std::size_t k = 0; k < removing.size(); ++k)
        follow_clusters(grid, {first, static_cast<int>(k)}, {second, static_cast<int>(k)}, adjacencies, limited[k]);
    std::ranges::reverse(limited);
    return limited;
}

}  // namespace

std::vector<change_counts> count_changes(const domain& grid, const state_classes& from, const state_classes& to,
                                         std::span<const connectivity> adjacencies,
                                         std::span<const distance_sq_t> minimum_sq) {
    const auto fits = [&](const state_classes& state) {
        return state.classes.extent() == grid.own().extent() && state.phase >= 0 && state.phase < max_phases;
    };
    const bool fit = fits(from) && fits(to) && std::ranges::is_sorted(minimum_sq);
    require(grid.ranks().min(std::int64_t{fit ? 1 : 0}) == 1, "both states hold the rank's own block");
    std::vector<distance_sq_t> removing;
    std::ranges::copy_if(minimum_sq, std::back_inserter(removing),
                         [](distance_sq_t smallest) { return smallest > always_resolved; });
    const auto keeping = static_cast<std::ptrdiff_t>(minimum_sq.size() - removing.size());
    removing.erase(std::ranges::unique(removing).begin(), removing.end());
    std::vector<change_counts> counts;
    if (keeping > 0) {
        change_counts unlimited = totals_of(grid, from, to, 1).front();
        follow_clusters(grid, from, to, adjacencies, unlimited);
        counts.assign(static_cast<std::size_t>(keeping), unlimited);
    }
    if (removing.empty())
        return counts;
    const std::vector<change_counts> limited = limited_changes(grid, from, to, adjacencies, removing);
    for (const distance_sq_t smallest : minimum_sq.subspan(static_cast<std::size_t>(keeping)))
        counts.push_back(limited[static_cast<std::size_t>(std::ranges::find(removing, smallest) - removing.begin())]);
    return counts;
}

}  // namespace tomosweep
