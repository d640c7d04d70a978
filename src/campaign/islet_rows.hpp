#pragma once

#include <vector>

#include "tomosweep/core/dataset.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep {

/// Adds islets as rows: pieces (voxels, cut, pieces) and widths (squared radius, voxels). The rows of point p =
/// threshold * limits + limit are [first_row[p], first_row[p + 1]). Nothing is added when there are no islets.
void add_islet_rows(data_group& group, const std::vector<std::vector<islet_tables>>& islets);

/// What add_islet_rows() wrote, as [threshold][limit]; empty where the group holds none. Throws internal_error or
/// std::exception when rows are missing.
std::vector<std::vector<islet_tables>> read_islet_rows(const data_group& group, std::size_t thresholds,
                                                       std::size_t limits);

}  // namespace tomosweep
