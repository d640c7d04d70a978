#include "tomosweep/comm/agreement.hpp"

#include <gtest/gtest.h>

#include <new>

#include "tomosweep/core/error.hpp"

namespace tomosweep::agreement_test {
namespace {

TEST(agreement, one_failing_rank_makes_all_throw_its_error) {
    const auto ranks = communicator::world();
    const int culprit = ranks.size() / 2;
    try {
        agreed(ranks, [&] {
            if (ranks.rank() >= culprit)
                throw input_error("scan.raw", "slice " + std::to_string(ranks.rank()), "10 bytes", "20 bytes");
        });
        FAIL() << "no rank may get past a failed agreement";
    } catch (const error& failure) {
        EXPECT_EQ(failure.kind(), error_kind::input);
        EXPECT_EQ(std::string(failure.what()),
                  "scan.raw: slice " + std::to_string(culprit) + ": found 10 bytes; accepted: 20 bytes");
    }
    EXPECT_EQ(ranks.sum(std::int64_t{1}), ranks.size()) << "the ranks can go on together";
}

TEST(agreement, lack_of_memory_is_a_resource_error_on_every_rank) {
    const auto ranks = communicator::world();
    try {
        agreed(ranks, [&] {
            if (ranks.rank() == ranks.size() - 1)
                throw std::bad_alloc();
        });
        FAIL() << "no rank may get past a failed agreement";
    } catch (const error& failure) {
        EXPECT_EQ(failure.kind(), error_kind::resource);
    }
}

/// What struck_alone() says while `step` fails; false when it does not.
template <class Step>
bool alone_in(const communicator& ranks, Step&& step) {
    try {
        step();
    } catch (const std::exception&) {
        return struck_alone(ranks);
    }
    return false;
}

TEST(agreement, a_failure_between_two_agreements_is_told_from_an_agreed_one) {
    const auto ranks = communicator::world();
    const bool here = ranks.rank() == ranks.size() - 1, others = ranks.size() > 1;
    EXPECT_EQ(alone_in(ranks, [&] { here ? throw std::bad_alloc() : void(); }), here && others);
    EXPECT_EQ(alone_in(ranks, [&] { here ? throw resource_error("memory", "none") : void(); }), here && others);
    EXPECT_FALSE(alone_in(ranks, [&] { agreed(ranks, [&] { here ? throw std::bad_alloc() : void(); }); }));
    EXPECT_FALSE(alone_in(ranks, [&] { agreed(ranks, [&] { here ? throw mpi_error("lost") : void(); }); }));
    EXPECT_FALSE(alone_in(ranks, [] { throw interrupted_error("all ranks know"); }));
    EXPECT_FALSE(alone_in(ranks, [] { throw input_error("scan.raw", "region", "no voxel", "one"); }));
}

TEST(agreement, success_returns_the_own_result) {
    const auto ranks = communicator::world();
    EXPECT_EQ(agreed(ranks, [&] { return ranks.rank() * 10; }), ranks.rank() * 10);
}

}  // namespace
}  // namespace tomosweep::agreement_test
