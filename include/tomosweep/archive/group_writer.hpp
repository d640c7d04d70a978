#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tomosweep/archive/handle.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep::archive {

/// One dimension as it stands in the file: an HDF5 dimension scale with netCDF's number.
struct dimension_scale {
    std::string name;
    index_t length = 0;
    std::int32_t id = 0;
    dataset_handle dataset;
};

/// Writes data_groups into an open HDF5 file in netCDF-4's dialect: every dimension is a dimension scale, attached to
/// the axes that use it; links keep their order; text is variable-length UTF-8; large number arrays are shuffled and
/// deflated. Local; one writer per file, because dimension numbers are unique in it. Throws hdf5_error; internal_error
/// for a group that contradicts itself (unknown dimension, wrong number of values, a reserved or repeated name).
class group_writer {
public:
    explicit group_writer(checker check) : check_(std::move(check)) {}

    /// Marks an empty file as netCDF-4 written by tomosweep.
    void write_mark(hid_t root);

    /// Writes the contents of `group` into the open group `target`, and its groups below it. `present` are variables
    /// whose datasets others have already made in `target`: they get their dimensions and attributes, and keep their
    /// values.
    void write(hid_t target, const data_group& group, const std::vector<variable>& present = {});

private:
    using scope = std::vector<dimension_scale>;

    void write_dimensions(hid_t target, const data_group& group);
    void write_variables(hid_t target, const data_group& group, const std::vector<variable>& present);
    void write_values(hid_t dataset, const variable& what);
    void write_attributes(hid_t object, const std::vector<attribute>& attributes);
    void describe(hid_t dataset, const variable& what);
    void attach_dimensions(hid_t dataset, const variable& what);
    dataset_handle create_dataset(hid_t target, const variable& what);
    dimension_scale& find_dimension(const std::string& name);
    std::vector<hsize_t> shape_of(const variable& what);
    void number_dimension(dimension_scale& scale);

    checker check_;
    std::vector<scope> scopes_;  ///< dimensions of the groups from the root to the one being written
    std::int32_t next_dimension_ = 0;
};

}  // namespace tomosweep::archive
