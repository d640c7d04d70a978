#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "tomosweep/campaign/job_error.hpp"

namespace tomosweep {

/// The problems of one file, gathered while it is read. A problem that is found again (a shared default) counts once;
/// of more than most_problems the later ones are left out.
class problem_list {
public:
    explicit problem_list(std::string file) : file_(std::move(file)) {}

    static constexpr std::size_t most_problems = 1000;

    void add(int line, const std::string& key, const std::string& found, const std::string& accepted);
    const std::vector<problem>& all() const { return problems_; }
    /// Throws job_error with all of them, ordered by line, unless there are none.
    void throw_if_any() const;

private:
    std::string file_;
    std::vector<problem> problems_;
    bool more_ = false;  ///< than most_problems
};

/// The name in `known` that takes the smallest share of single-letter changes to become `name`, so that a cut-off name
/// finds its longer one; empty when `known` is.
std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known);

/// Finite numbers from `low` to `high`; `above` leaves `low` itself out.
struct number_range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    bool above = false;
};
inline constexpr number_range positive{.low = 0, .above = true};
inline constexpr number_range not_negative{.low = 0};
/// Lengths in um: from below an atom to a metre, so that ratios, squares and cubes of any two are finite.
inline constexpr double longest_um = 1e6;
inline constexpr number_range length_um{.low = 1e-6, .high = longest_um};

struct integer_range {
    std::int64_t low = std::numeric_limits<std::int64_t>::min();
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

/// One value in a YAML file, which knows its line and key path and reports to a list of problems what does not fit.
/// Every reading function returns nothing after having reported.
class yaml_value {
public:
    yaml_value(const YAML::Node& node, std::string key, problem_list& problems)
        : node_(node),
          key_(std::move(key)),
          problems_(&problems),
          line_(node_.Mark().is_null() ? 0 : node_.Mark().line + 1) {}
    /// A value that is reported on the line of its key, because it is empty.
    yaml_value(const YAML::Node& node, std::string key, problem_list& problems, int line)
        : node_(node), key_(std::move(key)), problems_(&problems), line_(line) {}

    const YAML::Node& node() const { return node_; }
    const std::string& key() const { return key_; }
    /// The key path of `name` inside this mapping.
    std::string key_of(std::string_view name) const {
        return key_.empty() ? std::string(name) : std::string(key_).append(".").append(name);
    }
    int line() const { return line_; }
    bool is_map() const { return node_.IsMap(); }
    bool is_list() const { return node_.IsSequence(); }
    problem_list& problems() const { return *problems_; }

    /// What stands here, in words: "'abc'", "a list of 3 values", "no value".
    std::string description() const;
    void refuse(const std::string& accepted) const { refuse(description(), accepted); }
    void refuse(const std::string& found, const std::string& accepted) const {
        problems_->add(line(), key_, found, accepted);
    }

    std::optional<std::string> text(const std::string& accepted = "text") const;
    std::optional<bool> boolean() const;
    std::optional<double> number(const number_range& range = {}) const;
    std::optional<std::int64_t> integer(const integer_range& range = {}) const;
    /// The values of a list of exactly `length` values, or of any length above 0 when `length` is 0.
    std::optional<std::vector<yaml_value>> list(const std::string& accepted, std::size_t length = 0) const;
    std::optional<std::vector<double>> numbers(const number_range& range = {}) const;

    template <class Option>
    std::optional<Option> choice(std::initializer_list<std::pair<std::string_view, Option>> options) const;

private:
    std::optional<std::string> plain_scalar() const;
    std::optional<std::size_t> chosen(const std::vector<std::string_view>& names) const;

    YAML::Node node_;
    std::string key_;
    problem_list* problems_;
    int line_;
};

/// A key that users look for in the wrong place, and where it belongs.
struct misplaced_key {
    std::string_view key;
    std::string_view advice;
};

/// A mapping with a fixed set of keys. It may have several layers: a key is taken from the first layer that has it.
/// Construction reports layers that are no mappings, unknown keys with the nearest known one, and keys given twice.
class yaml_map {
public:
    yaml_map(std::vector<yaml_value> layers, std::vector<std::string_view> known,
             const std::vector<misplaced_key>& misplaced = {});

    bool has(std::string_view key) const { return find(key).has_value(); }
    std::optional<yaml_value> find(std::string_view key) const;
    /// Reports a missing key.
    std::optional<yaml_value> need(std::string_view key, const std::string& accepted) const;
    /// The values of `key` in all layers, first layer first: the layers of a nested mapping.
    std::vector<yaml_value> all(std::string_view key) const;
    const yaml_value& front() const { return layers_.front(); }

    /// Replace `target` when the key is given and right.
    void read(std::string_view key, double& target, const number_range& range) const;
    void read(std::string_view key, std::int64_t& target, const integer_range& range) const;
    void read(std::string_view key, int& target, const integer_range& range) const;
    void read(std::string_view key, std::string& target) const;
    void read(std::string_view key, bool& target) const;

private:
    std::string advice_for(const std::string& name, const std::string& value,
                           const std::vector<misplaced_key>& misplaced) const;
    void check_keys(const yaml_value& layer, const std::vector<misplaced_key>& misplaced) const;

    std::vector<yaml_value> layers_;
    std::vector<std::string_view> known_;
    bool sound_ = true;  ///< every layer is a mapping
};

template <class Option>
std::optional<Option> yaml_value::choice(std::initializer_list<std::pair<std::string_view, Option>> options) const {
    std::vector<std::string_view> names;
    for (const auto& option : options)
        names.push_back(option.first);
    const auto index = chosen(names);
    return index ? std::optional(options.begin()[*index].second) : std::nullopt;
}

}  // namespace tomosweep
