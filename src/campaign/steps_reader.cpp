#include "tomosweep/campaign/steps_reader.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tomosweep {
namespace {

double rounded(double value) {
    return std::stod(fmt::format("{:.15g}", value));
}

}  // namespace

std::optional<std::vector<double>> read_steps(const yaml_map& map, const steps_of& what) {
    const auto from = map.need("from", "the first " + what.one);
    const auto to = map.need("to", "the last " + what.one);
    const auto step = map.need("step", fmt::format("the distance of two {}s", what.one));
    if (!from || !to || !step)
        return std::nullopt;
    const auto first = from->number(what.range);
    const auto last = to->number(what.range);
    const auto width = step->number(positive);
    if (!first || !last || !width)
        return std::nullopt;
    if (*first > *last) {
        to->refuse(fmt::format("{} below `from`, which is {}", *last, *first), "from <= to");
        return std::nullopt;
    }
    // A relative slack, so that 0.1 to 0.3 in steps of 0.1 reaches its end.
    const double steps = std::floor((*last - *first) / *width * (1 + 1e-12) + 1e-9);
    if (steps >= static_cast<double>(what.most)) {
        step->refuse(fmt::format("{} (more than {} {})", *width, what.most, what.many), "a larger step");
        return std::nullopt;
    }
    std::vector<double> values;
    for (int i = 0; i <= static_cast<int>(steps); ++i)
        values.push_back(rounded(*first + i * *width));
    return values;
}

}  // namespace tomosweep
