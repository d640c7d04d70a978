#include "tomosweep/core/rigid.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tomosweep {
namespace {

using matrix3 = std::array<vector3, 3>;

vector3 product(const matrix3& m, const vector3& p) {
    vector3 result{};
    for (std::size_t i = 0; i < 3; ++i)
        result[i] = m[i][0] * p[0] + m[i][1] * p[1] + m[i][2] * p[2];
    return result;
}

/// Rotation by the quaternion (1, turn / 2), normalised.
matrix3 rotation_by(const vector3& turn) {
    const double a = turn[0] / 2, b = turn[1] / 2, c = turn[2] / 2;
    const double n = 1 + a * a + b * b + c * c;
    return {{{(1 + a * a - b * b - c * c) / n, 2 * (a * b - c) / n, 2 * (a * c + b) / n},
             {2 * (a * b + c) / n, (1 - a * a + b * b - c * c) / n, 2 * (b * c - a) / n},
             {2 * (a * c - b) / n, 2 * (b * c + a) / n, (1 - a * a - b * b + c * c) / n}}};
}

}  // namespace

vector3 rigid_transform::operator()(const vector3& p) const {
    vector3 result = product(rotation, p);
    for (std::size_t i = 0; i < 3; ++i)
        result[i] += shift[i];
    return result;
}

rigid_transform moved(const rigid_transform& first, const vector3& pivot, const vector3& turn, const vector3& move) {
    const matrix3 turned = rotation_by(turn);
    rigid_transform result;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            result.rotation[i][j] = turned[i][0] * first.rotation[0][j] + turned[i][1] * first.rotation[1][j] +
                                    turned[i][2] * first.rotation[2][j];
    const vector3 arm{first.shift[0] - pivot[0], first.shift[1] - pivot[1], first.shift[2] - pivot[2]};
    const vector3 swung = product(turned, arm);
    for (std::size_t i = 0; i < 3; ++i)
        result.shift[i] = swung[i] + pivot[i] + move[i];
    return result;
}

double angle_deg(const rigid_transform& transform) {
    const matrix3& r = transform.rotation;
    // The sine from the antisymmetric part is exact for small angles, where the cosine says nothing.
    const double z = r[2][1] - r[1][2], y = r[0][2] - r[2][0], x = r[1][0] - r[0][1];
    const double sine = std::sqrt(z * z + y * y + x * x) / 2;
    return std::atan2(sine, (r[0][0] + r[1][1] + r[2][2] - 1) / 2) * 180 / std::numbers::pi;
}

rigid_transform in_other_coordinates(const rigid_transform& transform, double scale, const vector3& from_corner,
                                     const vector3& to_corner) {
    rigid_transform result = transform;
    const vector3 turned = product(transform.rotation, from_corner);
    for (std::size_t i = 0; i < 3; ++i)
        result.shift[i] = scale * transform.shift[i] + to_corner[i] - turned[i];
    return result;
}

}  // namespace tomosweep
