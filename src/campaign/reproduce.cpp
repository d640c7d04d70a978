#include "tomosweep/campaign/reproduce.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tomosweep/archive/field_check.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/derived.hpp"
#include "tomosweep/campaign/moved_input.hpp"
#include "tomosweep/campaign/provenance.hpp"
#include "tomosweep/campaign/scan_task.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The record of one scan: its part of the archive, and what its provenance says.
struct scan_record {  // NOLINT(bugprone-exception-escape): moving json is declared to throw nothing
    std::string archive, id;
    data_group content;
    std::vector<attribute> provenance;
    json analysis;  ///< the canonical content text

    std::string text(const char* name) const {
        const attribute* found = find_named(provenance, name);
        const auto* value = found == nullptr ? nullptr : std::get_if<std::string>(&found->value);
        return value == nullptr ? std::string() : *value;
    }
    std::string needed(const char* name) const {
        std::string value = text(name);
        if (value.empty())
            throw input_error(archive, fmt::format("/process/{}@{}", id, name), "nothing",
                              "the record of an analysis; scans that could not be opened have none");
        return value;
    }
};

std::string only_scan(const data_group& archive, const std::string& path) {
    const auto& ids = values_of<std::string>(archive, schema::scan);
    if (ids.size() != 1)
        throw input_error("command line", "--scan", "no scan for an archive of several, " + path, "--scan ID");
    return ids.front();
}

scan_record read_scan_record(const reproduce_options& options) {
    const data_group archive = without_derived(read_sound_netcdf(options.archive));
    scan_record record;
    record.archive = options.archive;
    record.id = options.scan.empty() ? only_scan(archive, options.archive) : options.scan;
    record.content = scan_of(archive, record.id, options.archive);
    if (data_group* process = find_named(record.content.groups, "process"))
        if (data_group* scan = find_named(process->groups, record.id))
            record.provenance = scan->attributes;
    std::erase_if(record.content.groups, [](const data_group& group) { return group.name == "process"; });
    std::erase_if(record.content.attributes,
                  [](const attribute& each) { return each.name == schema::version_attribute; });
    record.analysis = json::parse(record.needed(content_attribute));
    return record;
}

/// Where a file that lay at `path` lies now.
std::string found_at(const std::string& path, const scan_record& record, const std::string& data_folder) {
    if (data_folder.empty())
        return path;
    const fs::path job_folder = fs::path(record.text("job_file")).parent_path();
    const fs::path within = job_folder.empty() ? fs::path() : fs::path(path).lexically_relative(job_folder);
    const bool inside = !within.empty() && *within.begin() != "..";
    return fs::absolute(fs::path(data_folder) / (inside ? within : fs::path(path).filename()))
        .lexically_normal()
        .string();
}

void set_path(source_spec& source, const json& recorded, const scan_record& record, const std::string& data_folder) {
    std::visit(
        [&](auto& each) {
            if constexpr (requires { each.path; })
                each.path = found_at(recorded.at("path"), record, data_folder);
        },
        source);
}

/// The recorded job with this one scan, its paths as they are now.
job_spec job_of(const scan_record& record, const std::string& data_folder) {
    const std::string file = record.text("job_file").empty() ? "recorded job" : record.text("job_file");
    job_spec job = parse_job(record.needed("job"), file);
    std::erase_if(job.scans, [&](const scan_spec& scan) { return scan.id != record.id; });
    job.study = {};
    if (job.scans.size() != 1)
        throw input_error(record.archive, fmt::format("/process/{}@job", record.id), "a job without this scan",
                          "the job that the scan was analysed with");
    scan_spec& scan = job.scans.front();
    const json& recorded = record.analysis.at("scan");
    set_path(scan.source, recorded.at("source"), record, data_folder);
    if (scan.region.mask)
        set_path(scan.region.mask->source, recorded.at("region").at("mask"), record, data_folder);
    return job;
}

sweep_spec sweep_of(const scan_record& record) {
    const std::string text = record.text("sweep");
    return text.empty() ? sweep_spec{} : parse_sweep(text, "recorded sweep");
}

/// The grey scale that the scan took over from others.
void restore_greys(const json& recorded, grey_spec& grey) {
    if (grey.normalise) {
        const json& line = recorded.at("normalise").at("line");
        grey.normalise->line = grey_line{line.at(0), line.at(1)};
    }
    if (grey.window && recorded.at("grey_window").contains("range")) {
        const json& range = recorded.at("grey_window").at("range");
        grey.window->range = grey_anchors{range.at(0), range.at(1)};
    }
}

/// What the scan took over from its campaign.
void restore_campaign(const json& analysis, campaign_plan& plan) {
    restore_greys(analysis.at("scan").at("preprocess"), plan.job.scans.front().grey);
    plan.axes.resolution_limits_um = analysis.at("resolution_limits_um").get<std::vector<double>>();
    plan.axes.depth_extent_um = analysis.at("depth").at("extent_um");
    plan.axes.width.bin_um = analysis.at("width_bins").at("bin_um");
    plan.axes.width.bins = analysis.at("width_bins").at("bins");
    if (plan.axes.electrode) {
        const json& electrode = analysis.at("electrode");
        plan.axes.electrode->spec.lateral_step_um = electrode.at("lateral_step_um");
        plan.axes.electrode->rows = electrode.at("rows");
        plan.axes.electrode->columns = electrode.at("columns");
    }
}

std::vector<grey_thresholds> recorded_levels(const json& analysis) {
    std::vector<grey_thresholds> levels;
    for (const json& phase : analysis.at("phases"))
        levels.push_back({phase.at("high").get<std::vector<double>>(), phase.at("low").get<std::vector<double>>()});
    return levels;
}

/// Archives of schema 1 know no more of their input than its files' lengths.
void compare_lengths(const scan_record& record, const planned_scan& scan) {
    const json& recorded = record.analysis.at("files");
    for (std::size_t i = 0; i < std::min(recorded.size(), scan.files.size()); ++i)
        if (recorded[i].at("bytes") != scan.files[i].bytes)
            throw input_error(scan.files[i].path, "", fmt::format("a file of {} bytes", scan.files[i].bytes),
                              fmt::format("the recorded input of {} bytes", recorded[i].at("bytes").dump()));
    if (recorded.size() != scan.files.size())
        throw input_error(record.archive, record.id, fmt::format("{} input files", scan.files.size()),
                          fmt::format("the {} of the record", recorded.size()));
}

/// Collective. Throws on every rank when the input is another one.
void compare_input(const communicator& ranks, const scan_record& record, const campaign_plan& plan) {
    const planned_scan& planned = plan.scans.front();
    const scan_spec& scan = plan.job.scans.front();
    const std::vector<attribute> input = read_input(ranks, scan, planned.frame);
    agreed(ranks, [&] {
        for (const attribute& now : input)
            if (record.text(now.name.c_str()) != std::get<std::string>(now.value))
                throw input_error(planned.files.empty() ? "scan " + record.id : planned.files.front().path, now.name,
                                  fmt::format("{}: the input has changed", std::get<std::string>(now.value)),
                                  fmt::format("{} as recorded; --data FOLDER where the data lie elsewhere now",
                                              record.text(now.name.c_str())));
    });
}

std::string shard_beside(const scan_record& record) {
    const fs::path archive(record.archive);
    const std::string shard = fmt::format("{}.h5", record.id);
    return archive.filename() == shard ? record.archive : (archive.parent_path() / "scans" / shard).string();
}

void compare_results(const scan_record& record, const std::string& shard, bool with_fields, reproduction& result) {
    result.differences = differences(without_derived(read_netcdf(shard)), record.content);
    const std::string recorded = shard_beside(record);
    result.fields_compared = with_fields && fs::exists(recorded);
    if (!result.fields_compared)
        return;
    const std::vector<difference> fields = field_differences(shard, recorded);
    result.differences.insert(result.differences.end(), fields.begin(), fields.end());
}

}  // namespace

reproduction reproduce(const communicator& ranks, const reproduce_options& options) {
    const auto record = agreed(ranks, [&] {
        try {
            return read_scan_record(options);
        } catch (const json::exception& failure) {
            throw input_error(options.archive, content_attribute, failure.what(), "the record of an analysis");
        }
    });
    const auto [job, sweep] =
        agreed(ranks, [&] { return std::pair(job_of(record, options.data_folder), sweep_of(record)); });
    campaign_plan plan = make_plan(ranks, job, sweep, record.analysis.at("fields").get<std::vector<std::string>>());
    restore_campaign(record.analysis, plan);
    reproduction result{
        record.id,
        fmt::format("{} ({}, {})", record.text("program"), record.text("commit"), record.text("compiler")),
        !record.text(input_hash_attribute).empty(),
        false,
        {}};
    if (result.input_compared)
        compare_input(ranks, record, plan);
    else
        agreed(ranks, [&] {
            if (ranks.root())
                compare_lengths(record, plan.scans.front());
        });
    const std::string shard = (fs::path(options.scratch) / (record.id + ".h5")).string();
    const scan_task task{
        0, shard, {}, std::vector<grey_histogram>(job.phases.size()), recorded_levels(record.analysis)};
    run_scan(ranks, plan, task, [] {});
    agreed(ranks, [&] {
        if (ranks.root())
            compare_results(record, shard, !plan.fields.empty(), result);
    });
    return result;
}

}  // namespace tomosweep
