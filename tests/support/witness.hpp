#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace tomosweep::test {

/// A folder for the files of one test, removed with everything in it.
class scratch_folder {
public:
    scratch_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "tomosweep-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

template <class T>
void write_raw(const std::string& path, std::span<const T> values) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
}

/// What a second program says about our result. `absent`: Python or a package that the script needs is not there.
enum class verdict { agrees, differs, absent };

/// Runs a Python script, which prints what differs and ends with 0, 1, or 77 when a package is missing.
inline verdict ask_witness(const std::string& python, const std::string& script, const std::string& arguments) {
    if (!std::filesystem::exists(python))
        return verdict::absent;
    const int status = std::system((python + " '" + script + "' " + arguments).c_str());
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    return code == 0 ? verdict::agrees : code == 77 ? verdict::absent : verdict::differs;
}

}  // namespace tomosweep::test
