#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "command_line.hpp"
#include "commands.hpp"
#include "tomosweep/campaign/reproduce.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/version.hpp"
#include "with_ranks.hpp"

namespace tomosweep::app {
namespace {

namespace fs = std::filesystem;

/// A folder of its own, the same on all ranks, which rank 0 removes with all that is in it.
class scratch_folder {
public:
    scratch_folder(const communicator& world, const std::string& within) : world_(world) {
        agreed(world, [&] {
            if (world.root())
                path_ = make(within.empty() ? fs::temp_directory_path() : fs::path(within));
        });
        world.broadcast(path_);
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() {
        std::error_code ignored;
        if (world_.root())
            fs::remove_all(path_, ignored);
    }

    const std::string& path() const { return path_; }

private:
    static std::string make(const fs::path& within) {
        std::string name = (within / "tomosweep-reproduce-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw resource_error("rights or space", "no folder can be made in " + within.string());
        return name;
    }

    const communicator& world_;
    std::string path_;
};

void tell(const reproduction& result) {
    fmt::print("{}: recorded by {}, repeated by tomosweep {} ({}, {})\n", result.scan, result.recorded_by, version(),
               commit(), compiler());
    fmt::print("input: {}\n", result.input_compared ? "the same voxels, by their hash"
                                                    : "of the recorded length; an archive without hashes of its input");
    for (const difference& each : result.differences)
        fmt::print("{}\n", each.sentence());
    fmt::print("{}: {}\n", result.scan,
               result.differences.empty() ? fmt::format("figures and tables{} are the same, bit by bit",
                                                        result.fields_compared ? ", fields" : "")
                                          : fmt::format("{} variables differ", result.differences.size()));
}

}  // namespace

int reproduce(const arguments& given) {
    command_syntax syntax{"tomosweep reproduce DIR|FILE.h5 [--scan ID] [--data FOLDER]",
                          "Runs the recorded analysis of one scan again, in a scratch folder, and compares the results "
                          "with the archive bit by bit. May be started with mpirun or srun, like run.",
                          {"ARCHIVE"}};
    syntax.named.add_options()("scan", options::value<std::string>(),
                               "the scan (needed where the archive has several)")(
        "data", options::value<std::string>(), "the folder of the job's data, if it is not where it was")(
        "scratch", options::value<std::string>(), "folder for the temporary results (default: TMPDIR)");
    const auto values = parse(syntax, given);
    if (!values)
        return all_done;
    const std::string archive = archive_at(required(*values, syntax, "ARCHIVE"));
    return with_ranks([&](const communicator& world) {
        const scratch_folder scratch(world, text_of(*values, "scratch"));
        const reproduction result =
            tomosweep::reproduce(world, {archive, text_of(*values, "scan"), text_of(*values, "data"), scratch.path()});
        if (world.root())
            tell(result);
        return world.max(static_cast<std::int64_t>(result.differences.size())) == 0 ? all_done : some_failed;
    });
}

}  // namespace tomosweep::app
