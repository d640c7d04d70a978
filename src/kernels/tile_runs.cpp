#include "tile_runs.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "boundary_tree.hpp"

namespace tomosweep::detail {
namespace {

/// A run costs as much as so many voxels of basins.
constexpr index_t voxels_per_run = 3;
/// Too few runs to judge by.
constexpr index_t few_runs = 32;

/// First position behind x whose class differs from that of x.
index_t end_of_run(const class_t* row, index_t x, index_t count) {
    const class_t value = row[x++];
    if constexpr (std::endian::native == std::endian::little) {
        const std::uint64_t all = value * std::uint64_t{0x0101010101010101};
        for (; x + 8 <= count; x += 8) {
            std::uint64_t word;
            std::memcpy(&word, row + x, sizeof word);
            if (word != all)
                return x + std::countr_zero(word ^ all) / 8;
        }
    }
    while (x < count && row[x] == value)
        ++x;
    return x;
}

}  // namespace

bool tile_runs::find(view3<const class_t> classes, const component_problem& problem) {
    extent_ = classes.extent();
    runs_.clear();
    first_.assign(1, 0);
    voxels_ = 0;
    for (index_t z = 0; z < extent_.z; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            find_in_row(classes.row(z, y), problem.phases);
            first_.push_back(static_cast<node_index>(runs_.size()));
            const auto runs = static_cast<index_t>(runs_.size());
            if (runs > few_runs && runs * voxels_per_run > voxels_)
                return false;
        }
    return true;
}

void tile_runs::find_in_row(const class_t* row, int phases) {
    for (index_t x = 0; x < extent_.x;) {
        const index_t end = end_of_run(row, x, extent_.x);
        if (row[x] < phases) {
            runs_.push_back({static_cast<std::int32_t>(x), static_cast<std::int32_t>(end), row[x]});
            voxels_ += end - x;
        }
        x = end;
    }
}

boundary_tree tile_runs::run(const box3& box, const component_problem& problem, component_curves& curves) {
    boundary_tree tree;
    tree.problem = problem;
    tree.box = box;
    tree.nodes.resize(runs_.size());
    for (std::size_t i = 0; i < runs_.size(); ++i)
        tree.nodes[i] = {runs_[i].end - runs_[i].begin, boundary_tree::none, runs_[i].level, 0, 0};
    touch_layers(tree);

    path_merger merger(tree.nodes);
    const std::int32_t reach = problem.adjacency == connectivity::six ? 0 : 1;
    for (index_t z = 0; z < extent_.z; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            const index_t row = z * extent_.y + y;
            connect_row(merger, row);
            if (y > 0)
                connect_rows(merger, row, row - 1, reach);
            if (z == 0)
                continue;
            connect_rows(merger, row, row - extent_.y, reach);
            if (reach == 1 && y > 0)
                connect_rows(merger, row, row - extent_.y - 1, reach);
            if (reach == 1 && y + 1 < extent_.y)
                connect_rows(merger, row, row - extent_.y + 1, reach);
        }
    fill_faces(tree);
    settle(tree, curves);
    return tree;
}

void tile_runs::connect_row(path_merger& merger, index_t row) const {
    const auto at = static_cast<std::size_t>(row);
    for (node_index run = first_[at] + 1; run < first_[at + 1]; ++run)
        if (runs_[static_cast<std::size_t>(run - 1)].end == runs_[static_cast<std::size_t>(run)].begin)
            merger.connect(run - 1, run);
}

void tile_runs::connect_rows(path_merger& merger, index_t row, index_t other, std::int32_t reach) const {
    node_index a = first_[static_cast<std::size_t>(row)];
    node_index b = first_[static_cast<std::size_t>(other)];
    const node_index end_a = first_[static_cast<std::size_t>(row) + 1];
    const node_index end_b = first_[static_cast<std::size_t>(other) + 1];
    while (a < end_a && b < end_b) {
        const run_of_row here = runs_[static_cast<std::size_t>(a)], there = runs_[static_cast<std::size_t>(b)];
        if (here.begin < there.end + reach && there.begin < here.end + reach)
            merger.connect(a, b);
        // The run that ends first touches nothing further on; but one that ends together with the other may touch the
        // run behind that across the corner.
        if (reach > 0 && here.end == there.end && b + 1 < end_b &&
            runs_[static_cast<std::size_t>(b + 1)].begin == here.end)
            merger.connect(a, b + 1);
        here.end <= there.end ? ++a : ++b;
    }
}

void tile_runs::touch_layers(boundary_tree& tree) const {
    const axis depth = tree.problem.depth;
    const index_t first = -along(tree.box.lo, depth);
    const index_t last = along(tree.problem.whole, depth) - 1 + first;
    for (index_t z = 0; z < extent_.z; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            const auto row = static_cast<std::size_t>(z * extent_.y + y);
            for (node_index i = first_[row]; i < first_[row + 1]; ++i) {
                const run_of_row run = runs_[static_cast<std::size_t>(i)];
                const index_t from = depth == axis::z ? z : depth == axis::y ? y : run.begin;
                const index_t to = depth == axis::x ? run.end - 1 : from;
                tree.nodes[static_cast<std::size_t>(i)].touches =
                    static_cast<std::uint8_t>((from == first ? 1 : 0) | (to == last ? 2 : 0));
            }
        }
}

void tile_runs::fill_faces(boundary_tree& tree) const {
    std::array<node_index*, 6> faces{};
    for (int direction = 0; direction < 3; ++direction)
        for (int side = 0; side < 2; ++side)
            if (face_open(tree.box, tree.problem.whole, direction, side)) {
                const auto at = static_cast<std::size_t>(2 * direction + side);
                const face_extent extent = extent_of_face(extent_, direction);
                tree.faces[at].assign(static_cast<std::size_t>(extent.slow * extent.fast), boundary_tree::none);
                faces[at] = tree.faces[at].data();
            }
    const auto fill = [](node_index* face, bool here, index_t begin, index_t count, node_index node) {
        if (face != nullptr && here)
            std::fill_n(face + begin, count, node);
    };
    for (index_t z = 0; z < extent_.z; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            const index_t row = z * extent_.y + y;
            for (node_index i = first_[static_cast<std::size_t>(row)]; i < first_[static_cast<std::size_t>(row) + 1];
                 ++i) {
                const run_of_row run = runs_[static_cast<std::size_t>(i)];
                const index_t length = run.end - run.begin;
                fill(faces[0], z == 0, y * extent_.x + run.begin, length, i);
                fill(faces[1], z + 1 == extent_.z, y * extent_.x + run.begin, length, i);
                fill(faces[2], y == 0, z * extent_.x + run.begin, length, i);
                fill(faces[3], y + 1 == extent_.y, z * extent_.x + run.begin, length, i);
                fill(faces[4], run.begin == 0, row, 1, i);
                fill(faces[5], run.end == extent_.x, row, 1, i);
            }
        }
}

}  // namespace tomosweep::detail
