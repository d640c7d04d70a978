#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep::detail {

/// Which way water runs from every voxel of a tile, and where streams that come together may have been apart. Voxels
/// are ordered by class, and those of one class by their position, so no two are level: water runs from each to its
/// lowest neighbour, until it stands in a sink.
///
/// The place of a voxel is z * plane + y * row + x, whatever the extent of the tile.
class tile_slopes {
public:
    static constexpr index_t edge = 64;  ///< of the largest tile; a row is one word of bits
    static constexpr index_t row = edge, plane = edge * edge;
    /// Steps to the 27 voxels of a cube around a place, the place itself being number 13.
    static const std::array<std::int32_t, 27> offsets;
    /// As many as a buffer holds that is filled by place: small tiles touch little memory.
    static std::size_t places_of(const extent3& extent) {
        return static_cast<std::size_t>((extent.z - 1) * plane + extent.y * row);
    }

    /// A neighbour that is lower than the voxel at `place`, but not beside any lower one of its neighbours that hangs
    /// together with the lowest. For each part of the lower neighbours there is one, now and then two.
    struct parting {
        std::int32_t place;
        std::uint8_t neighbour;
        class_t level;  ///< class of the voxel
    };

    /// Looks at a tile; classes >= phases are in no phase.
    void find(view3<const class_t> classes, int phases, connectivity adjacency);

    /// Classes of a row, class_outside for voxels in no phase.
    const class_t* classes(index_t z, index_t y) const { return padded_.data() + padded_place(z, y); }
    /// Voxels of a row that are in a phase.
    std::uint64_t inside(index_t z, index_t y) const { return inside_[static_cast<std::size_t>(z * edge + y)]; }
    /// Voxels of a row that have no lower neighbour.
    std::uint64_t sinks(index_t z, index_t y) const { return sinks_[static_cast<std::size_t>(z * edge + y)]; }
    /// Per voxel of a row the number of its lowest neighbour; meant for voxels inside.
    const std::uint8_t* lowest(index_t z, index_t y) const { return lowest_.data() + z * plane + y * row; }
    std::span<const parting> partings() const { return std::span(partings_).first(partings_found_); }

private:
    static index_t padded_place(index_t z, index_t y);
    void pad(view3<const class_t> classes, int phases);

    std::vector<class_t> padded_;  ///< with a margin of class_outside
    std::vector<std::uint8_t> lowest_;
    std::vector<std::uint64_t> inside_, sinks_;
    std::vector<parting> partings_;
    std::size_t partings_found_ = 0;
};

}  // namespace tomosweep::detail
