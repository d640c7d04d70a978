#include "tomosweep/core/version.hpp"

namespace tomosweep {

std::string_view version() {
    return TOMOSWEEP_VERSION;
}
std::string_view commit() {
    return TOMOSWEEP_COMMIT;
}
std::string_view compiler() {
    return TOMOSWEEP_COMPILER;
}
std::string_view compiler_flags() {
    return TOMOSWEEP_COMPILER_FLAGS;
}
std::string_view libraries() {
    return TOMOSWEEP_LIBRARIES;
}

}  // namespace tomosweep
