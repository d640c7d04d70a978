#include <fmt/format.h>

#include <filesystem>

#include "command_line.hpp"
#include "commands.hpp"
#include "tomosweep/archive/export_csv.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/campaign/shard_store.hpp"

namespace tomosweep::app {

int export_table(const arguments& given) {
    command_syntax syntax{"tomosweep export DIR|FILE.h5 --csv FILE [--table NAME]",
                          "Writes the figures of an archive as one tidy row per scan, threshold, resolution limit and "
                          "connectivity.",
                          {"ARCHIVE"}};
    syntax.named.add_options()("csv", options::value<std::string>(), "the CSV file to write")(
        "table", options::value<std::string>(),
        "another table than the figures: onset, porosity or cycles; of one of several phases PHASE/onset");
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    const std::string given_path = required(*values, syntax, "ARCHIVE"), csv = required(*values, syntax, "csv");
    const std::string path =
        std::filesystem::is_directory(given_path) ? shard_store(given_path).archive_path() : given_path;
    checksum_report checksums;
    const data_group archive = read_netcdf(path, checksums);
    for (const std::string& finding : checksums.findings())
        fmt::print(stderr, "warning: {}: {}\n", path, finding);
    if (const std::string table = text_of(*values, "table"); !table.empty())
        export_csv(archive, table, csv);
    else
        export_csv(archive, csv);
    fmt::print("{}\n", csv);
    return all_done;
}

}  // namespace tomosweep::app
