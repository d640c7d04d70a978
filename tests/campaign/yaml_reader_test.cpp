#include "tomosweep/campaign/yaml_reader.hpp"

#include <gtest/gtest.h>

#include "campaign/expected_problem.hpp"

namespace tomosweep::yaml_reader_test {
namespace {

using test::has;
using test::has_only;

class yaml_reader : public ::testing::Test {
protected:
    yaml_value value(const std::string& text) { return {YAML::Load(text), "key", problems}; }
    const std::vector<problem>& found() const { return problems.all(); }

    problem_list problems{"f.yaml"};
};

TEST_F(yaml_reader, numbers_are_read_in_full_or_refused) {
    EXPECT_EQ(value("0.16").number(), 0.16);
    EXPECT_EQ(value("-1.5e-3").number(), -1.5e-3);
    EXPECT_EQ(value("+4").number(), 4);
    EXPECT_TRUE(found().empty());
    for (const char* wrong : {"1,5", "3 um", "0x10", "nan", ".inf", "inf", "1e999", "''", "'3'", "[1]", "~"}) {
        problems = problem_list("f.yaml");
        EXPECT_FALSE(value(wrong).number()) << wrong;
        EXPECT_TRUE(has_only(found(), 1, "key", "a finite number")) << wrong;
    }
}

TEST_F(yaml_reader, of_countless_problems_the_first_thousand_are_listed) {
    for (int line = 1; line <= 20'000; ++line)
        problems.add(line, "key", "nonsense", "sense");
    const std::vector<problem> listed = test::problems_of([&] { problems.throw_if_any(); });
    ASSERT_EQ(listed.size(), 1001U);
    EXPECT_EQ(listed[999].line, 1000);
    EXPECT_EQ(listed[1000].found, "more than 1000 problems");
}

TEST_F(yaml_reader, numbers_outside_their_range_name_the_range) {
    EXPECT_FALSE(value("0").number(positive));
    EXPECT_TRUE(has(found(), 1, "key", "found '0'; accepted: a number > 0"));
    EXPECT_FALSE(value("1.01").number(number_range{0, 1}));
    EXPECT_TRUE(has(found(), 1, "key", "a number from 0 to 1"));
    EXPECT_EQ(value("0").number(not_negative), 0);
}

TEST_F(yaml_reader, whole_numbers_have_no_fraction) {
    EXPECT_EQ(value("9007199254740993").integer(), 9007199254740993);
    for (const char* wrong : {"1.5", "1.0", "one", "99999999999999999999"}) {
        EXPECT_FALSE(value(wrong).integer()) << wrong;
        EXPECT_TRUE(has(found(), 1, "key", std::string("'") + wrong + "'"));
    }
    EXPECT_FALSE(value("17").integer({1, 16}));
    EXPECT_TRUE(has(found(), 1, "key", "a whole number from 1 to 16"));
}

TEST_F(yaml_reader, a_wrong_choice_lists_all_and_the_nearest) {
    EXPECT_EQ(value("b").choice<int>({{"a", 1}, {"b", 2}}), 2);
    EXPECT_FALSE(value("belo").choice<int>({{"above", 1}, {"below", 2}}));
    EXPECT_TRUE(has_only(found(), 1, "key", "above, below (nearest: below)"));
}

TEST_F(yaml_reader, a_choice_unlike_all_others_is_not_guessed_at) {
    EXPECT_FALSE(value("charge").choice<int>({{"pristine", 0}, {"lithiation", 1}, {"delithiation", 2}}));
    ASSERT_EQ(found().size(), 1U);
    EXPECT_EQ(found().front().accepted, "pristine, lithiation, delithiation");
}

TEST_F(yaml_reader, what_was_found_is_described_by_kind) {
    EXPECT_EQ(value("[1, 2]").description(), "a list of 2 values");
    EXPECT_EQ(value("{a: 1}").description(), "a mapping of 1 key");
    EXPECT_EQ(value("~").description(), "no value");
    EXPECT_EQ(value("abc").description(), "'abc'");
    EXPECT_EQ(value("\"a\\nb\"").description(), "'a?b'");
}

TEST_F(yaml_reader, unknown_keys_name_the_nearest_known_one) {
    const yaml_map map({value("a: 1\nradus: 3\n")}, {"a", "radius", "center"});
    EXPECT_TRUE(has_only(found(), 2, "key.radus", "did you mean 'radius'? Known keys here: a, radius, center"));
}

TEST_F(yaml_reader, misplaced_keys_say_where_they_belong_even_when_misspelt) {
    const yaml_map map({value("threshold: 1\nthreshhold: 2\n")}, {"a", "b"}, {{"threshold", "it stands elsewhere"}});
    EXPECT_TRUE(has(found(), 1, "key.threshold", "accepted: it stands elsewhere"));
    EXPECT_TRUE(has(found(), 2, "key.threshhold", "did you mean 'threshold'? Then: it stands elsewhere"));
}

TEST_F(yaml_reader, keys_given_twice_are_reported_at_the_second) {
    const yaml_map map({value("a: 1\nb: 2\na: 3\n")}, {"a", "b"});
    EXPECT_TRUE(has_only(found(), 3, "key.a", "a second time"));
}

TEST_F(yaml_reader, the_first_layer_with_a_key_wins) {
    const yaml_map map({value("a: 1"), value("{a: 2, b: 3}")}, {"a", "b"});
    double a = 0, b = 0;
    map.read("a", a, number_range{});
    map.read("b", b, number_range{});
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 3);
    EXPECT_EQ(map.all("a").size(), 2U);
}

TEST_F(yaml_reader, missing_keys_are_reported_only_where_a_mapping_stands) {
    const yaml_map list({value("[1]")}, {"a"});
    EXPECT_FALSE(list.need("a", "something"));
    EXPECT_TRUE(has_only(found(), 1, "key", "a list of 1 value"));
    problems = problem_list("f.yaml");
    const yaml_map map({value("b: 1")}, {"a", "b"});
    EXPECT_FALSE(map.need("a", "something"));
    EXPECT_TRUE(has_only(found(), 1, "key.a", "found no such key; accepted: something"));
}

TEST_F(yaml_reader, the_same_problem_is_reported_once_and_all_are_thrown_by_line) {
    problems.add(5, "b", "x", "y");
    problems.add(2, "a", "x", "y");
    problems.add(5, "b", "x", "y");
    try {
        problems.throw_if_any();
        FAIL() << "nothing was thrown";
    } catch (const job_error& wrong) {
        EXPECT_STREQ(wrong.what(), "f.yaml:2: a: found x; accepted: y\nf.yaml:5: b: found x; accepted: y");
        EXPECT_EQ(wrong.kind(), error_kind::input);
        EXPECT_EQ(wrong.where(), "line 2: a");
    }
}

TEST(nearest_name, prefers_names_that_were_cut_off_or_misspelt) {
    EXPECT_EQ(nearest_name("tresh", {"phase", "threshold"}), "threshold");
    EXPECT_EQ(nearest_name("Cycle", {"step", "cycle"}), "cycle");
    EXPECT_EQ(nearest_name("", {"step"}), "step");
    EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace tomosweep::yaml_reader_test
