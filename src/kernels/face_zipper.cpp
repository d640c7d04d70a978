#include "face_zipper.hpp"

#include <algorithm>
#include <cstring>

#include "vector_paths.hpp"

namespace tomosweep::detail {
namespace {

constexpr index_t marks_per_word = 8;

/// Marks the straight pairs of a row that meet lower than those beside them, of equal ones the first. Both voxels of a
/// pair touch those of the pair beside it.
TOMOSWEEP_VECTOR_PATHS void mark_straight(const class_t* before, const class_t* tops, const class_t* behind,
                                          index_t count, bool corners, std::uint8_t* marked) {
    if (corners)
        for (index_t i = 0; i < count; ++i) {
            const class_t earlier = std::min({before[i - 1], before[i], before[i + 1], tops[i - 1]});
            const class_t later = std::min({tops[i + 1], behind[i - 1], behind[i], behind[i + 1]});
            marked[i] = tops[i] < earlier && tops[i] <= later && tops[i] < class_outside;
        }
    else
        for (index_t i = 0; i < count; ++i) {
            const class_t earlier = std::min(before[i], tops[i - 1]);
            const class_t later = std::min(tops[i + 1], behind[i]);
            marked[i] = tops[i] < earlier && tops[i] <= later && tops[i] < class_outside;
        }
}

/// The ends of a diagonal among the four voxels of a square of each face, which lie at steps of {0, 1} from its first.
struct diagonal {
    index_t slow_a, fast_a, slow_b, fast_b;
};
constexpr std::array<diagonal, 8> diagonals = {
    {{0, 0, 0, 1}, {0, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 0}, {0, 0, 1, 1}, {0, 1, 1, 0}, {1, 0, 0, 1}, {1, 1, 0, 0}}};

/// Marks, a bit per diagonal, those that connect at the squares of a row: all other voxels of the square (of a face
/// diagonal: one voxel across the other) or of the cube (of a space diagonal) are higher. One that is as low touches
/// both ends.
TOMOSWEEP_VECTOR_PATHS void mark_diagonals(const class_t* a, const class_t* a_next, const class_t* b,
                                           const class_t* b_next, index_t count, std::uint8_t* marked) {
    for (index_t i = 0; i < count; ++i) {
        const class_t a00 = a[i], a01 = a[i + 1], a10 = a_next[i], a11 = a_next[i + 1];
        const class_t b00 = b[i], b01 = b[i + 1], b10 = b_next[i], b11 = b_next[i + 1];
        const class_t straight = std::min(a00, b00), corner = std::min(a11, b11);
        const class_t along_fast = std::min(a01, b01), along_slow = std::min(a10, b10);
        const class_t off_main = std::min(along_fast, along_slow), on_main = std::min(straight, corner);
        const auto mark = [](int bit, bool connects) { return static_cast<std::uint8_t>(connects ? 1 << bit : 0); };
        marked[i] =
            mark(0, std::max(a00, b01) < std::min(a01, b00)) | mark(1, std::max(a01, b00) < std::min(a00, b01)) |
            mark(2, std::max(a00, b10) < std::min(a10, b00)) | mark(3, std::max(a10, b00) < std::min(a00, b10)) |
            mark(4, std::max(a00, b11) < std::min({off_main, a11, b00})) |
            mark(5, std::max(a01, b10) < std::min({on_main, a10, b01})) |
            mark(6, std::max(a10, b01) < std::min({on_main, a01, b10})) |
            mark(7, std::max(a11, b00) < std::min({off_main, a00, b11}));
    }
}

}  // namespace

face_zipper::face_zipper(std::vector<boundary_tree::node>& nodes, const std::vector<node_index>& a,
                         const std::vector<node_index>& b, face_extent extent)
    : nodes_(nodes), merger_(nodes), a_(a.data()), b_(b.data()), extent_(extent) {
    for (level_row& each : rows_)
        each.a = each.b = each.top = std::vector<class_t>(static_cast<std::size_t>(extent.fast + 2), class_outside);
    marked_.resize(static_cast<std::size_t>((extent.fast + marks_per_word - 1) / marks_per_word * marks_per_word));
}

void face_zipper::read_levels(const node_index* face, index_t slow, std::vector<class_t>& levels) const {
    const node_index* const from = face + slow * extent_.fast;
    class_t* const to = levels.data() + 1;
    node_index last = boundary_tree::none;
    class_t level = class_outside;
    for (index_t fast = 0; fast < extent_.fast; ++fast) {
        // Flat faces repeat a node along a row.
        if (from[fast] != last) {
            last = from[fast];
            level = last == boundary_tree::none ? class_outside : nodes_[static_cast<std::size_t>(last)].level;
        }
        to[fast] = level;
    }
}

void face_zipper::read_row(index_t slow) {
    level_row& levels = row(slow);
    if (slow == extent_.slow) {
        for (auto* const each : {&levels.a, &levels.b, &levels.top})
            std::fill(each->begin(), each->end(), class_outside);
        return;
    }
    read_levels(a_, slow, levels.a);
    read_levels(b_, slow, levels.b);
    for (std::size_t i = 0; i < levels.top.size(); ++i)
        levels.top[i] = std::max(levels.a[i], levels.b[i]);
}

template <class Visit>
void face_zipper::for_each_marked(Visit&& visit) const {
    for (index_t first = 0; first < extent_.fast; first += marks_per_word) {
        std::uint64_t word;
        std::memcpy(&word, marked_.data() + first, sizeof word);
        if (word == 0)
            continue;
        for (index_t i = first; i < first + marks_per_word; ++i)
            if (marked_[static_cast<std::size_t>(i)] != 0)
                visit(i, marked_[static_cast<std::size_t>(i)]);
    }
}

void face_zipper::connect_straight(index_t slow, bool corners) {
    mark_straight(row(slow - 1).top.data() + 1, row(slow).top.data() + 1, row(slow + 1).top.data() + 1, extent_.fast,
                  corners, marked_.data());
    for_each_marked([&](index_t fast, unsigned) { merger_.connect(at(a_, slow, fast), at(b_, slow, fast)); });
}

void face_zipper::connect_diagonals(index_t slow) {
    const level_row &here = row(slow), &next = row(slow + 1);
    mark_diagonals(here.a.data() + 1, next.a.data() + 1, here.b.data() + 1, next.b.data() + 1, extent_.fast,
                   marked_.data());
    for_each_marked([&](index_t fast, unsigned marks) {
        for (std::size_t i = 0; i < diagonals.size(); ++i)
            if ((marks >> i & 1) != 0)
                merger_.connect(at(a_, slow + diagonals[i].slow_a, fast + diagonals[i].fast_a),
                                at(b_, slow + diagonals[i].slow_b, fast + diagonals[i].fast_b));
    });
}

void face_zipper::connect(connectivity adjacency) {
    const bool corners = adjacency == connectivity::twentysix;
    if (extent_.slow > 0)
        read_row(0);
    for (index_t slow = 0; slow < extent_.slow; ++slow) {
        read_row(slow + 1);
        connect_straight(slow, corners);
        if (corners)
            connect_diagonals(slow);
    }
}

}  // namespace tomosweep::detail
