#pragma once

#include <string>
#include <string_view>

namespace tomosweep::io {

/// Without the characters of `blank` at both ends.
inline std::string_view trimmed(std::string_view text, std::string_view blank) {
    const std::size_t first = text.find_first_not_of(blank);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// With the letters A to Z in lower case, whatever the locale.
inline std::string lower(std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lowered;
}

}  // namespace tomosweep::io
