#include "support/chosen_tests.hpp"

int main(int argc, char** argv) {
    tomosweep::test::choose_tests(argc, argv);
    return RUN_ALL_TESTS();
}
