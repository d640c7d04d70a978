#pragma once

#include <string>

#include "tomosweep/core/cycling_table.hpp"
#include "tomosweep/io/source.hpp"

namespace tomosweep::io {

/// The table in `text`: a BioLogic text export (.mpt: it starts with "EC-Lab ASCII FILE" and says how many header lines
/// it has) or separated values with one line of names. Names say the unit; docs/job.md lists those that are known, and
/// other columns are passed over. Cells end at tabs, semicolons or commas, whichever the line of names has first;
/// a comma is a decimal sign where it does not separate. Blank lines and, in separated values, lines that start with #
/// are passed over. Latin-1 or UTF-8; at most 5 million rows. Pure. Throws input_error with line and column.
cycling_table parse_cycling_table(const std::string& path, const std::string& text);

/// Reads such a file, of 256 MiB at most. Local.
cycling_table read_cycling_file(const std::string& path);

}  // namespace tomosweep::io
