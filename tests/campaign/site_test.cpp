#include "tomosweep/campaign/site.hpp"

#include <gtest/gtest.h>

#include "campaign/expected_problem.hpp"

namespace tomosweep::site_test {
namespace {

using test::has;
using test::has_only;
using test::problems_of;

const std::string least = "cores_per_node: 64\nmemory_per_node: 240G\nlongest_time: 1-12:30:00\n";

std::vector<problem> problems_with(const std::string& lines) {
    return problems_of([&] { parse_site(least + lines, "site.yaml"); });
}

TEST(site, a_short_file_means_whole_nodes_and_srun) {
    const site_spec site = parse_site(least, "site.yaml");
    EXPECT_EQ(site.cores_per_node, 64);
    EXPECT_EQ(site.bytes_per_node, 240.0 * 1073741824);
    EXPECT_EQ(site.longest_s, ((24 + 12) * 60 + 30) * 60);
    EXPECT_EQ(site.launcher, (std::vector<std::string>{"srun", "--mpi=pmix"}));
    EXPECT_EQ(site.hints.striping_factor, 0);
    EXPECT_EQ(site.hints.striping_unit, 0);
    EXPECT_TRUE(site.partition.empty() && site.modules.empty() && site.environment.empty());
}

TEST(site, every_key_is_read) {
    const site_spec site = parse_site(least +
                                          "partition: p\naccount: a\nqos: q\nconstraint: x|y\nreservation: r\n"
                                          "nodes_at_most: 7\ntasks_at_once: 3\nwarning_s: 11\n"
                                          "launcher:   /opt/bin/mpirun  --bind-to   none \nmodules: [gcc/12.2, hdf5]\n"
                                          "environment: {B_1: \"it's $HOME\", A: 2}\n"
                                          "hints: {striping_factor: -1, striping_unit: 4194304}\n",
                                      "site.yaml");
    EXPECT_EQ(site.partition + site.account + site.qos + site.constraint + site.reservation, "paqx|yr");
    EXPECT_EQ(site.nodes_at_most, 7);
    EXPECT_EQ(site.tasks_at_once, 3);
    EXPECT_EQ(site.warning_s, 11);
    EXPECT_EQ(site.launcher, (std::vector<std::string>{"/opt/bin/mpirun", "--bind-to", "none"}));
    EXPECT_EQ(site.modules, (std::vector<std::string>{"gcc/12.2", "hdf5"}));
    EXPECT_EQ(site.environment, (site_spec::pairs{{"B_1", "it's $HOME"}, {"A", "2"}}));
    EXPECT_EQ(site.hints.striping_factor, -1);
    EXPECT_EQ(site.hints.striping_unit, 4194304);
}

TEST(site, what_a_node_has_must_be_said) {
    const auto found = problems_of([] { parse_site("partition: p\n", "site.yaml"); });
    EXPECT_TRUE(has(found, 1, "cores_per_node", "no such key"));
    EXPECT_TRUE(has(found, 1, "memory_per_node", "no such key"));
    EXPECT_TRUE(has(found, 1, "longest_time", "no such key"));
}

TEST(site, options_cannot_bring_further_options_along) {
    for (const char* hostile : {"'p --wrap=id'", "--wrap=id", "'p\\'", "'p\"q'", "p#q", "$(id)", "\"p\\nq\"", "'p;q'"})
        for (const char* key : {"partition", "account", "qos", "constraint", "reservation"})
            EXPECT_EQ(problems_with(std::string(key) + ": " + hostile + "\n").size(), 1U) << key << ": " << hostile;
    EXPECT_TRUE(has_only(problems_with("modules: [-f]\n"), 4, "modules[0]", "the first no '-'"));
    EXPECT_TRUE(has_only(problems_with("modules: [a b]\n"), 4, "modules[0]", "letters, digits"));
}

TEST(site, names_of_variables_are_names) {
    for (const char* hostile : {"'A=b;id #'", "'A B'", "1A", "'$(id)'", "''", "A-B"})
        EXPECT_EQ(problems_with(std::string("environment: {") + hostile + ": x}\n").size(), 1U) << hostile;
    EXPECT_TRUE(has_only(problems_with("environment: {A: \"x\\ny\"}\n"), 4, "environment.A", "a line break"));
    EXPECT_TRUE(has_only(problems_with("environment: {A: 1, A: 2}\n"), 4, "environment.A", "a second time"));
    EXPECT_TRUE(has_only(problems_with("environment: [A]\n"), 4, "environment", "a mapping"));
}

TEST(site, hints_are_those_that_have_an_effect) {
    for (const char* other : {"cb_nodes", "cb_buffer_size", "romio_cb_write", "romio_ds_read", "access_style"})
        EXPECT_TRUE(has_only(problems_with(std::string("hints: {") + other + ": 8}\n"), 4,
                             std::string("hints.") + other,
                             "no other hint has an effect, as no file passes through MPI-IO"))
            << other;
    EXPECT_TRUE(
        has_only(problems_with("hints: {striping_unit: 70000}\n"), 4, "hints.striping_unit", "multiples of 65536"));
    EXPECT_TRUE(has_only(problems_with("hints: {striping_unit: 4M}\n"), 4, "hints.striping_unit", "a whole number"));
    EXPECT_TRUE(has_only(problems_with("hints: {striping_factor: -2}\n"), 4, "hints.striping_factor", "from -1"));
    EXPECT_TRUE(has_only(problems_with("hints: 8\n"), 4, "hints", "a mapping"));
    EXPECT_TRUE(has_only(problems_with("striping: {count: 8}\n"), 4, "striping", "hints: {striping_factor"));
}

TEST(site, only_known_launchers_start_ranks) {
    for (const char* wrong : {"rm -rf", "' '", "bash srun", "srun2", "\"srun\\nid\"", "[srun]"})
        EXPECT_EQ(problems_with(std::string("launcher: ") + wrong + "\n").size(), 1U) << wrong;
}

TEST(site, times_are_those_of_slurm) {
    for (const char* wrong :
         {"24", "24:00", "0:00:59", "1:60:00", "1:00:60", "-1:00:00", "1-", "1:00:00x", "1e9:00:00"}) {
        const auto found = problems_of([&] {
            parse_site(std::string("cores_per_node: 1\nmemory_per_node: 1G\nlongest_time: ") + wrong + "\n", "s.yaml");
        });
        EXPECT_TRUE(has_only(found, 3, "longest_time", "hours:minutes:seconds")) << wrong;
    }
}

TEST(site, numbers_and_unknown_keys_are_reported_with_their_lines) {
    const auto found =
        problems_with("nodes_at_most: 0\nwarning_s: many\nhints: {striping_unit: 1}\npartitoin: p\nnodes: 3\n");
    EXPECT_TRUE(has(found, 4, "nodes_at_most", "a whole number from 1"));
    EXPECT_TRUE(has(found, 5, "warning_s", "'many'"));
    EXPECT_TRUE(has(found, 6, "hints.striping_unit", "from 65536"));
    EXPECT_TRUE(has(found, 7, "partitoin", "did you mean 'partition'?"));
    EXPECT_TRUE(has(found, 8, "nodes", "how many a job takes follows from the campaign"));
    EXPECT_EQ(found.size(), 5U);
}

}  // namespace
}  // namespace tomosweep::site_test
