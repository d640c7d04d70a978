#include "support/chosen_tests.hpp"
#include "tomosweep/comm/communicator.hpp"

namespace {

/// Prints only rank 0's progress; failures are printed wherever they happen.
class quiet_ranks : public testing::EmptyTestEventListener {
    void OnTestPartResult(const testing::TestPartResult& result) override {
        if (result.failed())
            std::fprintf(stderr, "%s:%d: %s\n", result.file_name(), result.line_number(), result.message());
    }
};

}  // namespace

int main(int argc, char** argv) {
    tomosweep::test::choose_tests(argc, argv);
    tomosweep::mpi_environment environment(argc, argv);
    const auto ranks = tomosweep::communicator::world();
    if (!ranks.root()) {
        auto& listeners = testing::UnitTest::GetInstance()->listeners();
        delete listeners.Release(listeners.default_result_printer());
        listeners.Append(new quiet_ranks);
    }
    return ranks.max(static_cast<std::int64_t>(RUN_ALL_TESTS())) == 0 ? 0 : 1;
}
