#include "tomosweep/campaign/job.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "tomosweep/campaign/change_reader.hpp"
#include "tomosweep/campaign/electrode_reader.hpp"
#include "tomosweep/campaign/region_reader.hpp"
#include "tomosweep/campaign/scan_reader.hpp"
#include "tomosweep/campaign/study_reader.hpp"
#include "tomosweep/campaign/threshold_reader.hpp"
#include "tomosweep/campaign/yaml_document.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {
namespace {

/// Groups and coordinates at the root of an archive, which no phase may take the name of.
constexpr std::array reserved_names{"tables",
                                    "process",
                                    "fields",
                                    "scan",
                                    "threshold",
                                    "status",
                                    "resolution_limit",
                                    "connectivity",
                                    "depth",
                                    "width",
                                    "sample",
                                    "cycle",
                                    "step",
                                    "time_h",
                                    "onset",
                                    "cycles",
                                    "porosity",
                                    "changes",
                                    "normalised_depth",
                                    "lateral_y",
                                    "lateral_x",
                                    "electrode"};

std::vector<misplaced_key> misplaced_in_job() {
    constexpr auto sweep = "this key stands in the sweep file";
    constexpr auto scan = "this key describes one scan: put it into an entry of `scans:`, or into `defaults:`";
    return {{"threshold", "thresholds stand in the sweep file, or in a phase: `phase: {name: ..., threshold: ...}`"},
            {"thresholds", "`threshold:` in the sweep file"},
            {"resolution_limit_um", sweep},
            {"connectivity", sweep},
            {"design", sweep},
            {"source", scan},
            {"voxel_size_um", scan},
            {"sample", scan},
            {"cycle", scan},
            {"step", scan},
            {"id", scan},
            {"<<", "no merge keys; put what scans share into `defaults:`"}};
}

phase_spec read_phase(const yaml_value& value) {
    phase_spec phase;
    phase.line = value.line();
    const yaml_map map({value}, {"name", "role", "where", "threshold", "region", "inside"});
    if (const auto name = map.find("name"))
        phase.name = read_name(*name).value_or(phase.name);
    phase.role = read_role(map, phase.name);
    if (const auto where = map.find("where"))
        phase.where =
            where
                ->choice<phase_side>(
                    {{"below", phase_side::below}, {"above", phase_side::above}, {"between", phase_side::between}})
                .value_or(phase.where);
    if (const auto threshold = map.find("threshold"))
        phase.threshold = read_threshold(*threshold);
    if (const auto region = map.find("region")) {
        if (region->is_map() && region->node()["mask"].IsDefined())
            region->refuse("a mask", "a box or a cylinder; masks stand in the region of a scan");
        else
            phase.region = read_region({*region}, {});
    }
    map.read("inside", phase.inside);
    return phase;
}

std::vector<phase_spec> read_phases(const yaml_value& value) {
    const auto entries = value.list("a list of phases, such as [{name: crack, where: below}]");
    std::vector<phase_spec> phases;
    std::set<std::string> names;
    for (const yaml_value& entry : entries.value_or(std::vector<yaml_value>{})) {
        phases.push_back(read_phase(entry));
        const std::string& name = phases.back().name;
        if (const std::string& around = phases.back().inside;
            !around.empty() && (around == name || !names.contains(around)))
            entry.refuse("inside '" + around + "'", "the name of a phase that stands before this one");
        if (!names.insert(name).second)
            entry.refuse("a second phase called '" + name + "'", "a name of its own for every phase");
        if (std::find(reserved_names.begin(), reserved_names.end(), name) != reserved_names.end())
            entry.refuse("a phase called '" + name + "'", "another name: the archive uses this one for itself");
    }
    return phases;
}

void read_all_phases(const yaml_map& map, job_spec& job) {
    const auto one = map.find("phase");
    const auto several = map.find("phases");
    if (one && several)
        several->refuse("`phase:` and `phases:`", "one of the two");
    job.grouped_phases = several.has_value();
    if (several) {
        job.phases = read_phases(*several);
        return;
    }
    job.phases = {one ? read_phase(*one) : phase_spec{}};
    if (!job.phases.front().inside.empty())
        one->refuse("inside '" + job.phases.front().inside + "'", "`phases:` with the phase around it first");
}

depth_spec read_depth(const yaml_value& value) {
    depth_spec depth;
    const yaml_map map({value}, {"axis", "from", "bins"});
    if (const auto direction = map.find("axis"))
        depth.direction =
            direction->choice<axis>({{"z", axis::z}, {"y", axis::y}, {"x", axis::x}}).value_or(depth.direction);
    if (const auto from = map.find("from"))
        depth.from_separator = from->choice<bool>({{"collector", false}, {"separator", true}}).value_or(false);
    map.read("bins", depth.bins, {1, 100'000});
    return depth;
}

width_spec read_width(const yaml_value& value) {
    width_spec width;
    const yaml_map map({value}, {"bin_um", "bins"});
    map.read("bin_um", width.bin_um, length_um);
    map.read("bins", width.bins, {1, 100'000});
    return width;
}

/// `region` and `preprocess` at the top of the job, as the last layer of every scan.
yaml_value job_wide(const yaml_map& map, const std::optional<yaml_value>& defaults, problem_list& problems) {
    YAML::Node shared(YAML::NodeType::Map);
    for (const char* key : {"region", "preprocess"}) {
        const auto value = map.find(key);
        if (!value)
            continue;
        if (!value->is_map()) {
            value->refuse("a mapping");
            continue;
        }
        shared[key] = value->node();
        if (defaults && defaults->is_map() && defaults->node()[key].IsDefined())
            value->refuse(fmt::format("`{0}:` here and in `defaults:`", key), "one of the two places");
    }
    return {shared, "", problems};
}

/// Checks the defaults for themselves: that every key is one that scans may share.
std::optional<yaml_value> read_defaults(const yaml_map& map) {
    const auto defaults = map.find("defaults");
    if (!defaults)
        return std::nullopt;
    std::vector<std::string_view> keys = scan_keys();
    std::erase(keys, "id");
    const yaml_map checked(
        {*defaults}, keys,
        {{"id", "an id of its own in every entry of `scans:`"}, {"threshold", "thresholds stand in the sweep file"}});
    return defaults->is_map() ? defaults : std::nullopt;
}

void read_scans(const yaml_map& map, const std::filesystem::path& folder, job_spec& job, problem_list& problems) {
    const auto defaults = read_defaults(map);
    const yaml_value shared = job_wide(map, defaults, problems);
    const auto scans = map.need("scans", "a list of scans, each with id, voxel_size_um and source");
    const auto entries = scans ? scans->list("a list of scans: `- id: ...`") : std::nullopt;
    std::map<std::string, int> line_of_id;
    for (const yaml_value& entry : entries.value_or(std::vector<yaml_value>{})) {
        if (!entry.is_map()) {
            entry.refuse("a mapping: id, voxel_size_um, source, ...");
            continue;
        }
        std::vector<yaml_value> layers{entry};
        if (defaults)
            layers.push_back(*defaults);
        layers.push_back(shared);
        job.scans.push_back(read_scan(layers, folder));
        const scan_spec& scan = job.scans.back();
        const auto [first, fresh] = line_of_id.emplace(scan.id, scan.line);
        if (!fresh && !scan.id.empty())
            problems.add(scan.line, entry.key() + ".id",
                         fmt::format("'{}', which line {} has already", scan.id, first->second), "a unique id");
    }
}

/// A reference is normalised in the same way, and to itself.
void check_references(const job_spec& job, problem_list& problems) {
    for (const scan_spec& scan : job.scans) {
        if (!scan.grey.normalise || scan.grey.normalise->reference.empty())
            continue;
        const std::string& id = scan.grey.normalise->reference;
        const auto at = std::ranges::find(job.scans, id, &scan_spec::id);
        const auto refuse = [&](const std::string& found, const std::string& accepted) {
            problems.add(scan.line, "preprocess.normalise.reference", found, accepted);
        };
        if (at == job.scans.end())
            refuse(fmt::format("'{}', which is no scan", id), "the id of a scan of this job");
        else if (!at->grey.normalise || at->grey.normalise->by != scan.grey.normalise->by)
            refuse(fmt::format("'{}', which is not normalised in the same way", id),
                   "`normalise:` with the same `by:` in the reference too, or in `defaults:`");
        else if (at->grey.normalise->reference != id)
            refuse(fmt::format("'{}', which is normalised to something else", id),
                   "a scan whose own reference is itself");
    }
}

/// Of all scans after binning; there is at least one.
double finest_voxel_um(const job_spec& job) {
    double finest = std::numeric_limits<double>::infinity();
    for (const scan_spec& scan : job.scans)
        finest = std::min(finest, scan.voxel_size_um * static_cast<double>(scan.preprocess.binning));
    return finest;
}

}  // namespace

job_spec parse_job(const std::string& text, const std::string& path) {
    problem_list problems(path);
    job_spec job;
    job.file = path;
    job.text = text;
    job.campaign = std::filesystem::path(path).stem().string();
    const yaml_value root(parse_yaml(text, path), "", problems);
    std::vector<std::string_view> keys{"campaign", "scans", "defaults", "region",  "preprocess", "phase",
                                       "phases",   "depth", "width",    "changes", "electrode"};
    keys.insert(keys.end(), std::begin(study_keys), std::end(study_keys));
    const yaml_map map({root}, keys, misplaced_in_job());
    if (const auto campaign = map.find("campaign"))
        job.campaign = read_name(*campaign).value_or("");
    read_scans(map, std::filesystem::absolute(path).parent_path(), job, problems);
    check_references(job, problems);
    read_all_phases(map, job);
    if (const auto depth = map.find("depth"))
        job.depth = read_depth(*depth);
    if (const auto width = map.find("width"))
        job.width = read_width(*width);
    read_study(map, std::filesystem::absolute(path).parent_path(), job);
    if (const auto changes = map.find("changes"))
        job.changes = read_changes(*changes, job.scans);
    if (const auto electrode = map.find("electrode")) {
        job.electrode = read_electrode(*electrode);
        if (job.depth.direction != axis::z)
            electrode->refuse("`electrode:` and a depth axis across z",
                              "`depth: {axis: z}`: the electrode's interfaces are looked for along z");
    }
    problems.throw_if_any();
    return job;
}

job_spec load_job(const std::string& path) {
    return parse_job(read_yaml_file(path), path);
}

std::vector<double> resolution_limits_um(const job_spec& job, const sweep_spec& sweep) {
    if (!sweep.resolution_limits_um.empty())
        return sweep.resolution_limits_um;
    if (!sweep.width || job.scans.empty())
        return {0.0};
    const double finest = finest_voxel_um(job);
    std::vector<double> limits;
    for (int voxels = 1; voxels <= 8; ++voxels)
        limits.push_back(voxels * finest);
    return limits;
}

width_spec resolved_width(const job_spec& job) {
    width_spec width = job.width;
    if (width.bin_um == 0 && !job.scans.empty())
        width.bin_um = finest_voxel_um(job);
    return width;
}

std::optional<electrode_spec> resolved_electrode(const job_spec& job) {
    constexpr double voxels = 16;
    std::optional<electrode_spec> electrode = job.electrode;
    if (electrode && electrode->lateral_step_um == 0 && !job.scans.empty())
        electrode->lateral_step_um = voxels * finest_voxel_um(job);
    return electrode;
}

}  // namespace tomosweep
