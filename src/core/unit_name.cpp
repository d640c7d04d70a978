#include "tomosweep/core/unit_name.hpp"

#include <algorithm>
#include <vector>

namespace tomosweep {
namespace {

struct simple_unit {
    std::string_view name;
    std::array<int, 5> dimensions;
    double si;
};

constexpr std::array<int, 5> lengths{1}, areas{2}, volumes{3}, masses{0, 1}, times{0, 0, 1}, charges{0, 0, 0, 1},
    currents{0, 0, -1, 1}, voltages{2, 1, -2, -1}, amounts{0, 0, 0, 0, 1}, pure{};

constexpr std::array known{
    simple_unit{"nm", lengths, 1e-9},   simple_unit{"um", lengths, 1e-6},    simple_unit{"mm", lengths, 1e-3},
    simple_unit{"cm", lengths, 1e-2},   simple_unit{"m", lengths, 1},        simple_unit{"um2", areas, 1e-12},
    simple_unit{"mm2", areas, 1e-6},    simple_unit{"cm2", areas, 1e-4},     simple_unit{"m2", areas, 1},
    simple_unit{"nm3", volumes, 1e-27}, simple_unit{"um3", volumes, 1e-18},  simple_unit{"mm3", volumes, 1e-9},
    simple_unit{"cm3", volumes, 1e-6},  simple_unit{"m3", volumes, 1},       simple_unit{"uL", volumes, 1e-9},
    simple_unit{"mL", volumes, 1e-6},   simple_unit{"L", volumes, 1e-3},     simple_unit{"ug", masses, 1e-9},
    simple_unit{"mg", masses, 1e-6},    simple_unit{"g", masses, 1e-3},      simple_unit{"kg", masses, 1},
    simple_unit{"s", times, 1},         simple_unit{"min", times, 60},       simple_unit{"h", times, 3600},
    simple_unit{"C", charges, 1},       simple_unit{"uAh", charges, 3.6e-3}, simple_unit{"mAh", charges, 3.6},
    simple_unit{"Ah", charges, 3600},   simple_unit{"uA", currents, 1e-6},   simple_unit{"mA", currents, 1e-3},
    simple_unit{"A", currents, 1},      simple_unit{"mV", voltages, 1e-3},   simple_unit{"V", voltages, 1},
    simple_unit{"mol", amounts, 1},     simple_unit{"mmol", amounts, 1e-3},  simple_unit{"percent", pure, 1e-2},
    simple_unit{"fraction", pure, 1}};

const simple_unit* find_unit(std::string_view name) {
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const simple_unit& each) { return each.name == name; });
    return found == known.end() ? nullptr : &*found;
}

/// The first of `names` over all the others.
std::optional<named_unit> quotient_of(const std::vector<std::string_view>& names) {
    named_unit unit;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const simple_unit* part = find_unit(names[i]);
        if (part == nullptr)
            return std::nullopt;
        unit.symbol.append(i == 0 ? "" : "/").append(part->name);
        for (std::size_t d = 0; d < unit.dimensions.size(); ++d)
            unit.dimensions[d] += i == 0 ? part->dimensions[d] : -part->dimensions[d];
        unit.si = i == 0 ? part->si : unit.si / part->si;
    }
    return names.empty() ? std::nullopt : std::optional(unit);
}

/// The last word of `text` behind an underscore, and `text` without it.
std::string_view take_last_word(std::string_view& text) {
    const std::size_t at = text.rfind('_');
    if (at == std::string_view::npos || at == 0)
        return {};
    const std::string_view word = text.substr(at + 1);
    text = text.substr(0, at);
    return word;
}

}  // namespace

key_with_unit split_unit(std::string_view key) {
    std::vector<std::string_view> names;
    std::string_view stem = key;
    while (true) {
        std::string_view rest = stem;
        const std::string_view word = take_last_word(rest);
        if (find_unit(word) == nullptr)
            return {key, std::nullopt};
        names.insert(names.begin(), word);
        stem = rest;
        if (take_last_word(rest) != "per")
            return {stem, quotient_of(names)};
        stem = rest;
    }
}

std::optional<named_unit> unit_of_symbol(std::string_view symbol) {
    std::string plain;
    std::copy_if(symbol.begin(), symbol.end(), std::back_inserter(plain), [](char c) { return c != '^' && c != ' '; });
    std::vector<std::string_view> names;
    for (std::size_t begin = 0; begin <= plain.size();) {
        const std::size_t end = std::min(plain.find('/', begin), plain.size());
        names.push_back(std::string_view(plain).substr(begin, end - begin));
        begin = end + 1;
    }
    return quotient_of(names);
}

}  // namespace tomosweep
