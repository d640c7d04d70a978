#include <fmt/format.h>

#include "command_line.hpp"
#include "commands.hpp"
#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/archive/export_csv.hpp"
#include "tomosweep/archive/netcdf_file.hpp"

namespace tomosweep::app {

int export_table(const arguments& given) {
    command_syntax syntax{"tomosweep export DIR|FILE.h5 --csv FILE [--table NAME]",
                          "Writes the figures of an archive as one tidy row per scan, threshold, resolution limit and "
                          "connectivity.",
                          {"ARCHIVE"}};
    syntax.named.add_options()("csv", options::value<std::string>(), "the CSV file to write; - for standard output")(
        "table", options::value<std::string>(),
        "another table than the figures: onset, porosity or cycles; of one of several phases PHASE/onset");
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    const std::string path = archive_at(required(*values, syntax, "ARCHIVE")), csv = required(*values, syntax, "csv");
    checksum_report checksums;
    const data_group archive = read_netcdf(path, checksums);
    for (const std::string& finding : checksums.findings())
        fmt::print(stderr, "warning: {}: {}\n", path, finding);
    const std::string table = text_of(*values, "table");
    const std::string text = table.empty() ? csv_text(archive) : csv_text(archive, table);
    if (csv == "-") {
        fmt::print("{}", text);
        return all_done;
    }
    write_file_whole(csv, text);
    fmt::print("{}\n", csv);
    return all_done;
}

}  // namespace tomosweep::app
