#include "tomosweep/campaign/shell_word.hpp"

#include <gtest/gtest.h>

#include "tomosweep/core/error.hpp"

namespace tomosweep::shell_word_test {
namespace {

TEST(shell_word, leaves_plain_names_as_they_are) {
    EXPECT_EQ(shell_word("/data/ref-c01_a.yaml"), "/data/ref-c01_a.yaml");
    EXPECT_EQ(shell_word("--mpi"), "--mpi");
}

TEST(shell_word, quotes_all_that_a_shell_could_read_otherwise) {
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("a b"), "'a b'");
    EXPECT_EQ(shell_word("~"), "'~'");
    EXPECT_EQ(shell_word("a=b"), "'a=b'");
    EXPECT_EQ(shell_word("it's $HOME"), "'it'\\''s $HOME'");
}

TEST(shell_word, refuses_control_characters) {
    for (const char code : {'\n', '\r', '\t', '\x1b', '\x7f', '\0'}) {
        const std::string text = std::string("a") + code + "b";
        EXPECT_TRUE(has_control_character(text));
        try {
            shell_word(text);
            ADD_FAILURE() << "'" << text << "' was taken";
        } catch (const input_error& wrong) {
            EXPECT_TRUE(std::string(wrong.what()).starts_with("batch script: found 'a?b'")) << wrong.what();
        }
    }
    EXPECT_FALSE(has_control_character("Müller & Söhne, \xff"));
}

}  // namespace
}  // namespace tomosweep::shell_word_test
