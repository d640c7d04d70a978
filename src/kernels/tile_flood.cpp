#include "tile_flood.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "boundary_tree.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::detail {
namespace {

constexpr class_t wet = class_outside;
constexpr std::uint8_t open_mark = 4;
constexpr int nothing_waits = 256;

/// The 32-bit word of a row's three neighbours, with the fourth byte ignored.
std::uint32_t triple(const class_t* first) {
    std::uint32_t word;
    std::memcpy(&word, first, sizeof word);
    return word | 0xFF000000U;
}

}  // namespace

boundary_tree tile_flood::run(view3<const class_t> classes, const box3& box, const component_problem& problem,
                              component_curves& curves) {
    tree_ = {};
    tree_.problem = problem;
    tree_.box = box;
    curves_ = &curves;
    extent_ = box.extent();
    load(classes);
    mark_faces();
    lay_out_stacks(classes);
    if (problem.adjacency == connectivity::six)
        flood_all<connectivity::six>();
    else
        flood_all<connectivity::twentysix>();
    read_faces(classes);
    settle(tree_, curves);
    return std::move(tree_);
}

void tile_flood::load(view3<const class_t> classes) {
    row_ = extent_.x + 2;
    plane_ = row_ * (extent_.y + 2);
    const auto padded = static_cast<std::size_t>(plane_ * (extent_.z + 2) + 1);
    require(static_cast<index_t>(padded) < max_voxels, "a tile has fewer than 2^31 voxels");
    dry_.assign(padded, wet);
    marks_.assign(padded, 0);
    node_of_.resize(padded);
    for (index_t z = 0; z < extent_.z; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            const class_t* const from = classes.row(z, y);
            class_t* const to = dry_.data() + place_of({z, y, 0});
            const int phases = tree_.problem.phases;
            for (index_t x = 0; x < extent_.x; ++x)
                to[x] = from[x] < phases ? from[x] : wet;
        }
}

template <class Visit>
void tile_flood::for_each_on_face(int direction, int side, Visit&& visit) const {
    box3 layer = {{}, extent_};
    const auto normal = static_cast<axis>(direction);
    (side == 0 ? along(layer.hi, normal) : along(layer.lo, normal)) = side == 0 ? 1 : along(extent_, normal) - 1;
    for (index_t z = layer.lo.z; z < layer.hi.z; ++z)
        for (index_t y = layer.lo.y; y < layer.hi.y; ++y)
            for (index_t x = layer.lo.x; x < layer.hi.x; ++x)
                visit(index3{z, y, x});
}

void tile_flood::mark_faces() {
    const auto mark = [&](int direction, int side, int bits) {
        for_each_on_face(direction, side, [&](const index3& index) {
            auto& here = marks_[place_of(index)];
            here = static_cast<std::uint8_t>(here | bits);
        });
    };
    for (int direction = 0; direction < 3; ++direction)
        for (int side = 0; side < 2; ++side) {
            if (face_open(tree_.box, tree_.problem.whole, direction, side))
                mark(direction, side, open_mark);
            else if (direction == static_cast<int>(tree_.problem.depth))
                mark(direction, side, 1 + side);
        }
}

void tile_flood::lay_out_stacks(view3<const class_t> classes) {
    std::array<place, 256> counts{};
    for (index_t z = 0; z < extent_.z; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            const class_t* const row = classes.row(z, y);
            for (index_t x = 0; x < extent_.x; ++x)
                ++counts[row[x]];
        }
    place next = 0;
    for (std::size_t level = 0; level < static_cast<std::size_t>(tree_.problem.phases); ++level) {
        bottom_[level] = top_[level] = next;
        next += counts[level];
    }
    waiting_.resize(next);
    occupied_ = {};
}

template <connectivity Adjacency>
void tile_flood::flood_all() {
    for (index_t z = 0; z < extent_.z; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            const place begin = place_of({z, y, 0});
            for (place here = begin; here < begin + static_cast<place>(extent_.x); ++here)
                if (dry_[here] != wet)
                    flood_from<Adjacency>(here);
        }
}

template <connectivity Adjacency>
void tile_flood::flood_from(place seed) {
    int level = dry_[seed];
    dry_[seed] = wet;
    basins_.assign(1, basin{level});
    place here = seed;
    while (true) {
        if (descend<Adjacency>(here, level))
            continue;
        take(here);
        const int next = lowest_waiting();
        if (next == nothing_waits)
            break;
        if (next != level)
            rise(next);
        level = next;
        const auto index = static_cast<std::size_t>(level);
        here = waiting_[--top_[index]];
        if (top_[index] == bottom_[index])
            occupied_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
    }
    close_root(basins_.back());
}

/// Reaches the dry neighbours of `here`. At the first lower one the water runs down to it and `here` waits; true then.
template <connectivity Adjacency>
bool tile_flood::descend(place& here, int& level) {
    class_t* const dry = dry_.data();
    const auto reach = [&](place next) {
        const int depth = dry[next];
        dry[next] = wet;
        if (depth >= level) {
            push(next, depth);
            return false;
        }
        push(here, level);
        basins_.push_back({depth});
        here = next;
        level = depth;
        return true;
    };
    const auto row = static_cast<place>(row_), plane = static_cast<place>(plane_);
    if constexpr (Adjacency == connectivity::six) {
        for (const place next : {here - plane, here - row, here - 1, here + 1, here + row, here + plane})
            if (dry[next] != wet && reach(next))
                return true;
    } else {
        for (const place line : {here - plane - row, here - plane, here - plane + row, here - row, here, here + row,
                                 here + plane - row, here + plane, here + plane + row}) {
            if (triple(dry + line - 1) == 0xFFFFFFFFU)
                continue;
            for (const place next : {line - 1, line, line + 1})
                if (dry[next] != wet && reach(next))
                    return true;
        }
    }
    return false;
}

void tile_flood::push(place where, int level) {
    const auto index = static_cast<std::size_t>(level);
    waiting_[top_[index]++] = where;
    occupied_[index / 64] |= std::uint64_t{1} << (index % 64);
}

int tile_flood::lowest_waiting() const {
    for (std::size_t word = 0; word < occupied_.size(); ++word)
        if (occupied_[word] != 0)
            return static_cast<int>(64 * word) + std::countr_zero(occupied_[word]);
    return nothing_waits;
}

void tile_flood::take(place here) {
    basin& component = basins_.back();
    ++component.voxels;
    const std::uint8_t mark = marks_[here];
    if (mark == 0)
        return;
    component.touches = static_cast<std::uint8_t>(component.touches | (mark & 3));
    if ((mark & open_mark) == 0)
        return;
    if (component.node == boundary_tree::none)
        component.node = new_node();
    node_of_[here] = component.node;
}

/// The water rises to `level`: closes all components below it, and opens one there when none waits.
void tile_flood::rise(int level) {
    while (basins_.back().level < level) {
        const basin full = basins_.back();
        if (basins_.size() > 1 && basins_[basins_.size() - 2].level <= level)
            basins_.pop_back();
        else
            basins_.back() = basin{level};
        close(full, basins_.back());
    }
}

void tile_flood::close(const basin& full, basin& next) {
    if (full.node == boundary_tree::none) {
        curves_->settle(full.level, next.level, full.voxels, full.touches == 3);
        next.voxels += full.voxels;
        next.touches |= full.touches;
        return;
    }
    if (next.node == boundary_tree::none)
        next.node = new_node();
    tree_.nodes[static_cast<std::size_t>(full.node)] = {full.voxels, next.node, static_cast<std::uint8_t>(full.level),
                                                        full.touches, 0};
}

void tile_flood::close_root(const basin& full) {
    if (full.node == boundary_tree::none)
        curves_->settle(full.level, max_phases, full.voxels, full.touches == 3);
    else
        tree_.nodes[static_cast<std::size_t>(full.node)] = {full.voxels, boundary_tree::none,
                                                            static_cast<std::uint8_t>(full.level), full.touches, 0};
}

boundary_tree::node_index tile_flood::new_node() {
    tree_.nodes.emplace_back();
    return static_cast<node_index>(tree_.nodes.size() - 1);
}

void tile_flood::read_faces(view3<const class_t> classes) {
    for (int direction = 0; direction < 3; ++direction)
        for (int side = 0; side < 2; ++side) {
            if (!face_open(tree_.box, tree_.problem.whole, direction, side))
                continue;
            auto& face = tree_.faces[static_cast<std::size_t>(2 * direction + side)];
            for_each_on_face(direction, side, [&](const index3& index) {
                face.push_back(classes[index] < tree_.problem.phases ? node_of_[place_of(index)] : boundary_tree::none);
            });
        }
}

}  // namespace tomosweep::detail
