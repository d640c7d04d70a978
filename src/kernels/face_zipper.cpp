#include "face_zipper.hpp"

#include <algorithm>
#include <cstring>

#include "vector_paths.hpp"

namespace tomosweep::detail {
namespace {

constexpr index_t marks_per_word = 8;

/// Marks the straight pairs of a row that meet lower than those beside them, of equal ones the first. Both voxels of a
/// pair touch those of the pair beside it.
TOMOSWEEP_VECTOR_PATHS void mark_straight(const class_t* tops, index_t stride, index_t count, bool corners,
                                          std::uint8_t* marked) {
    const class_t *const before = tops - stride, *const behind = tops + stride;
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
TOMOSWEEP_VECTOR_PATHS void mark_diagonals(const class_t* a, const class_t* b, index_t stride, index_t count,
                                           std::uint8_t* marked) {
    const class_t *const a_next = a + stride, *const b_next = b + stride;
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
    : merger_(nodes), extent_(extent), a_(side_of(nodes, a)), b_(side_of(nodes, b)), tops_(a_.levels) {
    for (std::size_t i = 0; i < tops_.size(); ++i)
        tops_[i] = std::max(tops_[i], b_.levels[i]);
    marked_.resize(static_cast<std::size_t>((extent.fast + marks_per_word - 1) / marks_per_word * marks_per_word));
}

face_zipper::side face_zipper::side_of(const std::vector<boundary_tree::node>& nodes,
                                       const std::vector<node_index>& face) const {
    side result{face.data(),
                std::vector<class_t>(static_cast<std::size_t>((extent_.slow + 2) * stride()), class_outside)};
    for (index_t slow = 0; slow < extent_.slow; ++slow) {
        const node_index* const from = face.data() + slow * extent_.fast;
        class_t* const to = result.levels.data() + (slow + 1) * stride() + 1;
        for (index_t fast = 0; fast < extent_.fast; ++fast)
            if (from[fast] != boundary_tree::none)
                to[fast] = nodes[static_cast<std::size_t>(from[fast])].level;
    }
    return result;
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

void face_zipper::connect(connectivity adjacency) {
    const bool corners = adjacency == connectivity::twentysix;
    for (index_t slow = 0; slow < extent_.slow; ++slow) {
        mark_straight(level_row(tops_, slow), stride(), extent_.fast, corners, marked_.data());
        for_each_marked([&](index_t fast, unsigned) { merger_.connect(at(a_, slow, fast), at(b_, slow, fast)); });
        if (!corners)
            continue;
        mark_diagonals(level_row(a_.levels, slow), level_row(b_.levels, slow), stride(), extent_.fast, marked_.data());
        for_each_marked([&](index_t fast, unsigned marks) {
            for (std::size_t i = 0; i < diagonals.size(); ++i)
                if ((marks >> i & 1) != 0)
                    merger_.connect(at(a_, slow + diagonals[i].slow_a, fast + diagonals[i].fast_a),
                                    at(b_, slow + diagonals[i].slow_b, fast + diagonals[i].fast_b));
        });
    }
}

}  // namespace tomosweep::detail
