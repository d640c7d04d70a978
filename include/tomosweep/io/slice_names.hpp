#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tomosweep::io {

/// True when `a` stands before `b` with runs of digits compared as numbers: slice2 before slice10.
bool natural_less(std::string_view a, std::string_view b);

/// The files that `pattern` (*, ?, [...]) matches, in natural order; a file of exactly this name stands for itself.
/// Throws input_error when there is none.
std::vector<std::string> matching_files(const std::string& pattern);

/// What is wrong with the numbering of a stack whose names are in natural order: missing numbers, a number twice, names
/// that do not belong. One message per problem. Names without a number that varies are taken as they are.
std::vector<std::string> numbering_problems(const std::vector<std::string>& paths);

}  // namespace tomosweep::io
