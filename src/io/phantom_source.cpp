#include "tomosweep/io/phantom_source.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <utility>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/phantom_geometry.hpp"
#include "tomosweep/io/phantom_interfaces.hpp"
#include "tomosweep/io/phantom_pores.hpp"
#include "tomosweep/io/phantom_rings.hpp"
#include "tomosweep/kernels/gaussian.hpp"
#include "tomosweep/kernels/smooth.hpp"

namespace tomosweep {
namespace {

/// Part of a row, from `lo` to `hi`, both included.
struct interval {
    double lo = -HUGE_VAL;
    double hi = HUGE_VAL;
};

/// Where the line y = const crosses a piece.
interval crossing(const solid_piece& piece, double y, const crack_widths& widths) {
    interval inside;
    for (const boundary& side : piece.sides) {
        const double room = side.offset - widths.of(side.kind) / 2 - side.normal.y * y;
        if (side.normal.x > 0)
            inside.hi = std::min(inside.hi, room / side.normal.x);
        else if (side.normal.x < 0)
            inside.lo = std::max(inside.lo, room / side.normal.x);
        else if (room < 0)
            inside.hi = -HUGE_VAL;
    }
    return inside;
}

/// Sets the voxels of a row whose centres lie in the interval; the row starts at voxel `first`.
void paint(std::span<std::uint8_t> row, index_t first, const interval& inside, std::uint8_t value) {
    // Rounded before the row's own start comes in: no result may depend on where a box begins.
    const auto length = static_cast<double>(row.size());
    const auto start = static_cast<double>(first);
    const double begin = std::clamp(std::ceil(inside.lo - 0.5) - start, 0.0, length);
    const double end = std::clamp(std::floor(inside.hi - 0.5) + 1 - start, begin, length);
    std::fill(row.begin() + static_cast<std::ptrdiff_t>(begin), row.begin() + static_cast<std::ptrdiff_t>(end), value);
}

/// What a voxel of the electrode is made of.
enum material : std::uint8_t { crack, bare_solid, shell };

/// The materials in a box, which may reach beyond the volume.
class sharp_phantom {
public:
    sharp_phantom(const phantom_source& phantom, const std::vector<pore>& pores, const box3& box)
        : phantom_(phantom), box_(box), pieces_(pieces_in(phantom, window_of(box))) {
        pieces_of_row_.resize(static_cast<std::size_t>(box.extent().y));
        pores_of_layer_.resize(static_cast<std::size_t>(box.extent().z));
        for (const solid_piece& piece : pieces_)
            for_layers(piece.bounds.lo.y, piece.bounds.hi.y, box.lo.y, pieces_of_row_, &piece);
        for (const pore& p : pores)
            if (p.y + phantom.pore_radius >= static_cast<double>(box.lo.y) &&
                p.y - phantom.pore_radius <= static_cast<double>(box.hi.y))
                for_layers(p.z - phantom.pore_radius, p.z + phantom.pore_radius, box.lo.z, pores_of_layer_, &p);
    }

    /// One row of the box; z and y are counted from its corner.
    void fill_row(index_t z, index_t y, std::span<std::uint8_t> row) const {
        std::fill(row.begin(), row.end(), crack);
        const double height = centre_of(box_.lo.z + z);
        const double across = centre_of(box_.lo.y + y);
        const crack_widths widths = widths_at(phantom_, height);
        const crack_widths bare = with_shells(phantom_, widths);
        for (const solid_piece* piece : pieces_of_row_[static_cast<std::size_t>(y)]) {
            if (phantom_.shell_thickness > 0)
                paint(row, box_.lo.x, crossing(*piece, across, widths), shell);
            paint(row, box_.lo.x, crossing(*piece, across, bare), bare_solid);
        }
        for (const pore* p : pores_of_layer_[static_cast<std::size_t>(z)]) {
            const double room_sq = phantom_.pore_radius * phantom_.pore_radius - (p->z - height) * (p->z - height) -
                                   (p->y - across) * (p->y - across);
            if (room_sq >= 0)
                paint(row, box_.lo.x, {p->x - std::sqrt(room_sq), p->x + std::sqrt(room_sq)}, crack);
        }
    }

private:
    static window2 window_of(const box3& box) {
        return {{static_cast<double>(box.lo.y), static_cast<double>(box.lo.x)},
                {static_cast<double>(box.hi.y), static_cast<double>(box.hi.x)}};
    }

    /// Adds `element` to every list whose layer, counted from `first`, may meet [lo, hi].
    template <class Element>
    static void for_layers(double lo, double hi, index_t first, std::vector<std::vector<const Element*>>& lists,
                           const Element* element) {
        const auto begin = std::max<index_t>(0, static_cast<index_t>(std::floor(lo)) - first - 1);
        const auto end = std::min<index_t>(std::ssize(lists), static_cast<index_t>(std::ceil(hi)) - first + 1);
        for (index_t layer = begin; layer < end; ++layer)
            lists[static_cast<std::size_t>(layer)].push_back(element);
    }

    const phantom_source& phantom_;
    box3 box_;
    std::vector<solid_piece> pieces_;
    std::vector<std::vector<const solid_piece*>> pieces_of_row_;
    std::vector<std::vector<const pore*>> pores_of_layer_;
};

/// Normally distributed numbers, two per counter (Box & Muller 1958): voxels 2i and 2i + 1 of a row share counter i.
class voxel_noise {
public:
    explicit voxel_noise(const phantom_source& phantom)
        : sigma_(phantom.noise_sigma), key_(hashed(phantom.seed, purpose)), shape_(phantom.shape) {}

    /// Adds the noise of the row of voxels that starts at `first` of the volume.
    void add_to(std::span<double> row, const index3& first) const {
        if (sigma_ <= 0)
            return;
        const auto line = static_cast<std::uint64_t>(first.z * shape_.y + first.y);
        const std::uint64_t key = hashed(key_, line);
        double pair[2] = {0, 0};
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto x = static_cast<std::uint64_t>(first.x) + i;
            if (i == 0 || x % 2 == 0)
                draw(hashed(key, x / 2), pair);
            row[i] += sigma_ * pair[x % 2];
        }
    }

private:
    static constexpr std::uint64_t purpose = 0x6E6F697365U;

    static void draw(std::uint64_t bits, double* pair) {
        const double radius = std::sqrt(-2 * std::log((static_cast<double>(bits >> 32) + 0.5) * 0x1p-32));
        const double angle = 2 * std::numbers::pi * static_cast<double>(bits & 0xFFFFFFFFU) * 0x1p-32;
        pair[0] = radius * std::cos(angle);
        pair[1] = radius * std::sin(angle);
    }

    double sigma_;
    std::uint64_t key_;
    extent3 shape_;
};

class phantom_scan final : public scan_source {
public:
    explicit phantom_scan(const phantom_source& phantom)
        : phantom_(phantom), pores_(pores_of(phantom)), noise_(phantom), rings_(phantom) {
        if (phantom_.stack)
            stack_.emplace(phantom_);
    }

    extent3 extent() const override { return phantom_.shape; }
    dtype type() const override { return dtype::uint8; }
    std::vector<file_identity> files() const override { return {}; }
    std::vector<std::string> problems() const override { return {}; }

    grey_volume read(const box3& box) const override {
        require(box.empty() || intersection(box, whole(phantom_.shape)) == box, "the box lies in the phantom");
        array3<std::uint8_t> grey(box.extent());
        if (box.empty())
            return grey;
        if (phantom_.blur_sigma <= 0)
            fill_sharp(box, grey);
        else if (stack_ || phantom_.shell_thickness > 0)
            fill_blurred_greys(box, grey);
        else
            fill_blurred(box, grey);
        return grey;
    }

private:
    /// Grey levels of one row of a sharp phantom, without noise; `row` is a place for its materials.
    void sharp_levels(const sharp_phantom& sharp, const box3& box, index_t z, index_t y, std::span<std::uint8_t> row,
                      std::span<double> levels) const {
        sharp.fill_row(z, y, row);
        const std::array greys{phantom_.crack_grey, phantom_.solid_grey, phantom_.shell_grey};
        std::ranges::transform(row, levels.begin(), [&](std::uint8_t each) { return greys[each]; });
        if (stack_)
            stack_->cover(levels, box.lo + index3{z, y, 0});
    }

    void fill_sharp(const box3& box, array3<std::uint8_t>& grey) const {
        const sharp_phantom sharp(phantom_, pores_, box);
        const extent3 extent = box.extent();
        const auto length = static_cast<std::size_t>(extent.x);
#pragma omp parallel
        {
            std::vector<double> levels(length);
#pragma omp for collapse(2) schedule(static)
            for (index_t z = 0; z < extent.z; ++z)
                for (index_t y = 0; y < extent.y; ++y) {
                    const std::span<std::uint8_t> row(&grey(z, y, 0), length);
                    sharp_levels(sharp, box, z, y, row, levels);
                    finish(levels, box.lo + index3{z, y, 0}, row);
                }
        }
    }

    void fill_blurred(const box3& box, array3<std::uint8_t>& grey) const {
        const extent3 halo = gaussian_halo(phantom_.blur_sigma);
        const box3 wide{box.lo - halo, box.hi + halo};
        const extent3 wide_extent = wide.extent();
        array3<std::uint8_t> solid(wide_extent);
        const sharp_phantom sharp(phantom_, pores_, wide);
#pragma omp parallel for collapse(2) schedule(static)
        for (index_t z = 0; z < wide_extent.z; ++z)
            for (index_t y = 0; y < wide_extent.y; ++y)
                sharp.fill_row(z, y, {&solid(z, y, 0), static_cast<std::size_t>(wide_extent.x)});
        smooth_rows<std::uint8_t>(
            solid.view(), unmirrored(wide_extent), box.extent(), gaussian_weights(phantom_.blur_sigma),
            [&](index_t z, index_t y, const double* share) {
                const auto length = static_cast<std::size_t>(box.extent().x);
                std::vector<double> levels(share, share + length);
                for (double& level : levels)
                    level = phantom_.crack_grey + level * (phantom_.solid_grey - phantom_.crack_grey);
                finish(levels, box.lo + index3{z, y, 0}, {&grey(z, y, 0), length});
            });
    }

    /// Where there are more greys than two, greys are blurred instead of shares of solid.
    void fill_blurred_greys(const box3& box, array3<std::uint8_t>& grey) const {
        const extent3 halo = gaussian_halo(phantom_.blur_sigma);
        const box3 wide{box.lo - halo, box.hi + halo};
        const extent3 wide_extent = wide.extent();
        array3<float> sharp_grey(wide_extent);
        const sharp_phantom sharp(phantom_, pores_, wide);
        const auto length = static_cast<std::size_t>(wide_extent.x);
#pragma omp parallel
        {
            std::vector<std::uint8_t> row(length);
            std::vector<double> levels(length);
#pragma omp for collapse(2) schedule(static)
            for (index_t z = 0; z < wide_extent.z; ++z)
                for (index_t y = 0; y < wide_extent.y; ++y) {
                    sharp_levels(sharp, wide, z, y, row, levels);
                    std::ranges::transform(levels, &sharp_grey(z, y, 0),
                                           [](double level) { return static_cast<float>(level); });
                }
        }
        smooth_rows<float>(sharp_grey.view(), unmirrored(wide_extent), box.extent(),
                           gaussian_weights(phantom_.blur_sigma), [&](index_t z, index_t y, const double* smooth) {
                               const auto columns = static_cast<std::size_t>(box.extent().x);
                               std::vector<double> levels(smooth, smooth + columns);
                               finish(levels, box.lo + index3{z, y, 0}, {&grey(z, y, 0), columns});
                           });
    }

    /// Every position of a grown box stands for itself.
    static window_map unmirrored(const extent3& extent) {
        window_map map;
        for (const auto& [indices, length] :
             {std::pair{&map.z, extent.z}, std::pair{&map.y, extent.y}, std::pair{&map.x, extent.x}}) {
            indices->resize(static_cast<std::size_t>(length));
            std::iota(indices->begin(), indices->end(), index_t{0});
        }
        return map;
    }

    void finish(std::span<double> levels, const index3& first, std::span<std::uint8_t> row) const {
        noise_.add_to(levels, first);
        rings_.add_to(levels, first);
        std::transform(levels.begin(), levels.end(), row.begin(),
                       [](double level) { return static_cast<std::uint8_t>(std::clamp(level, 0.0, 255.0) + 0.5); });
    }

    phantom_source phantom_;
    std::vector<pore> pores_;
    voxel_noise noise_;
    phantom_rings rings_;
    std::optional<stack_painter> stack_;
};

}  // namespace

std::unique_ptr<scan_source> open_phantom(const phantom_source& phantom) {
    check_phantom(phantom);
    return std::make_unique<phantom_scan>(phantom);
}

}  // namespace tomosweep
