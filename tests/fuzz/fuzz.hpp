#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "tomosweep/core/error.hpp"

namespace tomosweep::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Runs a parser of foreign bytes. It may give a value or refuse with an input_error; any other exception escapes and
/// ends the fuzzer, as crashes, sanitizer reports, time and memory limits do.
template <class Parse>
void value_or_refusal(Parse&& parse) {
    try {
        parse();
    } catch (const input_error&) {
    }
}

/// A folder of this process in memory, for parsers that take a path; removed at exit.
class scratch {
public:
    scratch() : folder_(base() / ("tomosweep-fuzz-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() { std::filesystem::remove_all(folder_); }

    std::string folder() const { return folder_.string(); }
    std::string operator/(const std::string& name) const { return (folder_ / name).string(); }
    std::string write(const std::string& name, std::string_view bytes) const {
        std::ofstream(folder_ / name, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return *this / name;
    }

private:
    static std::filesystem::path base() {
        const std::filesystem::path memory = "/dev/shm";
        return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    }
    std::filesystem::path folder_;
};

}  // namespace tomosweep::fuzz

/// What libFuzzer calls; it has no header.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
