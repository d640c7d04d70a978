#include "tomosweep/campaign/batch_script.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "tomosweep/core/error.hpp"

namespace tomosweep::batch_script_test {
namespace {

namespace fs = std::filesystem;

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

site_spec plain_site() {
    site_spec site;
    site.file = "site.yaml";
    site.bytes_per_node = 8.0 * 1073741824;
    site.longest_s = 7200;
    return site;
}

batch_run plain_run() {
    return {{"demo", 2, 4, 8, 8.0 * 1073741824, 5400, 300}, "/bin/tomosweep", "/j.yaml", "/s.yaml", "/out", {}, 21};
}

TEST(batch_script, asks_for_what_the_plan_and_the_site_say) {
    site_spec site = plain_site();
    site.partition = "compute";
    site.account = "p1";
    site.qos = "normal";
    site.constraint = "a|b";
    site.reservation = "r";
    const std::string text = campaign_script(plain_run(), site);
    for (const char* option : {"job-name=demo", "nodes=2", "ntasks-per-node=4", "cpus-per-task=8", "mem=8192M",
                               "time=01:30:00", "signal=B:USR1@300", "requeue", "open-mode=append", "partition=compute",
                               "account=p1", "qos=normal", "constraint=a|b", "reservation=r", "output=%x-%j.log"})
        EXPECT_TRUE(has_line(text, std::string("#SBATCH --") + option)) << option << "\n" << text;
    EXPECT_TRUE(has_line(text, "most_restarts=21")) << text;
    EXPECT_EQ(text.find("--array"), std::string::npos);
    EXPECT_EQ(text.find("module"), std::string::npos);
}

TEST(batch_script, an_array_names_its_tasks_and_their_limit) {
    batch_run run = plain_run();
    run.request.shards = 12;
    run.request.tasks_at_once = 4;
    const std::string text = campaign_script(run, plain_site());
    EXPECT_TRUE(has_line(text, "#SBATCH --array=1-12%4")) << text;
    EXPECT_TRUE(has_line(text, "#SBATCH --output=%x-%A_%a.log")) << text;
    EXPECT_TRUE(has_line(text, "shards=12")) << text;
}

TEST(batch_script, mpirun_binds_ranks_unless_the_site_says_how) {
    site_spec site = plain_site();
    site.launcher = {"mpirun"};
    EXPECT_TRUE(has_line(campaign_script(plain_run(), site),
                         "launcher=(mpirun --bind-to core --map-by \"slot:PE=$SLURM_CPUS_PER_TASK\")"));
    site.launcher = {"mpirun", "--bind-to", "none"};
    EXPECT_TRUE(has_line(campaign_script(plain_run(), site), "launcher=(mpirun --bind-to none)"));
}

TEST(batch_script, control_characters_are_refused_wherever_they_stand) {
    for (std::string batch_run::*text :
         {&batch_run::program, &batch_run::job, &batch_run::sweep, &batch_run::results}) {
        batch_run run = plain_run();
        run.*text = "/a\nb";
        EXPECT_THROW(campaign_script(run, plain_site()), input_error);
    }
    site_spec site = plain_site();
    site.environment = {{"A", "x\ny"}};
    EXPECT_THROW(campaign_script(plain_run(), site), input_error);
    site = plain_site();
    site.file = "a\nid";
    EXPECT_THROW(merge_script(plain_run(), site), input_error);
}

/// Runs scripts in a folder where every program that they could call is a stub that writes down its words.
class running_script : public ::testing::Test {
protected:
    running_script() {
        std::string name = (fs::temp_directory_path() / "tomosweep-hostile-XXXXXX").string();
        folder = mkdtemp(name.data());
        fs::create_directory(folder / "bin");
        for (const char* stub : {"srun", "mpirun", "lfs", "module", "tomosweep", "scontrol"})
            write(fs::path("bin") / stub,
                  "#!/bin/bash\nprintf '%s\\0' \"${0##*/}\" \"$@\" \"$HOSTILE\" >> " + (folder / "words").string() +
                      "\nfor word; do [ \"$before\" = --log ] && echo '{\"event\":\"finished\"}' >> \"$word\"; "
                      "before=$word; done; true\n");
    }
    ~running_script() override { fs::remove_all(folder); }

    void write(const fs::path& path, const std::string& text) const {
        std::ofstream(folder / path) << text;
        fs::permissions(folder / path, fs::perms::owner_all);
    }

    /// Its exit code; what it printed is in `log`.
    int run(const std::string& script) const {
        write("script", script);
        const std::string go = "cd " + folder.string() +
                               " && bash -n script && env PATH=\"$PWD/bin:$PATH\" SLURM_JOB_ID=1 SLURM_JOB_NODELIST=n1 "
                               "SLURM_CPUS_PER_TASK=3 bash script > log 2>&1";
        return WEXITSTATUS(std::system(go.c_str()));
    }

    std::vector<std::string> words_of_run(const std::string& script) {
        fs::remove(folder / "words");
        EXPECT_EQ(run(script), 0) << script;
        std::ifstream file(folder / "words");
        std::vector<std::string> words;
        for (std::string word; std::getline(file, word, '\0');)
            words.push_back(word);
        return words;
    }

    /// Files that no script has a reason to make.
    std::string intruders() const {
        std::string found;
        for (const auto& entry : fs::directory_iterator(folder))
            if (const std::string name = entry.path().filename().string();
                name != "bin" && name != "words" && name != "script" && name != "log" && name != "out")
                found += name + "\n";
        return found;
    }

    /// Fragments that mean something to a shell, in random order.
    std::string hostile() {
        static const std::vector<std::string> fragments{
            "'",        "\"",    "\\",     "`touch x`", "$(touch x)", ";touch x;", "&",    "|",         ">x",  "<", "#",
            " ",        "*",     "?",      "[a]",       "{a,b}",      "~",         "!",    "!!",        "%",   "=", "-",
            "--wrap=x", "$HOME", "${x:?}", "$",         "()",         "é",         "\xff", ")sbatch\"", "EOF", "a"};
        std::string text;
        for (int count = static_cast<int>(random() % 6); count >= 0; --count)
            text += fragments[random() % fragments.size()];
        return text;
    }

    fs::path folder;
    std::mt19937_64 random{std::random_device{}()};
};

TEST_F(running_script, hands_hostile_names_to_the_launcher_as_they_are) {
    const auto seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    std::printf("seed %u\n", seed);
    random.seed(seed);
    for (int round = 0; round < 15; ++round) {
        site_spec site = plain_site();
        site.file = hostile();
        site.launcher = {"srun", hostile(), hostile()};
        site.modules = {hostile()};
        site.environment = {{"HOSTILE", hostile()}};
        site.hints.striping_factor = 4;
        batch_run run = plain_run();
        const std::string below = hostile();
        run.results = (folder / "out").string() + "/" + (below == "." || below == ".." ? "a" : below);
        std::ranges::replace(run.results.begin() + static_cast<std::ptrdiff_t>(folder.string().size()) + 5,
                             run.results.end(), '/', '_');
        run.job = hostile();
        run.sweep = round % 4 == 0 ? "" : hostile();
        run.program = hostile();
        run.options = {hostile()};
        const std::string& value = site.environment.front().second;
        std::vector<std::string> expected{"module", "load", site.modules.front(), ""};
        for (const std::string& word :
             {std::string("lfs"), std::string("setstripe"), std::string("-c"), std::string("4"), run.results, value,
              std::string("srun"), site.launcher[1], site.launcher[2], run.program, std::string("run"), run.job})
            expected.push_back(word);
        if (!run.sweep.empty())
            expected.push_back(run.sweep);
        for (const std::string& word : {std::string("-o"), run.results, std::string("--quiet"), std::string("--log"),
                                        run.results + "/slurm/run-1.jsonl", run.options.front(), value})
            expected.push_back(word);
        EXPECT_EQ(words_of_run(campaign_script(run, site)), expected) << campaign_script(run, site);
        EXPECT_EQ(intruders(), "");
    }
}

TEST_F(running_script, fails_when_the_launcher_starts_nothing) {
    batch_run run = plain_run();
    run.results = (folder / "out").string();
    EXPECT_EQ(this->run(campaign_script(run, plain_site())), 0);
    write("bin/srun", "#!/bin/bash\n");
    EXPECT_EQ(this->run(campaign_script(run, plain_site())), 1) << "the log is that of the run before";
    std::ifstream log(folder / "log");
    const std::string told{std::istreambuf_iterator<char>(log), {}};
    EXPECT_NE(told.find("the run has not told of its end"), std::string::npos) << told;
    fs::remove_all(folder / "out");
    EXPECT_EQ(this->run(campaign_script(run, plain_site())), 1) << "there is no log";
}

TEST_F(running_script, hands_hostile_names_to_the_merging_program_as_they_are) {
    fs::rename(folder / "bin" / "tomosweep", folder / "bin" / "it's $(touch x)");
    batch_run run = plain_run();
    run.program = "it's $(touch x)";
    run.results = (folder / "out").string() + "';touch x;'";
    const std::vector<std::string> words = words_of_run(merge_script(run, plain_site()));
    EXPECT_EQ(words, (std::vector<std::string>{run.program, "merge", run.results, "", run.program, "status",
                                               run.results, ""}));
    EXPECT_EQ(intruders(), "");
}

}  // namespace
}  // namespace tomosweep::batch_script_test
