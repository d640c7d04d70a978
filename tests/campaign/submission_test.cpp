#include "tomosweep/campaign/submission.hpp"

#include <gtest/gtest.h>

#include "tomosweep/campaign/plan_text.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::submission_test {
namespace {

constexpr std::int64_t hour = 3600;

site_spec large_site() {
    site_spec site;
    site.cores_per_node = 64;
    site.bytes_per_node = 240.0 * 1073741824;
    site.nodes_at_most = 16;
    site.longest_s = 24 * hour;
    return site;
}

/// Scans of 1000^3 voxels; the sweep decides how long they take.
planned_loads scans_of(std::size_t count) {
    planned_loads scans;
    for (std::size_t i = 0; i < count; ++i) {
        scans.loads.push_back({"s", {1000, 1000, 1000}, 1'000'000'000, dtype::uint8, false});
        scans.index.push_back(i);
    }
    return scans;
}

double predicted_on(int nodes, const planned_loads& scans, const workload& work) {
    return choose_nodes(scans.loads, work, {nodes, 64, large_site().bytes_per_node}).campaign.seconds;
}

TEST(submission, a_short_campaign_takes_the_layout_of_the_plan_and_twice_its_time) {
    const planned_loads scans = scans_of(3);
    const submission planned = plan_submission(scans, {5}, large_site(), {});
    EXPECT_EQ(planned.request.nodes, 1);
    EXPECT_EQ(planned.request.ranks_per_node * planned.request.threads_per_rank, 64);
    EXPECT_EQ(planned.request.seconds, static_cast<std::int64_t>(allotted_seconds(predicted_on(1, scans, {5}))));
    EXPECT_EQ(planned.request.bytes_per_node, large_site().bytes_per_node);
    EXPECT_EQ(planned.likely_restarts, 0);
    EXPECT_EQ(planned.request.shards, 0);
}

TEST(submission, a_long_campaign_takes_more_nodes_before_it_takes_restarts) {
    const planned_loads scans = scans_of(64);
    workload work{1};
    while (allotted_seconds(predicted_on(1, scans, work)) <= 24.0 * hour)
        work.thresholds *= 2;
    const submission planned = plan_submission(scans, work, large_site(), {});
    EXPECT_GE(planned.request.nodes, 2);
    EXPECT_LE(planned.request.nodes, 4);
    EXPECT_LE(planned.request.seconds, 24 * hour);
    EXPECT_EQ(planned.likely_restarts, 0);
    EXPECT_EQ(plan_submission(scans, work, large_site(), {.nodes = 1}).request.nodes, 1);
}

TEST(submission, a_campaign_that_no_job_can_finish_is_told_its_restarts_and_gives_up_late) {
    site_spec site = large_site();
    site.nodes_at_most = 1;
    site.longest_s = hour;
    const planned_loads scans = scans_of(100);
    const workload work{2000};
    const submission planned = plan_submission(scans, work, site, {});
    EXPECT_EQ(planned.request.seconds, hour);
    const double useful_s = static_cast<double>(hour - planned.request.warning_s);
    EXPECT_EQ(planned.likely_restarts, static_cast<int>(predicted_on(1, scans, work) / useful_s));
    EXPECT_GE(planned.likely_restarts, 10);
    EXPECT_GE(planned.most_restarts, 3 * planned.likely_restarts);
}

TEST(submission, an_array_has_few_long_tasks) {
    const planned_loads scans = scans_of(2000);
    workload work{1};
    while (predicted_on(1, scans, work) < 30.0 * hour)
        work.thresholds *= 2;
    const submission planned = plan_submission(scans, work, large_site(), {.array = true});
    const double tasks = predicted_on(1, scans, work) / (4.0 * hour);
    EXPECT_NEAR(planned.request.shards, tasks, 1);
    EXPECT_EQ(planned.request.tasks_at_once, large_site().tasks_at_once);
    EXPECT_NEAR(planned.longest_s, 4.0 * hour, 0.2 * 4.0 * hour);
    work.thresholds *= 1000;
    EXPECT_EQ(plan_submission(scans, work, large_site(), {.array = true}).request.shards, 100);
}

TEST(submission, a_small_campaign_makes_an_array_of_one) {
    EXPECT_EQ(plan_submission(scans_of(1000), {1, false}, large_site(), {.array = true}).request.shards, 1);
    EXPECT_EQ(plan_submission(scans_of(8), {1}, large_site(), {.array = true, .shards = 8}).request.shards, 8);
}

TEST(submission, the_time_of_an_array_follows_its_longest_task) {
    planned_loads scans = scans_of(4);
    scans.loads[2].volume = {2000, 2000, 2000};
    const submission planned = plan_submission(scans, {5}, large_site(), {.array = true, .shards = 2});
    planned_loads second;
    second.loads = {scans.loads[0], scans.loads[2]};
    EXPECT_DOUBLE_EQ(planned.longest_s, predicted_on(planned.request.nodes, second, {5}));
}

TEST(submission, scans_that_need_more_nodes_than_a_job_may_have_are_refused) {
    planned_loads scans = scans_of(1);
    scans.loads[0].volume = {20000, 20000, 20000};
    scans.loads[0].source_voxels = voxel_count(scans.loads[0].volume);
    EXPECT_THROW(plan_submission(scans, {1}, large_site(), {}), resource_error);
}

TEST(submission, the_warning_leaves_time_for_the_longest_step) {
    site_spec site = large_site();
    site.cores_per_node = 1;
    site.warning_s = 10;
    const planned_loads scans = scans_of(1);
    const workload work{20};
    const submission planned = plan_submission(scans, work, site, {.nodes = 1});
    const double step = planned.longest_s / 20;
    EXPECT_GT(step, site.warning_s);
    EXPECT_GE(static_cast<double>(planned.request.warning_s), 2 * step - 1);
    EXPECT_LE(planned.request.warning_s, planned.request.seconds / 4);
}

}  // namespace
}  // namespace tomosweep::submission_test
