// Question: what does every step of a whole run take, over ranks, and how near does the cost model come?
// Run: mpirun -n RANKS bench_step_costs KIND JOB.yaml SWEEP.yaml DIR; all ranks share each scan. KIND is cracks, thick
// or noise and chooses the texture of the prediction. Prints one JSON object per scan. bench/scaling runs it over
// sizes, ranks and kinds; docs/scaling.md holds its last tables. Or, without a run: bench_step_costs predict KIND Z Y X
// THRESHOLDS RANKS...
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "tomosweep/campaign/cost_model.hpp"
#include "tomosweep/campaign/planned_loads.hpp"
#include "tomosweep/campaign/run.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

std::string json_of(const spread<std::int64_t>& values) {
    return fmt::format("[{}, {:.1f}, {}]", values.min, values.mean, values.max);
}

std::string json_of(const spread<double>& values) {
    return fmt::format("[{:.6f}, {:.6f}, {:.6f}]", values.min, values.mean, values.max);
}

std::string json_of(const step_summary& step) {
    return fmt::format(R"("{}": {{"calls": {}, "seconds": {}, "waiting_seconds": {}, "voxels": {}, "bytes_sent": {}, )"
                       R"("bytes_received": {}, "bytes_read": {}, "bytes_written": {}, "peak_bytes": {}}})",
                       name_of(step.what), step.calls, json_of(step.seconds), json_of(step.waiting_seconds),
                       json_of(step.voxels), json_of(step.bytes_sent), json_of(step.bytes_received),
                       json_of(step.bytes_read), json_of(step.bytes_written), json_of(step.peak_bytes));
}

std::string json_of(const scan_traffic& traffic) {
    std::string steps;
    for (std::size_t i = 0; i < step_count; ++i)
        if (const step_traffic& step = traffic.steps[i]; step.total_bytes > 0)
            steps += fmt::format(R"({}"{}": [{:.0f}, {:.0f}, {:.0f}])", steps.empty() ? "" : ", ",
                                 name_of(static_cast<scan_step>(i)), step.total_bytes, step.most_bytes_sent,
                                 step.most_bytes_received);
    return fmt::format(R"("predicted_bytes": {{{}}}, "joined_face_voxels": {:.0f}, "largest_join_voxels": {:.0f}, )"
                       R"("reductions": {:.0f}, "all_to_alls": {:.0f})",
                       steps, traffic.joined_face_voxels, traffic.largest_join_voxels, traffic.reductions,
                       traffic.all_to_alls);
}

std::string json_of(const scan_seconds& seconds) {
    return fmt::format(
        R"("predicted_seconds": {{"reading": {:.4f}, "computing": {:.4f}, "joining": {:.4f}, "sending": {:.4f}, )"
        R"("waiting": {:.4f}, "all": {:.4f}}})",
        seconds.reading, seconds.computing, seconds.joining, seconds.sending, seconds.waiting, seconds.all());
}

std::string prediction_of(const scan_load& scan, int ranks, const workload& work, const cost_model& model) {
    return fmt::format(R"({}, {}, "predicted_bytes_per_rank": {:.0f})", json_of(traffic_of(scan, ranks, work, model)),
                       json_of(seconds_of(scan, ranks, 1, work, model)), bytes_per_rank(scan, ranks, work, model));
}

std::string json_of(const scan_effort& effort, const peak_memory& memory) {
    std::string steps;
    for (const step_summary& step : effort.ledger.steps)
        steps += (steps.empty() ? "" : ", ") + json_of(step);
    return fmt::format(R"("scan": "{}", "voxels": {}, "thresholds": {}, "ranks": {}, "seconds": {:.6f}, )"
                       R"("resident_bytes": {}, "steps": {{{}}})",
                       effort.id, effort.voxels, effort.thresholds, effort.ledger.ranks, effort.ledger.seconds,
                       memory.resident_bytes, steps);
}

cost_model model_of(std::string_view kind) {
    cost_model model;
    model.texture = kind == "thick" ? thick_texture : kind == "noise" ? noise_texture : crack_texture;
    return model;
}

void measure(const communicator& ranks, char** words) {
    run_options options;
    options.directory = words[3];
    options.fresh = true;
    options.ranks_per_scan = ranks.size();
    const campaign_plan plan = make_plan(ranks, load_job(words[1]), load_sweep(words[2]), {});
    const run_summary summary = run_campaign(ranks, plan, options, {}, [] { return false; });
    if (!ranks.root())
        return;
    const planned_loads planned = loads_of(plan);
    for (const scan_effort& effort : summary.efforts) {
        const auto load = std::ranges::find(planned.loads, effort.id, &scan_load::id);
        fmt::print("{{{}, {}}}\n", json_of(effort, summary.memory),
                   prediction_of(*load, ranks.size(), workload_of(plan), model_of(words[0])));
    }
}

void predict(char** words, int count) {
    const auto number = [&](int i) { return std::atoll(words[i]); };
    const extent3 volume{number(1), number(2), number(3)};
    const scan_load scan{"predicted", volume, voxel_count(volume), dtype::uint8, false};
    for (int i = 5; i < count; ++i)
        fmt::print(R"({{"ranks": {}, {}}})"
                   "\n",
                   words[i], prediction_of(scan, std::atoi(words[i]), {.thresholds = number(4)}, model_of(words[0])));
}

}  // namespace
}  // namespace tomosweep

int main(int argc, char** argv) {
    using namespace tomosweep;
    mpi_environment environment(argc, argv);
    const auto ranks = communicator::world();
    try {
        if (argc > 7 && std::string_view(argv[1]) == "predict")
            predict(argv + 2, argc - 2);
        else if (argc == 5)
            measure(ranks, argv + 1);
        else
            throw input_error("command line", "", fmt::format("{} words", argc - 1),
                              "KIND JOB.yaml SWEEP.yaml DIR, or predict KIND Z Y X THRESHOLDS RANKS...");
        return 0;
    } catch (const error& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        ranks.abort(1);
    }
}
