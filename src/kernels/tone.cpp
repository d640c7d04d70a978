#include "tomosweep/kernels/tone.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

template <class T>
T cut_to(double level) {
    constexpr auto lowest = static_cast<double>(std::numeric_limits<T>::lowest());
    constexpr auto highest = static_cast<double>(std::numeric_limits<T>::max());
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(std::clamp(std::floor(level + 0.5), lowest, highest));
    else
        return static_cast<T>(std::clamp(level, lowest, highest));
}

/// Whether a voxel counts, row by row of a box.
class counted_rows {
public:
    counted_rows(const clip_region& region, const box3& box) : region_(region), box_(box) {}

    /// Columns of row (z, y) of the scan that lie in the counted box; empty when the row does not meet it.
    std::pair<index_t, index_t> columns(index_t z, index_t y) const {
        const box3& counted = region_.box;
        if (counted.empty() || z < counted.lo.z || z >= counted.hi.z || y < counted.lo.y || y >= counted.hi.y)
            return {0, 0};
        return {std::max(box_.lo.x, counted.lo.x), std::min(box_.hi.x, counted.hi.x)};
    }
    bool counts(index_t z, index_t y, index_t x) const {
        if (region_.mask.data() == nullptr)
            return true;
        const index3 off = index3{z, y, x} - region_.box.lo;
        return region_.mask(off.z / region_.binning, off.y / region_.binning, off.x / region_.binning) != 0;
    }

private:
    const clip_region& region_;
    const box3& box_;
};

/// Levels of one row on their way from one number format to another.
class row_tone {
public:
    row_tone(const box3& box, const grey_tone& tone, const ring_profiles& rings)
        : box_(box), tone_(tone), rings_(rings) {
        if (tone.window)
            scale_ = static_cast<double>((1 << tone.window->bits) - 1) / (tone.window->high - tone.window->low);
    }

    /// Grey levels of a row of the box after rings and line.
    template <class T>
    void levels(const T* row, index_t z, index_t y, double* out) const {
        const index_t length = box_.extent().x;
        for (index_t x = 0; x < length; ++x)
            out[x] = static_cast<double>(row[x]);
        if (tone_.rings)
            for (index_t x = 0; x < length; ++x) {
                const index3 voxel{z, y, box_.lo.x + x};
                out[x] -=
                    rings_.at(along(voxel, tone_.rings->direction), std::sqrt(axis_distance_sq(voxel, *tone_.rings)));
            }
        if (tone_.line != grey_line{})
            for (index_t x = 0; x < length; ++x)
                out[x] = tone_.line.gain * out[x] + tone_.line.offset;
    }

    /// Where a level is cut off; nothing is where the format has no end.
    template <class Out>
    std::pair<double, double> ends() const {
        if (tone_.window)
            return {tone_.window->low, tone_.window->high};
        if constexpr (std::is_integral_v<Out>)
            return {static_cast<double>(std::numeric_limits<Out>::min()) - 0.5,
                    std::nextafter(static_cast<double>(std::numeric_limits<Out>::max()) + 0.5, 0.0)};
        return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    }

    template <class Out>
    void store(const double* levels, Out* row) const {
        const index_t length = box_.extent().x;
        if (tone_.window)
            for (index_t x = 0; x < length; ++x)
                row[x] = cut_to<Out>((levels[x] - tone_.window->low) * scale_);
        else
            for (index_t x = 0; x < length; ++x)
                row[x] = cut_to<Out>(levels[x]);
    }

private:
    const box3& box_;
    const grey_tone& tone_;
    const ring_profiles& rings_;
    double scale_ = 1;
};

template <class In, class Out>
void convert(view3<const In> from, view3<Out> to, const box3& box, const row_tone& rule, const clip_region& counted,
             clip_counts& clipped) {
    const extent3 extent = from.extent();
    const counted_rows rows(counted, box);
    // Not a structured binding: clang 16 breaks down over one in a parallel region.
    const auto ends = rule.ends<Out>();
    const auto low = ends.first, high = ends.second;
    std::int64_t voxels = 0, below = 0, above = 0;
#pragma omp parallel reduction(+ : voxels, below, above)
    {
        std::vector<double> levels(static_cast<std::size_t>(extent.x));
#pragma omp for collapse(2) schedule(static)
        for (index_t z = 0; z < extent.z; ++z)
            for (index_t y = 0; y < extent.y; ++y) {
                const index_t at_z = box.lo.z + z, at_y = box.lo.y + y;
                rule.levels(from.row(z, y), at_z, at_y, levels.data());
                const auto [first, last] = rows.columns(at_z, at_y);
                for (index_t x = first; x < last; ++x)
                    if (rows.counts(at_z, at_y, x)) {
                        const double level = levels[static_cast<std::size_t>(x - box.lo.x)];
                        ++voxels;
                        below += level < low ? 1 : 0;
                        above += level > high ? 1 : 0;
                    }
                rule.store(levels.data(), to.row(z, y));
            }
    }
    clipped.voxels += voxels;
    clipped.below += below;
    clipped.above += above;
}

}  // namespace

dtype type_after(const grey_tone& tone, dtype source) {
    return !tone.window ? source : tone.window->bits == 8 ? dtype::uint8 : dtype::uint16;
}

grey_volume toned(grey_volume grey, const box3& box, const grey_tone& tone, const ring_profiles& rings,
                  const clip_region& counted, clip_counts& clipped) {
    const row_tone rule(box, tone, rings);
    const dtype wanted = type_after(tone, dtype_of(grey));
    return std::visit(
        [&](auto& from) -> grey_volume {
            require(from.voxels() == box.voxels(), "the box has the extent of its voxels");
            using volume = std::remove_reference_t<decltype(from)>;
            if (wanted == dtype_of(grey)) {
                convert(view3<const std::remove_pointer_t<decltype(from.data())>>(from.view()), from.view(), box, rule,
                        counted, clipped);
                return volume(std::move(from));
            }
            grey_volume result = make_grey(wanted, from.extent());
            std::visit([&](auto& to) { convert(std::as_const(from).view(), to.view(), box, rule, counted, clipped); },
                       result);
            return result;
        },
        grey);
}

}  // namespace tomosweep
