#include "tomosweep/campaign/yaml_document.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "campaign/expected_problem.hpp"

namespace tomosweep::yaml_document_test {
namespace {

using test::has_only;
using test::problems_of;

std::vector<problem> parsing(const std::string& text) {
    return problems_of([&] { parse_yaml(text, "job.yaml"); });
}

std::vector<problem> reading(const std::string& path, const yaml_limits& limits = {}) {
    return problems_of([&] { read_yaml_file(path, limits); });
}

std::string scratch_file(const std::string& name, const std::string& content) {
    const auto path = std::filesystem::path(::testing::TempDir()) / ("tomosweep_yaml_" + name);
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
}

TEST(yaml_document, syntax_errors_name_their_line) {
    EXPECT_TRUE(has_only(parsing("a: 1\nb: [1, 2\nc: 3\n"), 3, "", "no valid YAML"));
    EXPECT_TRUE(has_only(parsing("a: 1\n\tb: 1\n"), 2, "", "tab"));
    EXPECT_TRUE(has_only(parsing("a: *unknown\n"), 1, "", "no valid YAML"));
}

TEST(yaml_document, empty_and_several_documents_are_refused) {
    EXPECT_TRUE(has_only(parsing(""), 0, "", "empty file"));
    EXPECT_TRUE(has_only(parsing("# nothing but a comment\n"), 0, "", "empty file"));
    EXPECT_TRUE(has_only(parsing("---\na: 1\n---\nb: 1\n"), 0, "", "several YAML documents"));
}

TEST(yaml_document, aliases_that_multiply_are_refused_before_they_are_expanded) {
    std::ostringstream bomb;
    bomb << "a0: &a0 [x, x]\n";
    for (int level = 1; level <= 12; ++level) {
        bomb << "a" << level << ": &a" << level << " [*a" << level - 1;
        for (int i = 1; i < 9; ++i)
            bomb << ", *a" << level - 1;
        bomb << "]\n";
    }
    EXPECT_TRUE(has_only(parsing(bomb.str()), 7, "", "more than 250000 values"));
}

TEST(yaml_document, an_alias_inside_its_own_value_is_refused) {
    EXPECT_TRUE(has_only(parsing("a: 1\nb: &b [*b]\n"), 2, "", "alias inside the value"));
}

TEST(yaml_document, harmless_aliases_are_kept) {
    const YAML::Node node = parse_yaml("a: &a {x: 3}\nb: *a\n", "job.yaml");
    EXPECT_EQ(node["b"]["x"].Scalar(), "3");
}

TEST(yaml_document, absurd_nesting_is_refused) {
    EXPECT_TRUE(has_only(parsing(std::string(5000, '[')), 1, "", "nested more than 24 deep"));
    EXPECT_TRUE(problems_of([] { parse_yaml(std::string(24, '[') + std::string(24, ']'), "f"); }).empty());
    EXPECT_TRUE(has_only(parsing(std::string(25, '[') + std::string(25, ']')), 1, "", "nested"));
}

TEST(yaml_document, files_that_are_no_yaml_text_are_refused) {
    EXPECT_TRUE(has_only(reading("/nonexistent/job.yaml"), 0, "", "No such file"));
    EXPECT_TRUE(has_only(reading(::testing::TempDir()), 0, "", "a folder"));
    EXPECT_TRUE(has_only(reading(scratch_file("binary", std::string("a\0b", 3))), 0, "", "binary data"));
}

TEST(yaml_document, files_beyond_the_limit_are_refused_and_those_at_it_read) {
    const std::string path = scratch_file("large", std::string(1 << 20, '#'));
    EXPECT_EQ(read_yaml_file(path, {.bytes = 1 << 20}).size(), std::size_t{1} << 20);
    EXPECT_TRUE(has_only(reading(path, {.bytes = (1 << 20) - 1}), 0, "", "more than"));
}

}  // namespace
}  // namespace tomosweep::yaml_document_test
