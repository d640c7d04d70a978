#include "tomosweep/campaign/unit_advice.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "tomosweep/campaign/yaml_reader.hpp"
#include "tomosweep/core/unit_name.hpp"

namespace tomosweep {
namespace {

/// The number at the start of `text`, and what follows it without blanks around.
std::optional<std::pair<double, std::string_view>> leading_number(std::string_view text) {
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || !std::isfinite(value))
        return std::nullopt;
    std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
    while (rest.starts_with(' '))
        rest.remove_prefix(1);
    return std::pair(value, rest);
}

/// A value in another unit, and the key with the value as it should stand.
std::string converted(double value, const named_unit& from, std::string_view key, const named_unit& to) {
    if (from.symbol == to.symbol)
        return fmt::format("write {}: {:.10g}", key, value);
    const double wanted = value * from.si / to.si;
    return fmt::format("{:.10g} {} = {:.10g} {}: write {}: {:.10g}", wanted, to.symbol, value, from.symbol, key,
                       wanted);
}

}  // namespace

std::string advice_on_unit(std::string_view name, std::string_view text, const std::vector<std::string_view>& known) {
    const key_with_unit given = split_unit(name);
    for (const std::string_view key : known) {
        const key_with_unit wanted = split_unit(key);
        if (!wanted.unit || wanted.stem != given.stem)
            continue;
        const auto number = leading_number(text);
        if (!given.unit) {
            if (nearest_name(name, known) != key)
                return "";
            const std::string advice = number ? advice_on_value(key, text) : "";
            return advice.empty() ? fmt::format("the key with its unit: {}", key) : advice;
        }
        if (!given.unit->same_kind(*wanted.unit))
            return fmt::format("{} in {}, which {} cannot be converted to: write {}", wanted.stem, wanted.unit->symbol,
                               given.unit->symbol, key);
        return number ? converted(number->first, *given.unit, key, *wanted.unit)
                      : fmt::format("{} in {}: write {}", wanted.stem, wanted.unit->symbol, key);
    }
    return "";
}

std::string advice_on_value(std::string_view key, std::string_view text) {
    const key_with_unit wanted = split_unit(key);
    const auto number = leading_number(text);
    const auto unit = number ? unit_of_symbol(number->second) : std::nullopt;
    if (!wanted.unit || !unit)
        return "";
    if (!unit->same_kind(*wanted.unit))
        return fmt::format("a number of {}, which {} cannot be converted to", wanted.unit->symbol, unit->symbol);
    return converted(number->first, *unit, key, *wanted.unit);
}

}  // namespace tomosweep
