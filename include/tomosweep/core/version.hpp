#pragma once

#include <string_view>

namespace tomosweep {

/// The program's version, the commit it was built from ("unknown" outside a checkout), and the compiler that built it.
std::string_view version();
std::string_view commit();
std::string_view compiler();

}  // namespace tomosweep
