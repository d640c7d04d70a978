#include "tomosweep/kernels/classify.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// Number of leading elements for which `before` holds, found without branches that depend on the data.
template <class Before>
std::size_t leading(const std::vector<double>& values, const Before& before) {
    const double* base = values.data();
    std::size_t length = values.size();
    while (length > 1) {
        const std::size_t half = length / 2;
        base += before(base[half - 1]) ? half : 0;
        length -= half;
    }
    return static_cast<std::size_t>(base - values.data()) + (before(*base) ? 1 : 0);
}

/// The class of grey levels one by one, from a table when the type is small enough to list all of them.
template <class T>
class classifier {
public:
    explicit classifier(const phase_chain& chain) {
        for (std::int32_t value = std::numeric_limits<T>::min(); value <= std::numeric_limits<T>::max(); ++value)
            classes_.push_back(class_of(chain, value));
    }
    class_t operator()(T value) const {
        return classes_[static_cast<std::size_t>(std::int32_t{value} - std::numeric_limits<T>::min())];
    }

private:
    std::vector<class_t> classes_;
};

template <>
class classifier<float> {
public:
    explicit classifier(const phase_chain& chain) : chain_(chain) {}
    class_t operator()(float value) const { return class_of(chain_, value); }

private:
    const phase_chain& chain_;
};

template <class T>
array3<class_t> classified(view3<const T> grey, const phase_chain& chain, view3<const std::uint8_t> mask) {
    const extent3 extent = grey.extent();
    require(mask.data() == nullptr || mask.extent() == extent, "the mask has the extent of the block");
    const classifier<T> class_at(chain);
    array3<class_t> classes(extent);
#pragma omp parallel for collapse(2) schedule(static)
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y) {
            const T* values = grey.row(z, y);
            class_t* out = &classes(z, y, 0);
            for (index_t x = 0; x < extent.x; ++x)
                out[x] = class_at(values[x]);
            if (mask.data() != nullptr)
                for (index_t x = 0; x < extent.x; ++x)
                    out[x] = mask(z, y, x) != 0 ? out[x] : class_outside;
        }
    return classes;
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
    const bool above = chain.where == phase_side::above;
    const std::size_t phase = above ? leading(chain.thresholds, [grey](double t) { return !(grey > t); })
                                    : leading(chain.thresholds, [grey](double t) { return !(grey <= t); });
    const bool in_phase = phase < chain.thresholds.size() && (chain.where != phase_side::between || grey > chain.low);
    return in_phase ? static_cast<class_t>(phase) : class_background;
}

array3<class_t> classify(const grey_volume& grey, const phase_chain& chain, view3<const std::uint8_t> mask) {
    check_chain(chain);
    return std::visit([&](const auto& held) { return classified(held.view(), chain, mask); }, grey);
}

}  // namespace tomosweep
