#include <fmt/format.h>
#include <unistd.h>

#include "command_line.hpp"
#include "commands.hpp"
#include "tomosweep/campaign/plan_text.hpp"
#include "tomosweep/campaign/planned_loads.hpp"
#include "tomosweep/campaign/run.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::app {
namespace {

double this_nodes_bytes() {
    return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

/// The nodes by option; without options, the machine at hand.
node_pool pool_of(const options::variables_map& values) {
    const auto number = [&](const char* name, int otherwise) {
        const int value = values.count(name) != 0 ? values[name].as<int>() : otherwise;
        if (values.count(name) != 0 && value < 1)
            throw input_error("command line", std::string("--") + name, std::to_string(value), "a number from 1");
        return value;
    };
    const bool cluster = values.count("cores-per-node") != 0 || values.count("memory-per-node") != 0;
    node_pool pool{number("nodes", cluster ? 0 : 1),
                   number("cores-per-node", static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN))), this_nodes_bytes()};
    if (const std::string memory = text_of(values, "memory-per-node"); !memory.empty())
        pool.bytes_per_node = parse_bytes(memory, "--memory-per-node");
    return pool;
}

}  // namespace

int plan(const arguments& given) {
    command_syntax syntax{
        "tomosweep plan JOB.yaml [SWEEP.yaml] [--nodes N] [--cores-per-node C] [--memory-per-node 256G]",
        "Predicts memory, time and bytes exchanged, chooses ranks and threads, and writes an #SBATCH "
        "header. Without options it plans for this machine.",
        {"JOB", "SWEEP"}};
    syntax.named.add_options()("nodes", options::value<int>(), "nodes (default: as few as hold the campaign)")(
        "cores-per-node", options::value<int>(), "cores of a node")("memory-per-node", options::value<std::string>(),
                                                                    "memory of a node, such as 256G");
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    const std::string job_path = required(*values, syntax, "JOB"), sweep_path = text_of(*values, "SWEEP");
    const node_pool pool = pool_of(*values);
    const campaign_plan planned =
        make_plan(load_job(job_path), sweep_path.empty() ? sweep_spec{} : load_sweep(sweep_path), {});
    const planned_loads scans = loads_of(planned);
    const node_layout layout = choose_nodes(scans.loads, workload_of(planned), pool);
    arguments files{job_path};
    if (!sweep_path.empty())
        files.push_back(sweep_path);
    fmt::print("{}\n{}", plan_text(planned.job.campaign, scans.loads, layout, pool),
               sbatch_header(planned.job.campaign, layout, pool, files));
    return all_done;
}

}  // namespace tomosweep::app
