#include "fields_option.hpp"

#include <sstream>

#include "tomosweep/core/error.hpp"

namespace tomosweep::app {

std::vector<std::string> fields_of(const std::string& list) {
    std::vector<std::string> fields;
    std::stringstream stream(list);
    for (std::string name; std::getline(stream, name, ',');) {
        if (name != "mask" && name != "label" && name != "labels" && name != "thickness")
            throw input_error("command line", "--fields", "'" + name + "'", "any of mask, labels, thickness");
        fields.push_back(name == "labels" ? "label" : name);
    }
    return fields;
}

}  // namespace tomosweep::app
