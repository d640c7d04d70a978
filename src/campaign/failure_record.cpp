#include "tomosweep/campaign/failure_record.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/json_file.hpp"
#include "tomosweep/core/memory.hpp"
#include "tomosweep/core/process.hpp"

namespace tomosweep {
namespace {

using nlohmann::json;

const char* word_for(error_kind kind) {
    switch (kind) {
        case error_kind::input: return "input";
        case error_kind::mpi: return "mpi";
        case error_kind::resource: return "resource";
        case error_kind::hdf5: return "hdf5";
        case error_kind::interrupted: return "interrupted";
        case error_kind::internal: break;
    }
    return "internal";
}

json json_of(const failure_record& record) {
    json provenance = json::object();
    for (const attribute& each : record.provenance)
        std::visit([&](const auto& value) { provenance[each.name] = value; }, each.value);
    const process_identity process = own_process();
    return {{"time", now_utc()},
            {"scan", record.scan},
            {"thresholds_done", record.thresholds_done},
            {"thresholds", record.thresholds},
            {"rank", record.rank},
            {"host", process.host},
            {"process", process.number},
            {"kind", word_for(record.kind)},
            {"message", record.message},
            {"peak_resident_bytes", peak_resident_bytes()},
            {"provenance", provenance}};
}

}  // namespace

std::string keep_failure(const failure_record& record, const std::string& directory) noexcept {
    try {
        const std::filesystem::path folder = std::filesystem::path(directory) / "failures";
        std::filesystem::create_directories(folder);
        const std::string name = record.scan.empty() ? "run" : record.scan;
        const std::string hash = content_key(record.message).substr(0, 8);
        std::string path = (folder / (name + "-" + hash + ".json")).string();
        write_json_file(path, json_of(record));
        return path;
    } catch (...) {
        return {};
    }
}

}  // namespace tomosweep
