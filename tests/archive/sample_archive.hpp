#pragma once

#include <string>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep::test {

/// A shard as a run leaves it: all the dimensions of a campaign with one scan, root figures, two phase groups, tables,
/// process.
data_group sample_shard(const std::string& scan, std::int64_t cycle);

/// Equal in everything, doubles bit by bit (so NaN equals NaN).
bool same(const data_group& a, const data_group& b);

/// A fresh empty folder below the system's temporary folder, removed at the end.
class temporary_folder {
public:
    explicit temporary_folder(const std::string& name);
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder();

    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

}  // namespace tomosweep::test
