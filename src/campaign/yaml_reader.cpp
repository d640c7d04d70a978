#include "tomosweep/campaign/yaml_reader.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tomosweep/campaign/unit_advice.hpp"
#include "tomosweep/core/counted.hpp"

namespace tomosweep {
namespace {

constexpr auto infinity = std::numeric_limits<double>::infinity();

/// Levenshtein's distance, letters compared without case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    const auto same = [](char left, char right) {
        return std::tolower(static_cast<unsigned char>(left)) == std::tolower(static_cast<unsigned char>(right));
    };
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (same(a[i], b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

std::string words(const number_range& range) {
    if (range.high != infinity)
        return fmt::format("a number {} {} to {}", range.above ? "above" : "from", range.low, range.high);
    if (range.low != -infinity)
        return fmt::format("a number {} {}", range.above ? ">" : ">=", range.low);
    return "a finite number";
}

std::string words(const integer_range& range) {
    if (range.high != integer_range{}.high)
        return fmt::format("a whole number from {} to {}", range.low, range.high);
    if (range.low != integer_range{}.low)
        return fmt::format("a whole number >= {}", range.low);
    return "a whole number";
}

/// The number that all of `text` spells.
template <class Number>
std::optional<Number> parsed(std::string_view text) {
    if (text.starts_with('+'))
        text.remove_prefix(1);
    Number number{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

void problem_list::add(int line, const std::string& key, const std::string& found, const std::string& accepted) {
    const problem added{file_, line, key, found, accepted};
    const bool known = std::any_of(problems_.begin(), problems_.end(), [&](const problem& each) {
        return each.line == line && each.key == key && each.found == found;
    });
    if (known)
        return;
    if (problems_.size() < most_problems)
        problems_.push_back(added);
    else
        more_ = true;
}

void problem_list::throw_if_any() const {
    if (problems_.empty())
        return;
    std::vector<problem> ordered = problems_;
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const problem& a, const problem& b) { return a.line < b.line; });
    if (more_)
        ordered.push_back(
            {file_, 0, "", fmt::format("more than {} problems", most_problems), "the first ones corrected"});
    throw job_error(std::move(ordered));
}

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
    const auto distance = [&](std::string_view candidate) {
        return static_cast<double>(edit_distance(name, candidate)) /
               static_cast<double>(std::max({name.size(), candidate.size(), std::size_t{1}}));
    };
    const auto nearest = std::min_element(
        known.begin(), known.end(), [&](std::string_view a, std::string_view b) { return distance(a) < distance(b); });
    return nearest == known.end() ? std::string_view() : *nearest;
}

std::string yaml_value::description() const {
    if (node_.IsSequence())
        return "a list of " + counted(static_cast<std::int64_t>(node_.size()), "value");
    if (node_.IsMap())
        return "a mapping of " + counted(static_cast<std::int64_t>(node_.size()), "key");
    if (!node_.IsScalar())
        return "no value";
    std::string text = node_.Scalar();
    if (text.size() > 60)
        text = text.substr(0, 57) + "...";
    // A message stays one line.
    std::ranges::replace_if(
        text, [](char each) { return each >= 0 && each < ' '; }, '?');
    return "'" + text + "'";
}

std::optional<std::string> yaml_value::text(const std::string& accepted) const {
    if (node_.IsScalar() && !node_.Scalar().empty())
        return node_.Scalar();
    refuse(node_.IsScalar() ? "an empty text" : description(), accepted);
    return std::nullopt;
}

/// Quoted scalars are text, whatever they look like.
std::optional<std::string> yaml_value::plain_scalar() const {
    return node_.IsScalar() && node_.Tag() != "!" ? std::optional(node_.Scalar()) : std::nullopt;
}

std::optional<bool> yaml_value::boolean() const {
    const auto text = plain_scalar();
    if (text == "true" || text == "false")
        return text == "true";
    refuse("true or false");
    return std::nullopt;
}

std::optional<double> yaml_value::number(const number_range& range) const {
    const auto text = plain_scalar();
    const auto value = text ? parsed<double>(*text) : std::nullopt;
    if (value && std::isfinite(*value) && *value <= range.high &&
        (range.above ? *value > range.low : *value >= range.low))
        return value;
    const std::string conversion = text ? advice_on_value(key_.substr(key_.rfind('.') + 1), *text) : "";
    refuse(words(range) + (conversion.empty() ? "" : "; " + conversion));
    return std::nullopt;
}

std::optional<std::int64_t> yaml_value::integer(const integer_range& range) const {
    const auto text = plain_scalar();
    const auto value = text ? parsed<std::int64_t>(*text) : std::nullopt;
    if (value && *value >= range.low && *value <= range.high)
        return value;
    refuse(words(range));
    return std::nullopt;
}

std::optional<std::vector<yaml_value>> yaml_value::list(const std::string& accepted, std::size_t length) const {
    if (!node_.IsSequence() || node_.size() == 0 || (length != 0 && node_.size() != length)) {
        refuse(accepted);
        return std::nullopt;
    }
    std::vector<yaml_value> values;
    for (std::size_t i = 0; i < node_.size(); ++i)
        values.emplace_back(node_[i], fmt::format("{}[{}]", key_, i), *problems_);
    return values;
}

std::optional<std::vector<double>> yaml_value::numbers(const number_range& range) const {
    const auto values = list("a list of numbers in brackets, such as [1] or [1, 2]");
    if (!values)
        return std::nullopt;
    std::vector<double> numbers;
    for (const yaml_value& value : *values)
        if (const auto number = value.number(range))
            numbers.push_back(*number);
    return numbers.size() == values->size() ? std::optional(numbers) : std::nullopt;
}

std::optional<std::size_t> yaml_value::chosen(const std::vector<std::string_view>& names) const {
    if (node_.IsScalar()) {
        const auto at = std::find(names.begin(), names.end(), node_.Scalar());
        if (at != names.end())
            return static_cast<std::size_t>(at - names.begin());
    }
    std::string accepted = fmt::format("{}", fmt::join(names, ", "));
    // A guess from afar would mislead: `charge` is no way of writing `lithiation`.
    const std::string_view nearest = names.size() > 1 && node_.IsScalar() ? nearest_name(node_.Scalar(), names) : "";
    if (!nearest.empty() && 2 * edit_distance(node_.Scalar(), nearest) <= nearest.size())
        accepted += fmt::format(" (nearest: {})", nearest);
    refuse(accepted);
    return std::nullopt;
}

yaml_map::yaml_map(std::vector<yaml_value> layers, std::vector<std::string_view> known,
                   const std::vector<misplaced_key>& misplaced)
    : layers_(std::move(layers)), known_(std::move(known)) {
    for (const yaml_value& layer : layers_) {
        if (layer.is_map()) {
            check_keys(layer, misplaced);
            continue;
        }
        layer.refuse(fmt::format("a mapping with the keys {}", fmt::join(known_, ", ")));
        sound_ = false;
    }
}

std::string yaml_map::advice_for(const std::string& name, const std::string& value,
                                 const std::vector<misplaced_key>& misplaced) const {
    if (std::string conversion = advice_on_unit(name, value, known_); !conversion.empty())
        return conversion;
    std::vector<std::string_view> candidates = known_;
    for (const misplaced_key& elsewhere : misplaced)
        candidates.push_back(elsewhere.key);
    const std::string_view nearest = nearest_name(name, candidates);
    const auto elsewhere = std::find_if(misplaced.begin(), misplaced.end(),
                                        [&](const misplaced_key& candidate) { return candidate.key == nearest; });
    if (elsewhere == misplaced.end())
        return fmt::format("did you mean '{}'? Known keys here: {}", nearest, fmt::join(known_, ", "));
    if (nearest == name)
        return std::string(elsewhere->advice);
    return fmt::format("did you mean '{}'? Then: {}", nearest, elsewhere->advice);
}

void yaml_map::check_keys(const yaml_value& layer, const std::vector<misplaced_key>& misplaced) const {
    std::set<std::string> seen;
    for (const auto& entry : layer.node()) {
        const int line = entry.first.Mark().line + 1;
        const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
        if (!seen.insert(name).second)
            layer.problems().add(line, layer.key_of(name), "the key a second time", "every key once");
        else if (std::find(known_.begin(), known_.end(), name) == known_.end())
            layer.problems().add(line, layer.key_of(name), "an unknown key",
                                 advice_for(name, entry.second.IsScalar() ? entry.second.Scalar() : "", misplaced));
    }
}

std::vector<yaml_value> yaml_map::all(std::string_view key) const {
    std::vector<yaml_value> values;
    for (const yaml_value& layer : layers_) {
        if (!layer.is_map())
            continue;
        for (const auto& entry : layer.node()) {
            if (!entry.first.IsScalar() || entry.first.Scalar() != key)
                continue;
            // An empty value is marked where the next one begins.
            const YAML::Node& marked = entry.second.IsNull() ? entry.first : entry.second;
            values.emplace_back(entry.second, layer.key_of(key), layer.problems(), marked.Mark().line + 1);
            break;
        }
    }
    return values;
}

std::optional<yaml_value> yaml_map::find(std::string_view key) const {
    const std::vector<yaml_value> values = all(key);
    return values.empty() ? std::nullopt : std::optional(values.front());
}

std::optional<yaml_value> yaml_map::need(std::string_view key, const std::string& accepted) const {
    auto value = find(key);
    if (!value && sound_ && !layers_.empty())
        front().problems().add(front().line(), front().key_of(key), "no such key", accepted);
    return value;
}

void yaml_map::read(std::string_view key, double& target, const number_range& range) const {
    if (const auto value = find(key))
        target = value->number(range).value_or(target);
}

void yaml_map::read(std::string_view key, std::int64_t& target, const integer_range& range) const {
    if (const auto value = find(key))
        target = value->integer(range).value_or(target);
}

void yaml_map::read(std::string_view key, int& target, const integer_range& range) const {
    if (const auto value = find(key))
        target = static_cast<int>(value->integer(range).value_or(target));
}

void yaml_map::read(std::string_view key, std::string& target) const {
    if (const auto value = find(key))
        target = value->text().value_or(target);
}

void yaml_map::read(std::string_view key, bool& target) const {
    if (const auto value = find(key))
        target = value->boolean().value_or(target);
}

}  // namespace tomosweep
