#include <fmt/format.h>

#include <filesystem>

#include "child_process.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "fields_option.hpp"
#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/campaign/plan_text.hpp"
#include "tomosweep/campaign/planned_loads.hpp"
#include "tomosweep/campaign/site.hpp"
#include "tomosweep/campaign/submission.hpp"
#include "tomosweep/core/counted.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::app {
namespace {

namespace fs = std::filesystem;

command_syntax syntax_of_submit() {
    command_syntax syntax{
        "tomosweep submit JOB.yaml [SWEEP.yaml] --site SITE.yaml [-o DIR] [options]",
        "Plans a campaign for a site, writes its batch scripts to DIR/slurm and submits them to SLURM. "
        "The job goes on by itself, restart after restart, until the campaign is complete.",
        {"JOB", "SWEEP"}};
    const auto text = [] { return options::value<std::string>(); };
    syntax.named.add_options()("site", text(), "what the computing centre asks for; examples in slurm/sites")(
        "output,o", text(), "output folder (default: results/CAMPAIGN)")(
        "array", "an array of jobs, each with a share of the scans, instead of one job")(
        "shards", options::value<int>(), "jobs of the array (default: by predicted time, about four hours each)")(
        "nodes", options::value<int>(), "nodes of a job (default: by memory and time)")(
        "fields", text(), "volumes to keep: any of mask,labels,thickness")("dry-run",
                                                                           "print the scripts and write nothing");
    return syntax;
}

/// SLURM reads % and \\ in the name of a log's folder as its own.
std::string folder_of(const std::string& given) {
    const std::string folder = fs::absolute(given).lexically_normal().string();
    if (folder.find_first_of("%\\") != std::string::npos)
        throw input_error("command line", "--output", "'" + folder + "'", "a folder without % and \\ in its name");
    return folder.ends_with('/') ? folder.substr(0, folder.size() - 1) : folder;
}

std::string absolute_or_empty(const std::string& path) {
    return path.empty() ? path : fs::absolute(path).lexically_normal().string();
}

struct script {
    std::string name, text;
};

void write(const std::string& folder, const script& file) {
    write_file_whole((fs::path(folder) / file.name).string(), file.text);
}

/// Hands a script to SLURM and returns the job's id.
std::string sbatch(const std::string& folder, std::vector<std::string> words) {
    words.insert(words.begin(), {"sbatch", "--parsable"});
    const finished_process finished = run_program(words, folder);
    if (finished.code == 127)
        throw input_error("", "sbatch", "no such program on the PATH",
                          "a login node of a cluster with SLURM, or --dry-run elsewhere");
    std::string id = finished.output.substr(0, finished.output.find_first_of(";\n"));
    if (finished.code != 0 || id.empty())
        throw input_error((fs::path(folder) / words.back()).string(), "sbatch",
                          fmt::format("exit code {} (its reason stands above)", finished.code),
                          "a site file that agrees with the cluster");
    return id;
}

class submit_command {
public:
    submit_command(const options::variables_map& values, const command_syntax& syntax)
        : values_(values),
          site_(load_site(required(values, syntax, "site"))),
          array_(values.count("array") + values.count("shards") != 0) {
        const std::string job = required(values, syntax, "JOB"), sweep = text_of(values, "SWEEP");
        plan_ = make_plan(load_job(job), sweep.empty() ? sweep_spec{} : load_sweep(sweep),
                          fields_of(text_of(values, "fields")));
        run_.program = fs::read_symlink("/proc/self/exe").string();
        run_.job = absolute_or_empty(job);
        run_.sweep = absolute_or_empty(sweep);
        run_.results = folder_of(text_of(values, "output", (fs::path("results") / plan_.job.campaign).string()));
        if (values.count("fields") != 0)
            run_.options = {"--fields", values["fields"].as<std::string>()};
    }

    int run() {
        const planned_loads scans = loads_of(plan_);
        const submission planned = plan_submission(scans, workload_of(plan_), site_,
                                                   {array_, given("shards", std::ssize(plan_.job.scans), "the scans"),
                                                    given("nodes", site_.nodes_at_most, "the site's most")});
        run_.request = planned.request;
        run_.request.name = plan_.job.campaign;
        run_.most_restarts = planned.most_restarts;
        const std::vector<script> scripts = scripts_of();
        fmt::print("{}", plan_text(plan_.job.campaign, scans.loads, planned.layout,
                                   {planned.layout.nodes, site_.cores_per_node, site_.bytes_per_node}));
        describe(planned);
        if (values_.count("dry-run") != 0)
            for (const script& each : scripts)
                fmt::print("\n---- {}/{}\n{}", folder(), each.name, each.text);
        else
            submit(scripts);
        return all_done;
    }

private:
    std::optional<int> given(const char* name, std::int64_t most, const char* why) const {
        if (values_.count(name) == 0)
            return std::nullopt;
        const int value = values_[name].as<int>();
        if (value < 1 || value > most)
            throw input_error("command line", fmt::format("--{}", name), std::to_string(value),
                              fmt::format("a number from 1 to {}, {}", most, why));
        return value;
    }

    std::string folder() const { return run_.results + "/slurm"; }

    /// The script to submit comes first.
    std::vector<script> scripts_of() const {
        std::vector<script> scripts{{array_ ? "array.sbatch" : "campaign.sbatch", campaign_script(run_, site_)}};
        if (array_)
            scripts.push_back({"merge.sbatch", merge_script(run_, site_)});
        return scripts;
    }

    void describe(const submission& planned) const {
        const batch_request& request = planned.request;
        if (array_)
            fmt::print("array      {}, {} at a time, a merge job behind them\n", counted(request.shards, "task"),
                       request.tasks_at_once);
        fmt::print("asks for   {} for {}{}\n", counted(request.nodes, "node"), slurm_time(request.seconds),
                   planned.likely_restarts == 0
                       ? ""
                       : fmt::format(", about {} (at most {})", counted(planned.likely_restarts, "restart"),
                                     planned.most_restarts));
    }

    void submit(const std::vector<script>& scripts) const {
        std::error_code failure;
        fs::create_directories(folder(), failure);
        if (failure)
            throw resource_error("rights or space", folder() + " cannot be made: " + failure.message());
        for (const script& each : scripts)
            write(folder(), each);
        fmt::print("script     {}/{}\n", folder(), scripts.front().name);
        const std::string id = sbatch(folder(), {scripts.front().name});
        fmt::print("job        {}\n", id);
        std::fflush(stdout);
        if (array_)
            fmt::print("merge job  {}\n",
                       sbatch(folder(), {"--dependency=afterok:" + id, "--kill-on-invalid-dep=yes", "merge.sbatch"}));
    }

    const options::variables_map& values_;
    site_spec site_;
    bool array_;
    campaign_plan plan_;
    batch_run run_;
};

}  // namespace

int submit(const arguments& given) {
    command_syntax syntax = syntax_of_submit();
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    return submit_command(*values, syntax).run();
}

}  // namespace tomosweep::app
