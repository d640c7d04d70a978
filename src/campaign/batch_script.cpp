#include "tomosweep/campaign/batch_script.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "batch_templates.hpp"
#include "tomosweep/campaign/shell_word.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/version.hpp"

namespace tomosweep {
namespace {

/// What generated scripts take over from a template as it is.
std::string_view lines_to_keep(std::string_view text) {
    const std::size_t begin = text.find("\n# ==== ");
    require(begin != std::string_view::npos, "a template says where editing ends");
    return text.substr(begin);
}

std::string words(const std::vector<std::string>& texts) {
    std::string line;
    for (const std::string& text : texts)
        line.append(line.empty() ? "" : " ").append(shell_word(text));
    return line;
}

std::string site_lines(const site_spec& site) {
    std::string lines;
    const auto option = [&](std::string_view name, const std::string& value) {
        if (!value.empty())
            lines += fmt::format("#SBATCH --{}={}\n", name, value);
    };
    option("partition", site.partition);
    option("account", site.account);
    option("qos", site.qos);
    option("constraint", site.constraint);
    option("reservation", site.reservation);
    return lines;
}

std::string head(const batch_run& run, const site_spec& site, std::string_view file, std::string_view what) {
    return fmt::format(
        "#!/bin/bash\n"
        "# {}\n"
        "# Written by tomosweep {} for the site file {}. Submit it by hand from its folder,\n"
        "# where its log will stand:  cd {} && sbatch {}\n",
        what, version(), shell_word(site.file), shell_word(run.results + "/slurm"), file);
}

std::string modules_and_environment(const site_spec& site) {
    std::string lines;
    if (!site.modules.empty())
        lines +=
            "type module > /dev/null 2>&1 || . /etc/profile\n"
            "module load " +
            words(site.modules) + " || exit 4\n";
    for (const auto& [name, value] : site.environment)
        lines += fmt::format("export {}={}\n", name, shell_word(value));
    return lines;
}

/// Whoever binds ranks otherwise says so in the site file.
std::string launcher_line(const site_spec& site) {
    const bool srun = site.launcher.front().ends_with("srun");
    const bool bound = std::ranges::any_of(
        site.launcher, [](const std::string& word) { return word.starts_with("--bind-to") || word == "--map-by"; });
    return fmt::format("launcher=({}{})\n", words(site.launcher),
                       srun || bound ? "" : " --bind-to core --map-by \"slot:PE=$SLURM_CPUS_PER_TASK\"");
}

std::string file_system_lines(const batch_run& run, const site_spec& site) {
    const auto [factor, unit] = site.hints;
    const std::string options =
        (factor != 0 ? fmt::format(" -c {}", factor) : "") + (unit != 0 ? fmt::format(" -S {}", unit) : "");
    if (options.empty())
        return "";
    return fmt::format(
        "# New files of this folder, and of folders made in it, are spread over the storage targets.\n"
        "mkdir -p {0}\n"
        "lfs setstripe{1} {0} || echo 'striping was not set: no Lustre file system?'\n",
        shell_word(run.results), options);
}

}  // namespace

std::string slurm_time(std::int64_t seconds) {
    return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string sbatch_lines(const batch_request& request) {
    std::string lines = fmt::format("#SBATCH --job-name={}\n", request.name);
    if (request.shards > 0)
        lines += fmt::format("#SBATCH --array=1-{}%{}\n", request.shards, request.tasks_at_once);
    lines += fmt::format("#SBATCH --nodes={}\n", request.nodes);
    lines += fmt::format("#SBATCH --ntasks-per-node={}\n", request.ranks_per_node);
    lines += fmt::format("#SBATCH --cpus-per-task={}\n", request.threads_per_rank);
    if (request.bytes_per_node > 0)
        lines += fmt::format("#SBATCH --mem={}M\n", static_cast<std::int64_t>(request.bytes_per_node / 1048576));
    lines += fmt::format("#SBATCH --time={}\n", slurm_time(request.seconds));
    if (request.warning_s > 0)
        lines += fmt::format("#SBATCH --signal=B:USR1@{}\n", request.warning_s);
    return lines + "#SBATCH --requeue\n#SBATCH --open-mode=append\n";
}

std::string campaign_script(const batch_run& run, const site_spec& site) {
    const bool array = run.request.shards > 0;
    std::string text =
        head(run, site, array ? "array.sbatch" : "campaign.sbatch",
             array ? fmt::format("Campaign {} as an array of {} jobs.", run.request.name, run.request.shards)
                   : fmt::format("Campaign {} in one allocation.", run.request.name));
    text += sbatch_lines(run.request) + site_lines(site);
    text += fmt::format("#SBATCH --output=%x-{}.log\n\n", array ? "%A_%a" : "%j");
    text += modules_and_environment(site) + file_system_lines(run, site);
    for (const auto& [name, value] : {std::pair<std::string_view, std::string>{"job", run.job},
                                      {"sweep", run.sweep},
                                      {"results", run.results},
                                      {"tomosweep", run.program}})
        text += fmt::format("{}={}\n", name, shell_word(value));
    text += fmt::format("options=({})\n", words(run.options)) + launcher_line(site);
    text += fmt::format("shards={}\nmost_restarts={}\n", std::max(run.request.shards, 1), run.most_restarts);
    return text.append(lines_to_keep(campaign_template));
}

std::string merge_script(const batch_run& run, const site_spec& site) {
    std::string text =
        head(run, site, "merge.sbatch",
             fmt::format("Builds the archive of campaign {} from what its array left.", run.request.name));
    text += fmt::format("#SBATCH --job-name={}-merge\n#SBATCH --ntasks=1\n", run.request.name);
    text += fmt::format("#SBATCH --mem={}M\n", static_cast<std::int64_t>(site.bytes_per_node / 4 / 1048576));
    text += fmt::format("#SBATCH --time={}\n", slurm_time(std::min<std::int64_t>(3600, site.longest_s)));
    text += "#SBATCH --requeue\n#SBATCH --open-mode=append\n" + site_lines(site) + "#SBATCH --output=%x-%j.log\n\n";
    text += modules_and_environment(site);
    text += fmt::format("results={}\ntomosweep={}\n", shell_word(run.results), shell_word(run.program));
    return text.append(lines_to_keep(merge_template));
}

}  // namespace tomosweep
