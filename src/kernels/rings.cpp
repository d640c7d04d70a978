#include "tomosweep/kernels/rings.hpp"

#include <algorithm>
#include <limits>
#include <numbers>
#include <span>
#include <utility>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// Rays are summed in as many parts, whatever the number of threads, so that sums have one order.
constexpr index_t parts = 64;
constexpr index_t fewest_rays = 256;

std::pair<axis, axis> axes_across(axis direction) {
    if (direction == axis::z)
        return {axis::y, axis::x};
    return {axis::z, direction == axis::y ? axis::x : axis::y};
}

/// A slice as rows of float; every supported grey level is one exactly.
class ring_plane {
public:
    ring_plane(const grey_volume& slice, const ring_spec& spec) {
        std::visit([&](const auto& held) { fill(held.view(), spec.direction); }, slice);
    }

    index_t rows() const { return plane_.extent().y; }
    index_t columns() const { return plane_.extent().x; }

    bool holds(double u, double v) const {
        return u >= 0 && v >= 0 && u <= static_cast<double>(rows()) && v <= static_cast<double>(columns());
    }

    /// Bilinear between the centres of four pixels; u and v count from the corner.
    float at(double u, double v) const {
        const double y = std::clamp(u - 0.5, 0.0, static_cast<double>(rows() - 1));
        const double x = std::clamp(v - 0.5, 0.0, static_cast<double>(columns() - 1));
        const auto y0 = static_cast<index_t>(y), x0 = static_cast<index_t>(x);
        const index_t y1 = std::min(y0 + 1, rows() - 1), x1 = std::min(x0 + 1, columns() - 1);
        const double fy = y - static_cast<double>(y0), fx = x - static_cast<double>(x0);
        const double low =
            static_cast<double>(plane_(0, y0, x0)) * (1 - fx) + static_cast<double>(plane_(0, y0, x1)) * fx;
        const double high =
            static_cast<double>(plane_(0, y1, x0)) * (1 - fx) + static_cast<double>(plane_(0, y1, x1)) * fx;
        return static_cast<float>(low * (1 - fy) + high * fy);
    }

    /// The rings of this one slice.
    void subtract(const ring_profiles& rings, const ring_spec& spec) {
#pragma omp parallel for schedule(static)
        for (index_t y = 0; y < rows(); ++y)
            for (index_t x = 0; x < columns(); ++x) {
                const double u = static_cast<double>(y) + 0.5 - spec.center[0];
                const double v = static_cast<double>(x) + 0.5 - spec.center[1];
                float& level = plane_(0, y, x);
                level = static_cast<float>(static_cast<double>(level) - rings.at(0, std::sqrt(u * u + v * v)));
            }
    }

private:
    template <class T>
    void fill(view3<const T> slice, axis direction) {
        const extent3 extent = slice.extent();
        require(along(extent, direction) == 1, "rings are looked for in one slice at a time");
        const auto [first, second] = axes_across(direction);
        plane_ = array3<float>({1, along(extent, first), along(extent, second)});
        index_t i = 0;
        for (index_t z = 0; z < extent.z; ++z)
            for (index_t y = 0; y < extent.y; ++y)
                for (index_t x = 0; x < extent.x; ++x)
                    plane_.data()[i++] = static_cast<float>(slice(z, y, x));
    }

    array3<float> plane_;
};

/// Running median over a window that is cut at both ends of the line; of an even number the upper middle one.
template <class T>
class running_median {
public:
    explicit running_median(index_t radius) : radius_(radius) {}

    void of(std::span<const T> line, std::vector<T>& medians) {
        const auto length = static_cast<index_t>(line.size());
        medians.resize(line.size());
        window_.clear();
        for (index_t i = 0; i < std::min(radius_, length); ++i)
            insert(line[static_cast<std::size_t>(i)]);
        for (index_t i = 0; i < length; ++i) {
            if (i + radius_ < length)
                insert(line[static_cast<std::size_t>(i + radius_)]);
            if (i - radius_ > 0)
                window_.erase(std::ranges::lower_bound(window_, line[static_cast<std::size_t>(i - radius_ - 1)]));
            medians[static_cast<std::size_t>(i)] = window_[window_.size() / 2];
        }
    }

private:
    void insert(T value) { window_.insert(std::ranges::upper_bound(window_, value), value); }

    index_t radius_;
    std::vector<T> window_;  ///< sorted
};

/// One thread's way along rays.
class ray_differences {
public:
    ray_differences(const ring_plane& plane, const ring_spec& spec, index_t rays)
        : plane_(plane), spec_(spec), rays_(rays), median_(spec.median_radius) {}

    /// Difference to the median along ray `number`, at the radii 0, 1, ... up to the slice's border.
    std::span<const float> of(index_t number) {
        const double angle = 2 * std::numbers::pi * (static_cast<double>(number) + 0.5) / static_cast<double>(rays_);
        const double du = std::sin(angle), dv = std::cos(angle);
        line_.clear();
        for (double radius = 0;; radius += 1) {
            const double u = spec_.center[0] + radius * du, v = spec_.center[1] + radius * dv;
            if (!plane_.holds(u, v))
                break;
            line_.push_back(plane_.at(u, v));
        }
        median_.of(line_, medians_);
        std::ranges::transform(line_, medians_, line_.begin(), std::minus<>());
        return line_;
    }

private:
    const ring_plane& plane_;
    const ring_spec& spec_;
    index_t rays_;
    running_median<float> median_;
    std::vector<float> line_, medians_;
};

/// Two and a half robust standard deviations of the differences along some of the rays; no limit where most are 0.
double structure_limit(const ring_plane& plane, const ring_spec& spec, index_t rays) {
    constexpr double robust = 1.4826, widths = 2.5;
    ray_differences differences(plane, spec, rays);
    std::vector<float> sizes;
    for (index_t part = 0; part < parts; ++part)
        for (const float difference : differences.of(rays * part / parts))
            sizes.push_back(std::abs(difference));
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::ranges::nth_element(sizes, middle);
    return *middle > 0 ? widths * robust * static_cast<double>(*middle) : std::numeric_limits<double>::infinity();
}

struct radial_sums {
    std::vector<double> sum;
    std::vector<index_t> count;

    explicit radial_sums(index_t radii)
        : sum(static_cast<std::size_t>(radii)), count(static_cast<std::size_t>(radii)) {}
    void add(std::span<const float> differences, double largest) {
        for (std::size_t i = 0; i < differences.size(); ++i)
            if (const auto difference = static_cast<double>(differences[i]); std::abs(difference) <= largest) {
                sum[i] += difference;
                ++count[i];
            }
    }
    void add(const radial_sums& other) {
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] += other.sum[i];
            count[i] += other.count[i];
        }
    }
};

index_t ray_count(const ring_plane& plane) {
    return std::max(fewest_rays, static_cast<index_t>(std::numbers::pi *
                                                      static_cast<double>(std::min(plane.rows(), plane.columns()))));
}

/// What is left of the rings in the plane, by radius.
std::vector<double> mean_differences(const ring_plane& plane, const ring_spec& spec, index_t radii) {
    const index_t rays = ray_count(plane);
    const double limit = spec.largest ? *spec.largest : structure_limit(plane, spec, rays);
    std::vector<radial_sums> sums(static_cast<std::size_t>(parts), radial_sums(radii));
#pragma omp parallel
    {
        ray_differences differences(plane, spec, rays);
#pragma omp for schedule(dynamic)
        for (index_t part = 0; part < parts; ++part)
            for (index_t ray = rays * part / parts; ray < rays * (part + 1) / parts; ++ray)
                sums[static_cast<std::size_t>(part)].add(differences.of(ray), limit);
    }
    for (std::size_t part = 1; part < sums.size(); ++part)
        sums[0].add(sums[part]);
    std::vector<double> profile(static_cast<std::size_t>(radii), 0.0), slow;
    for (std::size_t i = 0; i < profile.size(); ++i)
        profile[i] = sums[0].count[i] > 0 ? sums[0].sum[i] / static_cast<double>(sums[0].count[i]) : 0;
    running_median<double>(spec.median_radius).of(profile, slow);
    std::ranges::transform(profile, slow, profile.begin(), std::minus<>());
    return profile;
}

}  // namespace

index_t ring_radii(const extent3& scan, const ring_spec& spec) {
    const auto [first, second] = axes_across(spec.direction);
    const auto reach = [](double center, index_t length) {
        return std::max(std::abs(center), std::abs(static_cast<double>(length) - center));
    };
    return static_cast<index_t>(
               std::hypot(reach(spec.center[0], along(scan, first)), reach(spec.center[1], along(scan, second)))) +
           2;
}

std::vector<double> ring_profile(const grey_volume& slice, const ring_spec& spec) {
    ring_plane plane(slice, spec);
    require(plane.holds(spec.center[0], spec.center[1]) && spec.median_radius >= 1,
            "the rotation axis meets the slice");
    const index_t radii = ring_radii(std::visit([](const auto& held) { return held.extent(); }, slice), spec);
    ring_profiles found{0, radii, std::vector<double>(static_cast<std::size_t>(radii), 0.0)};
    for (index_t pass = 0; pass < spec.passes; ++pass) {
        const ring_profiles left{0, radii, mean_differences(plane, spec, radii)};
        std::ranges::transform(found.levels, left.levels, found.levels.begin(), std::plus<>());
        if (pass + 1 < spec.passes)
            plane.subtract(left, spec);
    }
    return found.levels;
}

}  // namespace tomosweep
