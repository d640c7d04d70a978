#include "tomosweep/campaign/plan_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "tomosweep/campaign/batch_script.hpp"
#include "tomosweep/campaign/shell_word.hpp"
#include "tomosweep/core/counted.hpp"

namespace tomosweep {
namespace {

std::string size_text(double bytes) {
    constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit)
        bytes /= 1024;
    return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, units[unit]);
}

}  // namespace

double allotted_seconds(double predicted) {
    return std::max(900.0, std::ceil(2 * predicted / 900) * 900);
}

std::string plan_text(const std::string& campaign, const std::vector<scan_load>& scans, const node_layout& layout,
                      const node_pool& pool) {
    double voxels = 0;
    for (const scan_load& scan : scans)
        voxels += static_cast<double>(voxel_count(scan.volume));
    const campaign_layout& shared = layout.campaign;
    std::string text = fmt::format("campaign   {}: {}, {:.3g} Gvoxel to analyse\n", campaign,
                                   counted(std::ssize(scans), "scan"), voxels / 1e9);
    text +=
        fmt::format("nodes      {} of {}: {} a node, {} a rank\n", layout.nodes, counted(pool.cores_per_node, "core"),
                    counted(layout.ranks_per_node, "rank"), counted(layout.threads_per_rank, "thread"));
    text += fmt::format("layout     {} at a time on {} each, largest first\n", counted(shared.groups, "scan"),
                        counted(shared.ranks_per_scan, "rank"));
    text += fmt::format("memory     {} per rank", size_text(shared.bytes_per_rank));
    if (pool.bytes_per_node > 0)
        text += fmt::format(" of {}", size_text(pool.bytes_per_node / layout.ranks_per_node));
    if (shared.pairs.bytes_per_rank > 0)
        text += fmt::format("\npairs      {} per rank{}, {} of the time", size_text(shared.pairs.bytes_per_rank),
                            shared.pairs.fits ? "" : ", which there is not: they will fail",
                            slurm_time(static_cast<std::int64_t>(std::ceil(shared.pairs.seconds))));
    text +=
        fmt::format("\ntime       {} (h:min:s)\n", slurm_time(static_cast<std::int64_t>(std::ceil(shared.seconds))));
    text += fmt::format("exchanged  {} between ranks\n", size_text(shared.exchanged_bytes));
    return text;
}

std::string sbatch_header(const std::string& campaign, const node_layout& layout, const node_pool& pool,
                          const std::vector<std::string>& arguments) {
    batch_request request{campaign, layout.nodes, layout.ranks_per_node, layout.threads_per_rank, pool.bytes_per_node};
    request.seconds = static_cast<std::int64_t>(allotted_seconds(layout.campaign.seconds));
    std::string text = fmt::format("#!/bin/bash\n{}#SBATCH --signal=USR1@300\n\n", sbatch_lines(request));
    text += fmt::format("export OMP_NUM_THREADS={}\n", layout.threads_per_rank);
    text += fmt::format("srun --mpi=pmix --cpus-per-task={} tomosweep run", layout.threads_per_rank);
    for (const std::string& argument : arguments)
        text += " " + shell_word(argument);
    return text + "\n";
}

}  // namespace tomosweep
