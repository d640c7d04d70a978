#include <tomosweep/comm/communicator.hpp>
#include <tomosweep/grid/domain.hpp>

// The worked example of decomposition: extent (5, 4, 3) on a grid of (2, 1, 2) ranks.
int main(int argc, char** argv) {
    const tomosweep::mpi_environment environment(argc, argv);
    const auto ranks = tomosweep::communicator::world();
    const tomosweep::decomposition blocks({5, 4, 3}, {2, 1, 2});
    const tomosweep::box3 expected{{2, 0, 1}, {5, 4, 3}};
    return ranks.size() == 1 && blocks.box(3) == expected ? 0 : 1;
}
