#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tomosweep {

/// What kind of failure it was; decides the exit code and survives the agreement between ranks.
enum class error_kind : int { internal = 1, input = 2, mpi = 3, resource = 4, hdf5 = 5, interrupted = 6 };

/// Kinds of failure that all ranks of a group throw alike; any other may have left some of them waiting.
constexpr bool is_agreed_kind(error_kind kind) {
    return kind == error_kind::input || kind == error_kind::resource || kind == error_kind::hdf5;
}

/// Root of every error that tomosweep throws. what() is one complete sentence for the user.
class error : public std::runtime_error {
public:
    error(error_kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
    error_kind kind() const { return kind_; }

private:
    error_kind kind_;
};

/// The user's data or YAML is wrong: which file, where in it (a line and key, a slice, a dataset), what was found and
/// what would have been accepted.
class input_error : public error {
public:
    input_error(std::string file, std::string where, std::string found, std::string accepted);

    const std::string& file() const { return file_; }
    const std::string& where() const { return where_; }
    const std::string& found() const { return found_; }
    const std::string& accepted() const { return accepted_; }

private:
    std::string file_, where_, found_, accepted_;
};

/// Memory, disk space, permissions or ranks do not suffice: what is short and by how much.
class resource_error : public error {
public:
    resource_error(std::string resource, const std::string& detail);
    const std::string& resource() const { return resource_; }

private:
    std::string resource_;
};

/// An MPI call failed.
class mpi_error : public error {
public:
    explicit mpi_error(const std::string& detail);
};

/// An HDF5 call failed on `file`.
class hdf5_error : public error {
public:
    hdf5_error(const std::string& file, const std::string& detail);
};

/// A signal asked the program to stop; run again to go on.
class interrupted_error : public error {
public:
    explicit interrupted_error(const std::string& detail) : error(error_kind::interrupted, detail) {}
};

/// A fault of the program itself, with the place that noticed it.
class internal_error : public error {
public:
    explicit internal_error(std::string_view detail, std::source_location where = std::source_location::current());
};

/// Throws internal_error unless `holds`.
void require(bool holds, std::string_view claim, std::source_location where = std::source_location::current());

}  // namespace tomosweep
