#include "tomosweep/campaign/provenance.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>

#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/scan_block.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/core/process.hpp"
#include "tomosweep/core/version.hpp"
#include "tomosweep/kernels/preprocess.hpp"

namespace tomosweep {
namespace {

using host_text = std::array<char, 256>;

host_text this_host() {
    host_text name{};
    const std::string full = host_name();
    std::copy_n(full.begin(), std::min(full.size(), name.size() - 1), name.begin());
    return name;
}

/// "node1 x 2, node2 x 2": each host with its ranks, in the order of their first ranks.
std::string counted(const std::vector<std::string>& hosts) {
    std::vector<std::pair<std::string, int>> counts;
    for (const std::string& host : hosts) {
        const auto known = std::ranges::find(counts, host, &std::pair<std::string, int>::first);
        if (known == counts.end())
            counts.emplace_back(host, 1);
        else
            ++known->second;
    }
    std::string text;
    for (const auto& [host, ranks] : counts)
        text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", host, ranks);
    return text;
}

std::string absolute(const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace

std::vector<std::string> hosts_of(const communicator& ranks) {
    std::vector<std::string> hosts;
    for (const host_text& name : ranks.all_gather(this_host()))
        hosts.emplace_back(name.data());
    return hosts;
}

std::string slurm_ids() {
    nlohmann::json ids = nlohmann::json::object();
    for (const char* name : {"SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT",
                             "SLURM_CLUSTER_NAME", "SLURM_JOB_PARTITION", "SLURM_JOB_NODELIST", "SLURM_STEP_ID"})
        if (const char* value = std::getenv(name))
            ids[name] = value;
    return ids.empty() ? "" : ids.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<attribute> provenance_of(const campaign_plan& plan, const run_place& place) {
    std::error_code ignored;
    return {{"program", fmt::format("tomosweep {}", version())},
            {"commit", std::string(commit())},
            {"compiler", std::string(compiler())},
            {"compiler_flags", std::string(compiler_flags())},
            {"libraries", std::string(libraries())},
            {"mpi_library", mpi_library()},
            {"command", place.command},
            {"working_folder", std::filesystem::current_path(ignored).string()},
            {"job_file", absolute(plan.job.file)},
            {"job", plan.job.text},
            {"sweep_file", absolute(plan.sweep.file)},
            {"sweep", plan.sweep.text},
            {"host", host_name()},
            {"hosts", counted(place.hosts)},
            {"ranks", static_cast<std::int64_t>(place.hosts.size())},
            {"threads_per_rank", std::int64_t{place.threads_per_rank}},
            {"slurm", slurm_ids()},
            {"started", now_utc()}};
}

std::vector<attribute> input_provenance(const communicator& ranks, const scan_spec& scan, const scan_frame& frame,
                                        const scan_block& block) {
    std::array hashes{block.grey_hash, block.mask_hash};
    ranks.sum(std::span<std::uint64_t>(hashes));
    const extent3& shape = frame.source_extent;
    const box3 box = source_box(frame.region, whole(frame.volume), scan.preprocess.binning);
    std::vector<attribute> input{{"input_shape", fmt::format("[{}, {}, {}]", shape.z, shape.y, shape.x)},
                                 {"input_dtype", std::string(name_of(frame.type))},
                                 {"input_box", fmt::format("[[{}, {}], [{}, {}], [{}, {}]]", box.lo.z, box.hi.z,
                                                           box.lo.y, box.hi.y, box.lo.x, box.hi.x)},
                                 {input_hash_attribute, fmt::format("{:016x}", hashes[0])}};
    if (scan.region.mask)
        input.push_back({mask_hash_attribute, fmt::format("{:016x}", hashes[1])});
    return input;
}

std::string content_of(const campaign_plan& plan, std::size_t scan, const std::vector<grey_histogram>& pooled) {
    scan_content content;
    content.scan = plan.job.scans[scan];
    content.files = plan.scans[scan].files;
    content.mask_files = plan.scans[scan].mask_files;
    content.grouped_phases = plan.job.grouped_phases;
    for (std::size_t i = 0; i < plan.job.phases.size(); ++i) {
        const phase_spec& phase = plan.job.phases[i];
        content.phases.push_back({phase.name, phase.where, threshold_meaning(plan.thresholds[i]),
                                  known_levels(plan.thresholds[i], phase.where, pooled[i]),
                                  threshold_coordinate(plan.thresholds[i]), phase.region, phase.inside});
    }
    content.depth = plan.axes.depth;
    content.depth_extent_um = plan.axes.depth_extent_um;
    content.width_bins = plan.axes.width;
    content.width = plan.axes.widths;
    content.resolution_limits_um = plan.axes.resolution_limits_um;
    content.connectivities = plan.axes.connectivities;
    content.islets = plan.axes.islets;
    content.electrode = plan.axes.electrode;
    content.fields = plan.fields;
    return content_text(content);
}

}  // namespace tomosweep
