#include "tile_basins.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "boundary_tree.hpp"

namespace tomosweep::detail {
namespace {

constexpr boundary_tree::node_index none = boundary_tree::none;
constexpr auto row = static_cast<std::int32_t>(tile_slopes::row), plane = static_cast<std::int32_t>(tile_slopes::plane);

std::int32_t place_of(index_t z, index_t y) {
    return static_cast<std::int32_t>(z) * plane + static_cast<std::int32_t>(y) * row;
}

/// All bits of the result are set when a < b, for places, which are never far apart.
std::int32_t mask_less(std::int32_t a, std::int32_t b) {
    return (a - b) >> 31;
}

std::int32_t select(std::int32_t mask, std::int32_t set, std::int32_t clear) {
    return (set & mask) | (clear & ~mask);
}

}  // namespace

boundary_tree tile_basins::run(view3<const class_t> classes, const box3& box, const component_problem& problem,
                               component_curves& curves) {
    tree_ = {};
    tree_.problem = problem;
    tree_.box = box;
    curves_ = &curves;
    extent_ = box.extent();
    slopes_.find(classes, problem.phases, problem.adjacency);
    label_basins();
    find_saddles();
    forest_.merge(saddles_of_, problem.phases);
    trunk_ = {};
    if (!forest_.basins.empty()) {
        find_voxels();
        read_faces();
        flood();
    } else {
        read_faces();
    }
    return std::move(tree_);
}

/// Calls visit(place) for the voxels of a row that are in a phase.
template <class Visit>
inline void tile_basins::for_each_inside(index_t z, index_t y, Visit&& visit) const {
    const std::int32_t first = place_of(z, y);
    std::uint64_t bits = slopes_.inside(z, y);
    if (~bits == 0)
        for (std::int32_t i = first; i < first + row; ++i)
            visit(i);
    else
        for (; bits != 0; bits &= bits - 1)
            visit(first + std::countr_zero(bits));
}

/// The same from the last to the first.
template <class Visit>
inline void tile_basins::for_each_inside_back(index_t z, index_t y, Visit&& visit) const {
    const std::int32_t first = place_of(z, y);
    std::uint64_t bits = slopes_.inside(z, y);
    if (~bits == 0)
        for (std::int32_t i = first + row - 1; i >= first; --i)
            visit(i);
    else
        while (bits != 0) {
            const int x = 63 - std::countl_zero(bits);
            bits ^= std::uint64_t{1} << x;
            visit(first + x);
        }
}

/// Follows the water from all voxels, with selections in place of branches, which nobody could foresee: once forward,
/// where the voxel below is labelled already if it is an earlier one, and once backward.
void tile_basins::label_basins() {
    basin_of_.resize(std::max(basin_of_.size(), tile_slopes::places_of(extent_)));
    forest_.basins.clear();
    std::int32_t* const labels = basin_of_.data();
    for (index_t z = 0; z < extent_.z; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            find_sinks(z, y);
            const std::uint8_t* const lowest = slopes_.lowest(z, y) - place_of(z, y);
            for_each_inside(z, y, [&](std::int32_t i) {
                const std::int32_t below = i + tile_slopes::offsets[lowest[i]];
                const std::int32_t later = mask_less(i, below);
                labels[i] = select(later, below, labels[select(later, i, below)]);
            });
        }
    label_later_ones();
}

void tile_basins::find_sinks(index_t z, index_t y) {
    const class_t* const classes = slopes_.classes(z, y);
    for (std::uint64_t bits = slopes_.sinks(z, y); bits != 0; bits &= bits - 1) {
        const int x = std::countr_zero(bits);
        basin_of_[static_cast<std::size_t>(place_of(z, y) + x)] = ~static_cast<std::int32_t>(forest_.basins.size());
        basin& here = forest_.basins.emplace_back();
        here.level = classes[x];
        here.voxels = 1;
    }
}

void tile_basins::label_later_ones() {
    unlabelled_.resize(basin_of_.size());
    std::int32_t* const labels = basin_of_.data();
    std::int32_t* const unlabelled = unlabelled_.data();
    std::size_t count = 0;
    for (index_t z = extent_.z; z-- > 0;)
        for (index_t y = extent_.y; y-- > 0;)
            for_each_inside_back(z, y, [&](std::int32_t i) {
                const std::int32_t label = labels[i];
                const std::int32_t now = labels[select(mask_less(label, 0), i, label)];
                labels[i] = now;
                unlabelled[count] = i;
                count += now >= 0;
            });
    for (std::size_t i = 0; i < count; ++i) {
        std::int32_t label = labels[unlabelled[i]];
        while (label >= 0)
            label = labels[label];
        labels[unlabelled[i]] = label;
    }
}

void tile_basins::find_saddles() {
    const auto partings = slopes_.partings();
    saddles_.resize(std::max(saddles_.size(), partings.size() + 1));
    std::size_t count = 0;
    for (const tile_slopes::parting& here : partings) {
        const basin_index own = basin_at(here.place);
        const basin_index there = basin_at(here.place + tile_slopes::offsets[here.neighbour]);
        saddles_[count] = {own, there, here.level};
        count += own != there;
    }
    saddles_of_.sort(std::span(saddles_).first(count));
}

/// Lists the voxels that are not in the trunk, without sinks, which their basins count; counts the others.
void tile_basins::find_voxels() {
    voxels_.resize(basin_of_.size());
    // Two counters for each class, by turns: voxels side by side are often alike, and would wait for each other.
    std::array<std::array<std::int32_t, 2>, class_outside + 1> voxels_of_class{};
    std::size_t count = 0;
    const class_t* const joins_trunk = forest_.joins_trunk().data();
    for (index_t z = 0; z < extent_.z; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            const class_t* const classes = slopes_.classes(z, y);
            const std::uint64_t others = ~slopes_.sinks(z, y);
            const std::int32_t first = place_of(z, y);
            for_each_inside(z, y, [&](std::int32_t i) {
                const auto x = static_cast<std::size_t>(i - first);
                const class_t level = classes[x];
                const basin_index here = basin_at(i);
                ++voxels_of_class[level][x % 2];
                voxels_[count] = {here, level};
                count += static_cast<std::size_t>(level < joins_trunk[here]) & (others >> x);
            });
        }
    for (std::size_t level = 0; level < trunk_.size(); ++level)
        trunk_[level].voxels = voxels_of_class[level][0] + voxels_of_class[level][1];
    for (const basin& each : forest_.basins)
        --trunk_[each.level].voxels;
    for (voxel& here : std::span(voxels_).first(count)) {
        --trunk_[here.level].voxels;
        // Most have been swallowed at most twice; found here, where neighbours are near, not in the order of levels.
        for (int step = 0; step < 2; ++step) {
            const basin& own = forest_.at(here.basin);
            here.basin = select(-static_cast<std::int32_t>(own.dies <= here.level), own.into, here.basin);
        }
    }
    voxels_of_.sort(std::span(voxels_).first(count));
}

bool tile_basins::is_open(std::size_t face) const {
    return face_open(tree_.box, tree_.problem.whole, static_cast<int>(face / 2), static_cast<int>(face % 2));
}

/// 1 or 2 for a face that is an end of the depth axis.
std::uint8_t tile_basins::touches_of(std::size_t face) const {
    const bool depth = face / 2 == static_cast<std::size_t>(tree_.problem.depth);
    return static_cast<std::uint8_t>(depth && !is_open(face) ? 1 + face % 2 : 0);
}

void tile_basins::read_faces() {
    face_voxels_.clear();
    trunk_face_voxels_.clear();
    for (int direction = 0; direction < 3; ++direction)
        for (int side = 0; side < 2; ++side)
            read_face(direction, side);
    face_voxels_of_.sort(face_voxels_);
}

void tile_basins::read_face(int direction, int side) {
    const auto face = static_cast<std::size_t>(2 * direction + side);
    const bool open = is_open(face);
    const std::uint8_t touches = touches_of(face);
    if (!open && touches == 0)
        return;
    const auto normal = static_cast<axis>(direction);
    box3 layer = {{}, extent_};
    (side == 0 ? along(layer.hi, normal) : along(layer.lo, normal)) = side == 0 ? 1 : along(extent_, normal) - 1;
    std::uint16_t entry = 0;
    for (index_t z = layer.lo.z; z < layer.hi.z; ++z)
        for (index_t y = layer.lo.y; y < layer.hi.y; ++y)
            for (index_t x = layer.lo.x; x < layer.hi.x; ++x, ++entry) {
                const class_t level = slopes_.classes(z, y)[x];
                if (level == class_outside)
                    continue;
                const basin_index here = basin_at(place_of(z, y) + static_cast<std::int32_t>(x));
                const bool apart = level < forest_.joins_trunk()[static_cast<std::size_t>(here)];
                (apart ? face_voxels_ : trunk_face_voxels_)
                    .push_back({here, entry, static_cast<std::uint8_t>(face), level});
                if (apart)
                    continue;
                trunk_[level].touches |= touches;
                trunk_[level].open |= open;
            }
    if (open)
        tree_.faces[face].assign(entry, none);
}

/// Lets the water rise level by level. Every basin that has not been swallowed stands for the component around it;
/// nodes arise in the order of their levels, children before parents, and only for what touches an open face.
void tile_basins::flood() {
    auto full = forest_.swallowed().begin();
    const auto end = forest_.swallowed().end();
    for (std::size_t level = 0; level < static_cast<std::size_t>(tree_.problem.phases); ++level) {
        for (; full != end && forest_.at(*full).dies == level; ++full)
            swallow(*full, level);
        for (const voxel& here : voxels_of_.at(level))
            ++open(forest_.climb(here.basin, level), level).voxels;
        fill_trunk(level);
        for (const face_voxel& here : face_voxels_of_.at(level))
            enter(here);
    }
    close_roots();
    fill_trunk_faces();
}

/// The component of b at `level`; what it was on a lower level is complete.
inline basin& tile_basins::open(basin_index b, std::size_t level) {
    basin& here = forest_.at(b);
    if (here.node == none) [[likely]] {
        // Nothing is entered when it was open at this level already.
        curves_->settle(here.level, static_cast<int>(level), here.voxels, here.touches == 3);
    } else if (here.level < level) {
        const node_index above = new_node();
        node(here.node) = {here.voxels, above, here.level, here.touches, 0};
        here.node = above;
        here.voxels = 0;
        here.touches = 0;
    }
    here.level = static_cast<class_t>(level);
    return here;
}

inline void tile_basins::swallow(basin_index full, std::size_t level) {
    const basin& here = forest_.at(full);
    basin& next = open(forest_.climb(full, level), level);
    if (here.node == none) [[likely]] {
        curves_->settle(here.level, static_cast<int>(level), here.voxels, here.touches == 3);
        next.voxels += here.voxels;
        next.touches |= here.touches;
        return;
    }
    if (next.node == none)
        next.node = new_node();
    node(here.node) = {here.voxels, next.node, here.level, here.touches, 0};
}

void tile_basins::fill_trunk(std::size_t level) {
    trunk_level& taken = trunk_[level];
    if (taken.voxels == 0 && !taken.open && taken.touches == 0)
        return;
    basin& trunk = open(forest_.trunk(), level);
    trunk.voxels += taken.voxels;
    trunk.touches |= taken.touches;
    if (taken.open && trunk.node == none)
        trunk.node = new_node();
    taken.node = trunk.node;
}

void tile_basins::enter(const face_voxel& here) {
    basin& own = forest_.at(forest_.climb(here.basin, here.level));
    own.touches |= touches_of(here.face);
    if (!is_open(here.face))
        return;
    if (own.node == none)
        own.node = new_node();
    tree_.faces[here.face][here.entry] = own.node;
}

void tile_basins::close_roots() {
    for (const basin& here : forest_.basins) {
        if (here.dies != basin::never)
            continue;
        if (here.node == none)
            curves_->settle(here.level, max_phases, here.voxels, here.touches == 3);
        else
            node(here.node) = {here.voxels, none, here.level, here.touches, 0};
    }
}

void tile_basins::fill_trunk_faces() {
    for (const face_voxel& here : trunk_face_voxels_)
        if (!tree_.faces[here.face].empty())
            tree_.faces[here.face][here.entry] = trunk_[here.level].node;
}

boundary_tree::node_index tile_basins::new_node() {
    tree_.nodes.emplace_back();
    return static_cast<node_index>(tree_.nodes.size() - 1);
}

}  // namespace tomosweep::detail
