#pragma once

#include <string>
#include <string_view>

namespace tomosweep {

/// True when the text holds a line break, a tab or another ASCII control character. Pure.
bool has_control_character(std::string_view text);

/// A word that a POSIX shell reads as exactly `text`: in single quotes unless it has nothing but letters, digits and
/// %+,-./:@_. Throws input_error for control characters, which no quotes make safe in a comment or a log. Pure.
std::string shell_word(std::string_view text);

}  // namespace tomosweep
