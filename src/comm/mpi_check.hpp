#pragma once

#include <mpi.h>

#include <string>

#include "tomosweep/core/error.hpp"

namespace tomosweep {

/// Throws mpi_error with the name of the call and MPI's own words unless `code` is success.
inline void check(int code, const char* call) {
    if (code == MPI_SUCCESS)
        return;
    char text[MPI_MAX_ERROR_STRING] = {};
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw mpi_error(std::string(call) + " failed: " + text);
}

}  // namespace tomosweep
