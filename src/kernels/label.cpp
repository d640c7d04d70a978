#include "tomosweep/kernels/label.hpp"

#include <omp.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>

#include "tomosweep/kernels/row_bits.hpp"

namespace tomosweep {
namespace {

/// Forest over runs. A parent never has a larger number than its child, so a root is its component's first run.
class run_forest {
public:
    explicit run_forest(std::span<index_t> parents) : parents_(parents.data()) {}

    index_t root(index_t run) {
        while (parents_[run] != run) {
            parents_[run] = parents_[parents_[run]];
            run = parents_[run];
        }
        return run;
    }
    /// Unites the trees of `root_a`, a root, and of `b`; returns the root of both.
    index_t unite(index_t root_a, index_t b) {
        const index_t root_b = root(b);
        const auto [smaller, larger] = std::minmax(root_a, root_b);
        parents_[larger] = smaller;
        return smaller;
    }

private:
    index_t* parents_;
};

/// Everything that the threads share while runs are found and united.
struct run_space {
    extent3 extent;
    connectivity adjacency;
    const index_t* first_run;
    const std::uint32_t* edges;
    run_forest forest;

    void unite_rows(index_t row, index_t earlier_row);
    void unite_with_earlier_rows(index_t row, index_t from, index_t to);
};

/// Unites the runs of two neighbouring rows that touch each other.
void run_space::unite_rows(index_t row, index_t earlier_row) {
    const std::uint32_t slack = adjacency == connectivity::twentysix ? 1 : 0;
    index_t other = first_run[earlier_row];
    const index_t last_other = first_run[earlier_row + 1];
    const index_t last = first_run[row + 1];
    for (index_t run = first_run[row]; run < last && other < last_other; ++run) {
        const std::uint32_t begin = edges[2 * run];
        const std::uint32_t end = edges[2 * run + 1];
        while (other < last_other && edges[2 * other + 1] + slack <= begin)
            ++other;
        if (other == last_other || edges[2 * other] >= end + slack)
            continue;
        index_t root = forest.unite(forest.root(run), other);
        // The last run that touches may touch the next run of the row too, so it is not passed by.
        while (other + 1 < last_other && edges[2 * other + 2] < end + slack)
            root = forest.unite(root, ++other);
    }
}

/// Unites the runs of `row` with those neighbouring rows before it that lie in [from, to).
void run_space::unite_with_earlier_rows(index_t row, index_t from, index_t to) {
    if (first_run[row] == first_run[row + 1])
        return;
    const index_t z = row / extent.y;
    const index_t y = row % extent.y;
    const auto unite_if_wanted = [&](index_t earlier_row) {
        if (earlier_row >= from && earlier_row < to)
            unite_rows(row, earlier_row);
    };
    if (z > 0) {
        const index_t below = row - extent.y;
        if (adjacency == connectivity::twentysix && y > 0)
            unite_if_wanted(below - 1);
        unite_if_wanted(below);
        if (adjacency == connectivity::twentysix && y + 1 < extent.y)
            unite_if_wanted(below + 1);
    }
    if (y > 0)
        unite_if_wanted(row - 1);
}

/// Bounds of the chunks of rows that the threads work on: chunk i is [bounds[i], bounds[i + 1]).
std::vector<index_t> chunks_of_rows(index_t rows) {
    const index_t chunks = std::clamp<index_t>(omp_get_max_threads(), 1, std::max<index_t>(rows, 1));
    std::vector<index_t> bounds;
    for (index_t i = 0; i <= chunks; ++i)
        bounds.push_back(rows * i / chunks);
    return bounds;
}

/// Trees of the chunks are disjoint, so they grow in parallel; what touches across the bounds follows in order.
void unite_all(run_space& space, const std::vector<index_t>& bounds) {
    const auto chunks = static_cast<index_t>(bounds.size()) - 1;
#pragma omp parallel for schedule(static, 1)
    for (index_t chunk = 0; chunk < chunks; ++chunk) {
        const index_t from = bounds[static_cast<std::size_t>(chunk)];
        const index_t to = bounds[static_cast<std::size_t>(chunk) + 1];
        for (index_t row = from; row < to; ++row)
            space.unite_with_earlier_rows(row, from, to);
    }
    for (index_t chunk = 1; chunk < chunks; ++chunk) {
        const index_t from = bounds[static_cast<std::size_t>(chunk)];
        const index_t to = std::min(bounds[static_cast<std::size_t>(chunk) + 1], from + space.extent.y + 1);
        for (index_t row = from; row < to; ++row)
            space.unite_with_earlier_rows(row, 0, from);
    }
}

}  // namespace

block_components::block_components(view3<const class_t> classes, int phase, connectivity adjacency, const box3& box,
                                   const extent3& whole_extent)
    : extent_(classes.extent()) {
    const index_t rows = extent_.z * extent_.y;
    const index_t words = words_per_row(extent_.x);
    first_run_.assign(static_cast<std::size_t>(rows) + 1, 0);
    const auto bits = std::make_unique_for_overwrite<std::uint64_t[]>(static_cast<std::size_t>(rows * words));

#pragma omp parallel for schedule(static)
    for (index_t row = 0; row < rows; ++row) {
        std::uint64_t* of_row = bits.get() + row * words;
        row_bits(classes.row(row / extent_.y, row % extent_.y), extent_.x, phase_classes(phase), of_row);
        index_t begins = 0;
        std::uint64_t before = 0;
        for (index_t word = 0; word < words; ++word) {
            begins += std::popcount(of_row[word] & ~(of_row[word] << 1 | before));
            before = of_row[word] >> 63;
        }
        first_run_[static_cast<std::size_t>(row) + 1] = begins;
    }
    std::partial_sum(first_run_.begin(), first_run_.end(), first_run_.begin());

    const auto runs = static_cast<std::size_t>(first_run_.back());
    edges_.resize(2 * runs);
    component_of_run_.resize(runs);
#pragma omp parallel for schedule(static)
    for (index_t row = 0; row < rows; ++row) {
        const index_t first = first_run_[static_cast<std::size_t>(row)];
        std::uint32_t* edge = edges_.data() + 2 * first;
        for_each_edge(bits.get() + row * words, extent_.x, [&](index_t x) { *edge++ = static_cast<std::uint32_t>(x); });
        std::iota(component_of_run_.begin() + first, component_of_run_.begin() + (edge - edges_.data()) / 2, first);
    }
    run_space space{extent_, adjacency, first_run_.data(), edges_.data(), run_forest(component_of_run_)};
    unite_all(space, chunks_of_rows(rows));
    number_components(box, whole_extent);
}

/// Replaces every run's parent by its component's number. Parents come first, so they are already numbered.
void block_components::number_components(const box3& box, const extent3& whole_extent) {
    for (index_t row = 0; row < extent_.z * extent_.y; ++row) {
        const index_t last = first_run_[static_cast<std::size_t>(row) + 1];
        for (index_t run = first_run_[static_cast<std::size_t>(row)]; run < last; ++run) {
            const auto at = static_cast<std::size_t>(run);
            index_t& number = component_of_run_[at];
            if (number == run) {
                const index3 first = box.lo + index3{row / extent_.y, row % extent_.y, edges_[2 * at]};
                number = static_cast<index_t>(components_.size());
                components_.push_back({static_cast<std::uint64_t>(linear_index(first, whole_extent)) + 1, 0});
            } else {
                number = component_of_run_[static_cast<std::size_t>(number)];
            }
            components_[static_cast<std::size_t>(number)].voxels += edges_[2 * at + 1] - edges_[2 * at];
        }
    }
}

void block_components::write_labels(const box3& part, view3<std::uint64_t> labels) const {
    const extent3 extent = part.extent();
#pragma omp parallel for schedule(static)
    for (index_t row = 0; row < extent.z * extent.y; ++row) {
        const index_t z = row / extent.y;
        const index_t y = row % extent.y;
        std::uint64_t* const out = labels.row(z, y);
        index_t done = 0;
        for (index_t i = 0; i < runs_in_row(part.lo.z + z, part.lo.y + y); ++i) {
            const component_run found = run(part.lo.z + z, part.lo.y + y, i);
            const index_t begin = std::clamp<index_t>(found.begin - part.lo.x, 0, extent.x);
            const index_t end = std::clamp<index_t>(found.end - part.lo.x, 0, extent.x);
            std::fill(out + done, out + begin, 0);
            std::fill(out + begin, out + end, components_[static_cast<std::size_t>(found.component)].label);
            done = end;
        }
        std::fill(out + done, out + extent.x, 0);
    }
}

array3<std::uint64_t> label_components(view3<const class_t> classes, int phase, connectivity adjacency, const box3& box,
                                       const extent3& whole_extent) {
    array3<std::uint64_t> labels(classes.extent());
    block_components(classes, phase, adjacency, box, whole_extent).write_labels(whole(classes.extent()), labels.view());
    return labels;
}

}  // namespace tomosweep
