#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "row_reader.hpp"

namespace tomosweep::detail {

/// A class less 128: most processors compare signed bytes only.
using signed_class = std::int8_t;
constexpr signed_class signed_of(class_t value) {
    return static_cast<signed_class>(value ^ 0x80U);
}
inline constexpr signed_class signed_outside = signed_of(class_outside);

/// The least and the greatest class of the voxels of a chunk, the one before and the one behind.
struct class_span {
    class_t least;
    class_t greatest;
};

/// The nine rows around the row (z, y): [3 * (dz + 1) + dy + 1]. Entry x + 1 is voxel x; a span per chunk.
struct row_block {
    std::array<const signed_class*, 9> classes;
    std::array<const class_span*, 9> spans;
};

/// One row as its changes are looked for.
class signed_row {
public:
    explicit signed_row(std::size_t row_size);

    void read(const row_reader& reader, index_t z, index_t y);
    const signed_class* classes() const { return classes_.data(); }
    const class_span* spans() const { return spans_.data(); }

private:
    std::vector<signed_class> classes_;
    std::vector<class_span> spans_;
};

/// What every voxel adds to the figures of the phases that hold it, summed by its class.
///
/// Let the voxels of a volume join one after the other, by class and in raster order within a class. What a voxel then
/// changes depends on its 26 neighbours alone: which of them are there already. A figure of phase k is the sum of the
/// changes by all voxels of classes <= k.
class change_sums {
public:
    /// A voxel, its 13 transitions by half_directions, both Euler numbers.
    static constexpr std::size_t figures = 16;
    static constexpr std::size_t classes = 256;
    using change = std::array<std::int64_t, figures>;

    /// Whether any of the voxels [0, voxels) of a row has a class < phases, so that add_row() would add something.
    static bool concerned(const class_t* row, index_t voxels, int phases);
    /// Adds the voxels [0, voxels) of the middle row whose classes are < phases. The rows are readable one voxel before
    /// and up to the next full chunk and one voxel more.
    void add_row(const row_block& rows, index_t voxels, int phases);
    /// The sums so far of one class.
    const change& of(std::size_t value) const;
    /// The voxels of one class that have been added since the last call.
    std::int64_t take_voxels(std::size_t value);
    /// Completes what the other functions see.
    void flush();

private:
    /// 16 bits keep the sums in the first-level cache; two copies keep runs of one class from waiting for themselves.
    /// By class less 128, as unsigned bytes.
    alignas(64) std::array<std::array<std::array<std::int16_t, figures>, classes>, 2> narrow_{};
    std::array<change, classes> wide_{};
    int since_flush_ = 0;
};

}  // namespace tomosweep::detail
