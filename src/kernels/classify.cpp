#include "tomosweep/kernels/classify.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// The classes of rows of grey levels, from a table, since integer types are small enough to list all of their levels.
template <class T>
class classifier {
public:
    explicit classifier(const phase_chain& chain) {
        for (std::int32_t value = std::numeric_limits<T>::min(); value <= std::numeric_limits<T>::max(); ++value)
            classes_.push_back(class_of(chain, value));
    }
    void classify_row(const T* grey, class_t* classes, index_t length) const {
        const class_t* table = classes_.data();
        for (index_t x = 0; x < length; ++x)
            classes[x] = table[std::int32_t{grey[x]} - std::numeric_limits<T>::min()];
    }

private:
    std::vector<class_t> classes_;
};

/// Largest float that is not above `value`: for a float grey level, grey <= value exactly when grey <=
/// float_floor(value).
float float_floor(double value) {
    if (value < -std::numeric_limits<float>::max())
        return -std::numeric_limits<float>::infinity();
    if (value > std::numeric_limits<float>::max())
        return std::isinf(value) ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::max();
    const auto nearest = static_cast<float>(value);
    return static_cast<double>(nearest) <= value ? nearest
                                                 : std::nextafter(nearest, -std::numeric_limits<float>::infinity());
}

/// Binary search, many voxels abreast and without branches that depend on the data.
template <>
class classifier<float> {
public:
    explicit classifier(const phase_chain& chain)
        : above_(chain.where == phase_side::above),
          low_(chain.where == phase_side::between ? float_floor(chain.low) : -std::numeric_limits<float>::infinity()),
          class_of_place_(std::bit_ceil(chain.thresholds.size() + 1), class_background) {
        for (std::size_t phase = 0; phase < chain.thresholds.size(); ++phase) {
            levels_.push_back(float_floor(chain.thresholds[phase]));
            class_of_place_[phase] = static_cast<class_t>(phase);
        }
        // Padded to 2^n - 1 levels with what no search passes.
        levels_.resize(class_of_place_.size() - 1, (above_ ? -1.0F : 1.0F) * std::numeric_limits<float>::infinity());
    }

    void classify_row(const float* grey, class_t* classes, index_t length) const {
        for (index_t x = 0; x < length; x += abreast) {
            const index_t count = std::min(abreast, length - x);
            above_ ? classify_some<true>(grey + x, classes + x, count)
                   : classify_some<false>(grey + x, classes + x, count);
        }
    }

private:
    static constexpr index_t abreast = 64;

    template <bool Above>
    void classify_some(const float* grey, class_t* classes, index_t count) const {
        std::uint32_t places[abreast] = {};
        const float* levels = levels_.data();
        for (auto step = static_cast<std::uint32_t>(class_of_place_.size() / 2); step > 0; step /= 2)
            for (index_t x = 0; x < count; ++x) {
                const float level = levels[places[x] + step - 1];
                const bool beyond = Above ? grey[x] <= level : grey[x] > level;
                places[x] += step & (0U - static_cast<std::uint32_t>(beyond));
            }
        for (index_t x = 0; x < count; ++x)
            classes[x] = grey[x] > low_ ? class_of_place_[places[x]] : class_background;
    }

    bool above_;
    float low_;  ///< grey levels up to here are in no phase
    std::vector<float> levels_;
    std::vector<class_t> class_of_place_;  ///< by the number of levels that a search passed
};

/// `classes` may lie where bytes of `grey` do.
template <class T>
void write_classes(view3<const T> grey, const phase_chain& chain, view3<const std::uint8_t> mask,
                   view3<class_t> classes) {
    const extent3 extent = grey.extent();
    require(mask.data() == nullptr || mask.extent() == extent, "the mask has the extent of the block");
    const classifier<T> rule(chain);
#pragma omp parallel for collapse(2) schedule(static)
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y) {
            class_t* out = classes.row(z, y);
            rule.classify_row(grey.row(z, y), out, extent.x);
            if (mask.data() != nullptr)
                for (index_t x = 0; x < extent.x; ++x)
                    out[x] = mask(z, y, x) != 0 ? out[x] : class_outside;
        }
}

}  // namespace

void check_chain(const phase_chain& chain) {
    const auto& thresholds = chain.thresholds;
    require(!thresholds.empty() && thresholds.size() <= static_cast<std::size_t>(max_phases),
            "a chain has 1 to 254 phases");
    require(std::none_of(thresholds.begin(), thresholds.end(), [](double t) { return std::isnan(t); }) &&
                !std::isnan(chain.low),
            "thresholds are numbers");
    const bool nested = chain.where == phase_side::above
                            ? std::is_sorted(thresholds.begin(), thresholds.end(), std::greater<>())
                            : std::is_sorted(thresholds.begin(), thresholds.end());
    require(nested, "the phases of a chain are nested, the smallest first");
}

class_t class_of(const phase_chain& chain, double grey) {
    const auto& thresholds = chain.thresholds;
    const auto first =
        chain.where == phase_side::above
            ? std::partition_point(thresholds.begin(), thresholds.end(), [=](double t) { return t >= grey; })
            : std::partition_point(thresholds.begin(), thresholds.end(), [=](double t) { return t < grey; });
    const bool in_phase = first != thresholds.end() && (chain.where != phase_side::between || grey > chain.low);
    return in_phase ? static_cast<class_t>(first - thresholds.begin()) : class_background;
}

array3<class_t> classify(const grey_volume& grey, const phase_chain& chain, view3<const std::uint8_t> mask) {
    check_chain(chain);
    return std::visit(
        [&](const auto& held) {
            array3<class_t> classes(held.extent());
            write_classes(held.view(), chain, mask, classes.view());
            return classes;
        },
        grey);
}

array3<class_t> classify(grey_volume&& grey, const phase_chain& chain, view3<const std::uint8_t> mask) {
    grey_volume given = std::exchange(grey, {});
    auto* const bytes = std::get_if<array3<std::uint8_t>>(&given);
    if (bytes == nullptr)
        return classify(std::as_const(given), chain, mask);
    check_chain(chain);
    write_classes(std::as_const(*bytes).view(), chain, mask, bytes->view());
    return std::move(*bytes);
}

}  // namespace tomosweep
