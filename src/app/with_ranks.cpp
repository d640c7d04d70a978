#include "with_ranks.hpp"

#include <fmt/format.h>

#include <new>

#include "commands.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::app {

int with_ranks(const std::function<int(const communicator& world)>& command) {
    int argc = 0;
    char** argv = nullptr;
    const mpi_environment environment(argc, argv);
    const communicator world = communicator::world();
    try {
        return command(world);
    } catch (const error& failure) {
        if (failure.kind() == error_kind::internal || failure.kind() == error_kind::mpi || struck_alone(world)) {
            fmt::print(stderr, "tomosweep: rank {}: {}\n", world.rank(), failure.what());
            world.abort(code_of(failure.kind()));
        }
        if (world.root())
            fmt::print(stderr, "tomosweep: {}\n", failure.what());
        return code_of(failure.kind());
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "tomosweep: rank {}: not enough memory\n", world.rank());
        world.abort(not_enough);
        throw;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "tomosweep: rank {}: {}\n", world.rank(), failure.what());
        world.abort(internal_failure);
        throw;
    }
}

}  // namespace tomosweep::app
