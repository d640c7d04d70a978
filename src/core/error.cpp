#include "tomosweep/core/error.hpp"

#include <filesystem>
#include <utility>

namespace tomosweep {
namespace {

std::string input_message(const std::string& file, const std::string& where, const std::string& found,
                          const std::string& accepted) {
    std::string message = file;
    if (!where.empty())
        message += (message.empty() ? "" : ": ") + where;
    message += ": found " + found;
    if (!accepted.empty())
        message += "; accepted: " + accepted;
    return message;
}

std::string place_of(const std::source_location& where) {
    return std::filesystem::path(where.file_name()).filename().string() + ":" + std::to_string(where.line());
}

}  // namespace

input_error::input_error(std::string file, std::string where, std::string found, std::string accepted)
    : error(error_kind::input, input_message(file, where, found, accepted)),
      file_(std::move(file)),
      where_(std::move(where)),
      found_(std::move(found)),
      accepted_(std::move(accepted)) {}

resource_error::resource_error(std::string resource, const std::string& detail)
    : error(error_kind::resource, "not enough " + resource + ": " + detail), resource_(std::move(resource)) {}

mpi_error::mpi_error(const std::string& detail) : error(error_kind::mpi, "MPI: " + detail) {}

hdf5_error::hdf5_error(const std::string& file, const std::string& detail)
    : error(error_kind::hdf5, file + ": HDF5: " + detail) {}

internal_error::internal_error(std::string_view detail, std::source_location where)
    : error(error_kind::internal, "internal error at " + place_of(where) + ": " + std::string(detail)) {}

void require(bool holds, std::string_view claim, std::source_location where) {
    if (!holds)
        throw internal_error("violated: " + std::string(claim), where);
}

}  // namespace tomosweep
