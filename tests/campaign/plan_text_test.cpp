#include "tomosweep/campaign/plan_text.hpp"

#include <gtest/gtest.h>

namespace tomosweep::plan_text_test {
namespace {

const node_pool pool{2, 64, 256.0 * 1024 * 1048576};

node_layout layout_of(double seconds) {
    return {2, 8, 8, {4, 4, {0, 1}, 20.0 * 1024 * 1048576, seconds, 3.0 * 1048576}};
}

bool contains(const std::string& text, const std::string& line) {
    return text.find(line + "\n") != std::string::npos;
}

TEST(plan_text, names_layout_memory_time_and_traffic) {
    const std::vector<scan_load> scans{{"a", {1000, 1000, 1000}, 0, dtype::uint8, false},
                                       {"b", {1000, 1000, 500}, 0, dtype::uint8, false}};
    const std::string text = plan_text("demo", scans, layout_of(3725), pool);
    EXPECT_TRUE(contains(text, "campaign   demo: 2 scans, 1.5 Gvoxel to analyse")) << text;
    EXPECT_TRUE(contains(text, "nodes      2 of 64 cores: 8 ranks a node, 8 threads a rank")) << text;
    EXPECT_TRUE(contains(text, "layout     4 scans at a time on 4 ranks each, largest first")) << text;
    EXPECT_TRUE(contains(text, "memory     20.0 GiB per rank of 32.0 GiB")) << text;
    EXPECT_TRUE(contains(text, "time       01:02:05 (h:min:s)")) << text;
    EXPECT_TRUE(contains(text, "exchanged  3.0 MiB between ranks")) << text;
}

TEST(plan_text, says_what_pairs_take_and_that_they_will_fail) {
    node_layout layout = layout_of(3725);
    EXPECT_EQ(plan_text("demo", {}, layout, pool).find("pairs "), std::string::npos);
    layout.campaign.pairs = {40.0 * 1024 * 1048576, 125, true};
    EXPECT_TRUE(contains(plan_text("demo", {}, layout, pool), "pairs      40.0 GiB per rank, 00:02:05 of the time"));
    layout.campaign.pairs.fits = false;
    EXPECT_TRUE(contains(plan_text("demo", {}, layout, pool),
                         "pairs      40.0 GiB per rank, which there is not: they will fail, 00:02:05 of the time"));
}

TEST(sbatch_header, asks_for_the_planned_nodes_and_twice_the_time) {
    const std::string text = sbatch_header("demo", layout_of(3725), pool, {"job.yaml", "my sweep.yaml"});
    EXPECT_TRUE(text.starts_with("#!/bin/bash\n"));
    EXPECT_TRUE(contains(text, "#SBATCH --nodes=2")) << text;
    EXPECT_TRUE(contains(text, "#SBATCH --ntasks-per-node=8")) << text;
    EXPECT_TRUE(contains(text, "#SBATCH --cpus-per-task=8")) << text;
    EXPECT_TRUE(contains(text, "#SBATCH --mem=262144M")) << text;
    EXPECT_TRUE(contains(text, "#SBATCH --time=02:15:00")) << text;
    EXPECT_TRUE(contains(text, "srun --mpi=pmix --cpus-per-task=8 tomosweep run job.yaml 'my sweep.yaml'")) << text;
}

TEST(sbatch_header, asks_for_a_quarter_of_an_hour_at_least) {
    EXPECT_TRUE(contains(sbatch_header("demo", layout_of(0.1), pool, {"j"}), "#SBATCH --time=00:15:00"));
}

}  // namespace
}  // namespace tomosweep::plan_text_test
