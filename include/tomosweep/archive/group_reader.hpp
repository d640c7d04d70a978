#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tomosweep/archive/checksum.hpp"
#include "tomosweep/archive/handle.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep::archive {

/// Reads what group_writer wrote back into the same data_group, bit by bit, and compares it with the checksums in the
/// file, which are no part of it. Local. Throws hdf5_error when the file is
/// damaged, input_error when it holds something that tomosweep does not write.
class group_reader {
public:
    explicit group_reader(checker check) : check_(std::move(check)) {}

    /// Whether the file carries tomosweep's mark.
    bool marked(hid_t root) const;

    /// The contents of the open group `source` called `name`, and its groups below it. The group `skipped` (of this
    /// level) is left out.
    data_group read(hid_t source, const std::string& name, const std::string& skipped = "");

    /// The coordinates of the open group `source` at `place`, which holds fields; the fields are left out.
    data_group read_coordinates(hid_t source, const std::string& place);

    /// The attributes of an open group or variable, without those that the writer makes itself.
    std::vector<attribute> read_attributes(hid_t object) const;

    /// What the checksums say about everything read so far.
    const checksum_report& checksums() const { return checksums_; }

private:
    struct named_dataset {
        std::string name;
        dataset_handle dataset;
    };

    std::vector<dimension> read_dimensions(const std::vector<named_dataset>& datasets);
    variable read_variable(const named_dataset& source, bool coordinate);
    variable_values read_values(hid_t dataset, const std::string& name) const;
    std::vector<std::string> read_text(hid_t dataset, hid_t space, std::size_t count) const;
    template <class Content>
    void compare(hid_t object, const std::string& place, const Content& content);
    attribute_value read_attribute(hid_t held, const std::string& name) const;
    std::vector<std::int32_t> read_numbers(hid_t object, const char* name) const;
    [[noreturn]] void refuse(const std::string& where, const std::string& found) const;

    checker check_;
    checksum_report checksums_;
    std::string place_;  ///< of the group being read
    bool coordinates_only_ = false;
    std::map<std::int32_t, std::string> dimension_names_;  ///< by netCDF's number, over all groups read so far
};

}  // namespace tomosweep::archive
