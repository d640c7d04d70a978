#include "tomosweep/campaign/shell_word.hpp"

#include <algorithm>
#include <cctype>

#include "tomosweep/core/error.hpp"

namespace tomosweep {

namespace {

bool is_control_character(char each) {
    const auto code = static_cast<unsigned char>(each);
    return code < 0x20 || code == 0x7f;
}

}  // namespace

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, is_control_character);
}

std::string shell_word(std::string_view text) {
    if (has_control_character(text)) {
        std::string shown(text);
        std::ranges::replace_if(shown, is_control_character, '?');
        throw input_error("batch script", "",
                          "'" + shown + "', with a line break or another control character for each ?",
                          "names without");
    }
    constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:@_";
    if (!text.empty() && text.find_first_not_of(safe) == std::string_view::npos)
        return std::string(text);
    std::string word = "'";
    for (const char each : text) {
        if (each == '\'')
            word += "'\\'";
        word += each;
    }
    word += '\'';
    return word;
}

}  // namespace tomosweep
