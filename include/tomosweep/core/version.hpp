#pragma once

#include <string_view>

namespace tomosweep {

/// The program's version, the commit it was built from ("unknown" outside a checkout), the compiler that built it with
/// which flags, and the libraries that it was built with, "HDF5 1.10.8, Boost 1.74.0, ...".
std::string_view version();
std::string_view commit();
std::string_view compiler();
std::string_view compiler_flags();
std::string_view libraries();

}  // namespace tomosweep
