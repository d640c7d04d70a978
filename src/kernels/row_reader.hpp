#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"

namespace tomosweep::detail {

/// Voxels that are looked at together along x.
inline constexpr int chunk = 64;

/// Copies rows of the own box with one voxel before and behind, and class_outside wherever the volume has ended.
class row_reader {
public:
    row_reader(view3<const class_t> classes, const box3& box, const box3& own, const extent3& whole)
        : classes_(classes), box_(box), whole_(whole), first_(own.lo.x - 1), last_(own.hi.x + 1) {}

    /// Bytes of a copy: the voxels of read(), and a chunk more that may be looked at.
    std::size_t row_size() const { return static_cast<std::size_t>(last_ - first_ + chunk); }

    void read(index_t z, index_t y, class_t* out) const {
        if (z < 0 || z >= whole_.z || y < 0 || y >= whole_.y) {
            std::fill_n(out, row_size(), class_outside);
            return;
        }
        const index_t from = std::max<index_t>(first_, 0);
        const index_t to = std::min(last_, whole_.x);
        std::fill_n(out, from - first_, class_outside);
        std::memcpy(out + (from - first_), classes_.row(z - box_.lo.z, y - box_.lo.y) + (from - box_.lo.x),
                    static_cast<std::size_t>(to - from));
        std::fill(out + (to - first_), out + row_size(), class_outside);
    }
    /// Row of the own box, whose voxels follow each other.
    const class_t* own_row(index_t z, index_t y) const {
        return classes_.row(z - box_.lo.z, y - box_.lo.y) + (first_ + 1 - box_.lo.x);
    }

private:
    view3<const class_t> classes_;
    box3 box_;
    extent3 whole_;
    index_t first_, last_;
};

/// Rows that have been made of copies, kept until rows some layers further on take their places: whoever goes through
/// the layers of a strip one after the other makes every row once. `Row` has read(reader, z, y).
template <class Row>
class row_cache {
public:
    /// Rows of `layers` layers that follow each other, and of each `rows` that do.
    row_cache(const row_reader& reader, index_t layers, index_t rows, const Row& empty)
        : reader_(reader),
          layers_(layers),
          rows_(rows),
          kept_(static_cast<std::size_t>(layers * rows), entry{nowhere, nowhere, empty}) {}

    const Row& at(index_t z, index_t y) {
        entry& here = kept_[static_cast<std::size_t>((z + layers_) % layers_ * rows_ + (y + rows_) % rows_)];
        if (here.z != z || here.y != y) {
            here.row.read(reader_, z, y);
            here.z = z;
            here.y = y;
        }
        return here.row;
    }

private:
    static constexpr index_t nowhere = -2;
    struct entry {
        index_t z, y;
        Row row;
    };

    const row_reader& reader_;
    index_t layers_, rows_;
    std::vector<entry> kept_;
};

}  // namespace tomosweep::detail
