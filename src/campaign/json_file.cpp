#include "tomosweep/campaign/json_file.hpp"

#include <nlohmann/json.hpp>

#include "tomosweep/archive/atomic_file.hpp"

namespace tomosweep {

void write_json_file(const std::string& path, const nlohmann::json& content) {
    write_file_whole(path, content.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace tomosweep
