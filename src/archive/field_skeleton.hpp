#pragma once

#include <set>
#include <string>
#include <utility>

#include "tomosweep/archive/field_file.hpp"
#include "tomosweep/archive/handle.hpp"

namespace tomosweep::archive {

/// A field's threshold by the field's place in the file and the threshold's index.
using written_fields = std::set<std::pair<std::string, index_t>>;

/// Place of a field in the file.
std::string field_place(const std::string& phase, const std::string& field);

hid_t file_type(field_type type);
std::int64_t bytes_of(field_type type);

/// Edges of the chunks of all fields.
extent3 chunk_extent(const extent3& extent);

/// Rank 0's share before the fields: makes the file at `partial` with one empty dataset per field. Local.
void create_skeleton(const checker& check, const std::string& partial, const field_layout& layout);

/// Rank 0's share after the fields: adds the small data, the dimensions of the fields, and zeros for fields that are
/// not in `written`. Local.
void complete_skeleton(const checker& check, const std::string& partial, const field_layout& layout,
                       const written_fields& written, const data_group& root);

}  // namespace tomosweep::archive
