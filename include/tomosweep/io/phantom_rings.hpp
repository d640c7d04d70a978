#pragma once

#include <span>
#include <vector>

#include "tomosweep/io/phantom.hpp"

namespace tomosweep {

/// A ring artefact about the phantom's ring centre: level exp(-4 ln 2 ((r - radius) / ring_width)^2) is added to grey.
struct phantom_ring {
    double radius = 0;  ///< voxels, up to the farthest corner of a layer
    double level = 0;   ///< grey levels, of either sign
};

/// The rings of one layer: the same for a seed. Local.
std::vector<phantom_ring> rings_of(const phantom_source& phantom, index_t layer);

/// Adds ring artefacts to rows of grey levels.
class phantom_rings {
public:
    explicit phantom_rings(const phantom_source& phantom) : phantom_(phantom) {}

    /// The row starts at voxel `first` of the volume. Local; cost: a square root per voxel and a row's rings, of which
    /// those near a voxel count.
    void add_to(std::span<double> row, const index3& first) const;

private:
    phantom_source phantom_;
};

}  // namespace tomosweep
