#include <fmt/format.h>

#include "command_line.hpp"
#include "commands.hpp"
#include "result_table.hpp"
#include "tomosweep/campaign/run_record.hpp"
#include "tomosweep/campaign/shard_store.hpp"

namespace tomosweep::app {

int merge(const arguments& given) {
    command_syntax syntax{
        "tomosweep merge DIR", "Builds DIR/campaign.h5 from DIR/scans/*.h5, in the order of the job.", {"DIR"}};
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    const shard_store store(required(*values, syntax, "DIR"));
    std::vector<std::string> ids;
    for (const run_record::scan& scan : read_record(store.directory()).scans)
        ids.push_back(scan.id);
    fmt::print("{}archive: {}\n", result_table(store.merge(ids)), store.archive_path());
    return all_done;
}

}  // namespace tomosweep::app
