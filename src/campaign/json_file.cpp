#include "tomosweep/campaign/json_file.hpp"

#include <nlohmann/json.hpp>

#include "tomosweep/archive/atomic_file.hpp"

namespace tomosweep {

void write_json_file(const std::string& path, const nlohmann::json& content) {
    write_file_whole(path, content.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

nlohmann::json parse_record(const std::string& text) {
    constexpr int deepest = 8;
    return nlohmann::json::parse(text, [](int depth, nlohmann::json::parse_event_t, const nlohmann::json& value) {
        return depth <= deepest && !value.is_number_float();
    });
}

}  // namespace tomosweep
