#pragma once

#include <array>

namespace tomosweep {

/// Point or direction in the order (z, y, x). Points are in voxels from the volume's corner: voxel i has its centre at
/// i + 0.5.
using vector3 = std::array<double, 3>;

/// A rotation followed by a shift: p becomes rotation p + shift. Rows and columns of the rotation are in the order
/// (z, y, x).
struct rigid_transform {
    std::array<vector3, 3> rotation{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    vector3 shift{};

    vector3 operator()(const vector3& p) const;

    friend bool operator==(const rigid_transform&, const rigid_transform&) = default;
};

/// `first`, then turned about `pivot` and moved. `turn` is the rotation's axis, as long as the angle in radians: for
/// small angles exactly that rotation, for all angles a rotation (quaternion 1 + turn / 2, normalised). Uses nothing
/// but the four operations and the square root, so that every machine has the same bits.
rigid_transform moved(const rigid_transform& first, const vector3& pivot, const vector3& turn, const vector3& move);

/// Angle of the rotation in degrees, 0 to 180.
double angle_deg(const rigid_transform& transform);

/// The same transform in another unit of length, and with coordinates that count from other corners: p in the new
/// coordinates is `scale` times what it was, plus `from_corner` on the side that is mapped and `to_corner` on the
/// other.
rigid_transform in_other_coordinates(const rigid_transform& transform, double scale, const vector3& from_corner,
                                     const vector3& to_corner);

}  // namespace tomosweep
