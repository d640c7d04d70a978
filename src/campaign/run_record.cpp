#include "tomosweep/campaign/run_record.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "tomosweep/campaign/json_file.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

std::string record_path(const std::string& directory) {
    return (std::filesystem::path(directory) / "run.json").string();
}

}  // namespace

void write_record(const run_record& record, const std::string& directory) {
    nlohmann::json scans = nlohmann::json::array();
    for (const run_record::scan& scan : record.scans)
        scans.push_back({{"id", scan.id}, {"work", scan.work}, {"key", scan.key}});
    write_json_file(record_path(directory), {{"campaign", record.campaign},
                                             {"job", record.job},
                                             {"sweep", record.sweep},
                                             {"command", record.command},
                                             {"scans", scans},
                                             {"job_text", record.job_text},
                                             {"job_file", record.job_file}});
}

run_record read_record(const std::string& directory) {
    const std::string path = record_path(directory);
    std::ifstream file(path);
    if (!file)
        throw input_error(directory, "", "no run.json", "the output folder of a run");
    try {
        const nlohmann::json text = parse_record({std::istreambuf_iterator<char>(file), {}});
        run_record record{text.at("campaign"), text.at("job"), text.at("sweep"), text.at("command"), {}};
        std::int64_t work_left = std::numeric_limits<std::int64_t>::max();
        for (const nlohmann::json& scan : text.at("scans")) {
            record.scans.push_back({scan.at("id"), scan.at("work"), scan.value("key", "")});
            const std::int64_t work = record.scans.back().work;
            if (work < 0 || work > work_left)
                throw input_error(path, "scans",
                                  fmt::format("{} for the work of {}", scan.at("work").dump(), record.scans.back().id),
                                  "the record as a run wrote it");
            work_left -= work;
        }
        record.job_text = text.value("job_text", "");
        record.job_file = text.value("job_file", "");
        return record;
    } catch (const nlohmann::json::exception& failure) {
        throw input_error(path, "", failure.what(), "the record as a run wrote it");
    }
}

}  // namespace tomosweep
