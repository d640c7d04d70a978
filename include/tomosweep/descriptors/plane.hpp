#pragma once

#include "tomosweep/core/change_counts.hpp"
#include "tomosweep/core/rigid.hpp"

namespace tomosweep {

/// The plane that a cluster lies in, by principal components of its voxels. NaN for a cluster without voxels.
struct cluster_plane {
    vector3 centre{};  ///< voxels from the volume's corner
    /// Direction in which the voxels spread least, of length 1; of the two signs the one whose first component that is
    /// not 0 is positive.
    vector3 normal{};
    double spread = 0;   ///< standard deviation along the normal, voxels; a plane of one voxel has 0
    double dip_deg = 0;  ///< between the plane and the layers of `depth`: 0 lies in a layer, 90 stands upright
};

/// Pure. Jacobi's method on the covariance; nothing but the four operations and the square root before the dip.
cluster_plane plane_of(const cluster_counts& cluster, const extent3& volume, axis depth);

}  // namespace tomosweep
