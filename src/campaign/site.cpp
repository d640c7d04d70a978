#include "tomosweep/campaign/site.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <functional>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "tomosweep/campaign/layout.hpp"
#include "tomosweep/campaign/shell_word.hpp"
#include "tomosweep/campaign/yaml_document.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {
namespace {

using reader = std::function<void(const yaml_value&)>;

bool consists_of(const std::string& text, std::string_view signs) {
    return std::ranges::all_of(text, [&](char each) {
        return (std::isalnum(static_cast<unsigned char>(each)) != 0 && static_cast<signed char>(each) > 0) ||
               signs.find(each) != std::string_view::npos;
    });
}

/// A text without control characters; reports any other.
std::optional<std::string> line_of_text(const yaml_value& value, const std::string& accepted) {
    auto text = value.text(accepted);
    if (!text || !has_control_character(*text))
        return text;
    value.refuse("a line break or another control character", accepted);
    return std::nullopt;
}

/// An option's value in an #SBATCH line, where blanks would begin another option.
void read_option(const yaml_value& value, std::string& target, std::string_view signs) {
    const std::string accepted = fmt::format("letters, digits and {}, the first no '-'", signs);
    const auto text = value.text(accepted);
    if (!text)
        return;
    if (text->front() == '-' || !consists_of(*text, signs))
        value.refuse(accepted);
    else
        target = *text;
}

void read_bytes(const yaml_value& value, double& target) {
    const auto text = value.text("a size such as 256G");
    if (!text)
        return;
    try {
        target = parse_bytes(*text, value.key());
    } catch (const input_error& wrong) {
        value.refuse(wrong.accepted());
    }
}

/// Minutes are the least that SLURM counts.
std::optional<std::int64_t> seconds_of(std::string_view text) {
    const auto number = [&](char end) -> std::optional<std::int64_t> {
        std::int64_t value = 0;
        const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failure != std::errc() || value < 0 || value > 100'000)
            return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
        if (end == '\0' ? !text.empty() : !text.starts_with(end))
            return std::nullopt;
        text.remove_prefix(end == '\0' ? 0 : 1);
        return value;
    };
    const std::optional<std::int64_t> days =
        text.find('-') == std::string_view::npos ? std::optional<std::int64_t>(0) : number('-');
    const auto hours = days ? number(':') : std::nullopt;
    const auto minutes = hours ? number(':') : std::nullopt;
    const auto seconds = minutes ? number('\0') : std::nullopt;
    if (!seconds || *minutes > 59 || *seconds > 59)
        return std::nullopt;
    return ((*days * 24 + *hours) * 60 + *minutes) * 60 + *seconds;
}

void read_time(const yaml_value& value, std::int64_t& target) {
    constexpr auto accepted = "hours:minutes:seconds or days-hours:minutes:seconds, one minute at least";
    const auto text = value.text(accepted);
    const auto seconds = text ? seconds_of(*text) : std::nullopt;
    if (seconds && *seconds >= 60)
        target = *seconds;
    else if (text)
        value.refuse(accepted);
}

/// The words of a command, parted by blanks.
void read_launcher(const yaml_value& value, std::vector<std::string>& target) {
    constexpr auto accepted = "srun or mpirun with their options, such as srun --mpi=pmix";
    const auto text = line_of_text(value, accepted);
    if (!text)
        return;
    std::vector<std::string> words;
    for (std::size_t at = text->find_first_not_of(' '); at != std::string::npos;
         at = text->find_first_not_of(' ', std::min(at + words.back().size(), text->size())))
        words.push_back(text->substr(at, text->find(' ', at) - at));
    const std::string name = words.empty() ? "" : words.front().substr(words.front().rfind('/') + 1);
    if (name == "srun" || name == "mpirun" || name == "mpiexec")
        target = words;
    else
        value.refuse(accepted);
}

void read_modules(const yaml_value& value, std::vector<std::string>& target) {
    const auto entries = value.list("a list of modules, such as [gcc/12.2, openmpi/4.1.4]");
    for (const yaml_value& entry : entries.value_or(std::vector<yaml_value>{})) {
        std::string name;
        read_option(entry, name, "._/+-=:@");
        target.push_back(name);
    }
}

/// A mapping with keys of the user's choice.
site_spec::pairs read_pairs(const yaml_value& value, std::string_view signs, const std::string& accepted_key) {
    site_spec::pairs found;
    if (!value.is_map()) {
        value.refuse("a mapping of names to values");
        return found;
    }
    for (const auto& entry : value.node()) {
        const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
        const yaml_value given(entry.second, value.key_of(name), value.problems(), entry.first.Mark().line + 1);
        const bool named = !name.empty() && consists_of(name, signs) && std::isdigit(name.front()) == 0;
        const bool twice = std::ranges::any_of(found, [&](const auto& each) { return each.first == name; });
        if (!named || twice)
            given.refuse(twice ? "the key a second time" : "'" + name + "'", twice ? "every key once" : accepted_key);
        else if (const auto text = line_of_text(given, "a text of one line"))
            found.emplace_back(name, *text);
    }
    return found;
}

void read_hints(const yaml_value& value, striping_hints& target) {
    constexpr std::int64_t lustre_page = 65536;
    constexpr auto advice =
        "striping_factor or striping_unit; no other hint has an effect, as no file passes through MPI-IO";
    const yaml_map map(
        {value}, {"striping_factor", "striping_unit"},
        {{"cb_nodes", advice}, {"cb_buffer_size", advice}, {"romio_cb_write", advice}, {"romio_ds_write", advice}});
    map.read("striping_factor", target.striping_factor, integer_range{-1, 100'000});
    map.read("striping_unit", target.striping_unit, integer_range{lustre_page, std::int64_t{1} << 32});
    if (const auto unit = map.find("striping_unit"); unit && target.striping_unit % lustre_page != 0)
        unit->refuse("bytes in multiples of 65536, such as 4194304");
}

}  // namespace

site_spec parse_site(const std::string& text, const std::string& path) {
    constexpr std::string_view names = "._,:@+-";
    constexpr std::string_view features = "._,:@+-&|*[]()!";
    constexpr integer_range whole{1, 1'000'000};
    problem_list problems(path);
    site_spec site;
    site.file = path;
    const std::vector<std::pair<std::string_view, reader>> readers{
        {"partition", [&](const yaml_value& value) { read_option(value, site.partition, names); }},
        {"account", [&](const yaml_value& value) { read_option(value, site.account, names); }},
        {"qos", [&](const yaml_value& value) { read_option(value, site.qos, names); }},
        {"constraint", [&](const yaml_value& value) { read_option(value, site.constraint, features); }},
        {"reservation", [&](const yaml_value& value) { read_option(value, site.reservation, names); }},
        {"memory_per_node", [&](const yaml_value& value) { read_bytes(value, site.bytes_per_node); }},
        {"longest_time", [&](const yaml_value& value) { read_time(value, site.longest_s); }},
        {"launcher", [&](const yaml_value& value) { read_launcher(value, site.launcher); }},
        {"modules", [&](const yaml_value& value) { read_modules(value, site.modules); }},
        {"environment",
         [&](const yaml_value& value) {
             site.environment = read_pairs(value, "_", "the name of a variable: letters, digits and _, no digit first");
         }},
        {"hints", [&](const yaml_value& value) { read_hints(value, site.hints); }}};
    std::vector<std::string_view> known{"cores_per_node", "nodes_at_most", "tasks_at_once", "warning_s"};
    for (const auto& each : readers)
        known.push_back(each.first);
    const yaml_map map({yaml_value(parse_yaml(text, path), "", problems)}, known,
                       {{"striping", "`hints: {striping_factor: 8, striping_unit: 4194304}`"},
                        {"time", "`longest_time:`; how long a job may take follows from the campaign"},
                        {"nodes", "`nodes_at_most:`; how many a job takes follows from the campaign"},
                        {"campaign", "this key stands in the job file"},
                        {"scans", "this key stands in the job file"}});
    map.need("cores_per_node", "the cores of a node, such as 64");
    map.need("memory_per_node", "the memory of a node that jobs may use, such as 240G");
    map.need("longest_time", "the longest time that a job may run, such as 24:00:00");
    map.read("cores_per_node", site.cores_per_node, whole);
    map.read("nodes_at_most", site.nodes_at_most, whole);
    map.read("tasks_at_once", site.tasks_at_once, whole);
    map.read("warning_s", site.warning_s, integer_range{1, 65535});
    for (const auto& [key, read] : readers)
        if (const auto value = map.find(key))
            read(*value);
    problems.throw_if_any();
    return site;
}

site_spec load_site(const std::string& path) {
    return parse_site(read_yaml_file(path), path);
}

}  // namespace tomosweep
