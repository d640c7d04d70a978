#include <string>

#include "sample_archive.hpp"
#include "tomosweep/archive/field_file.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/comm/communicator.hpp"

namespace tomosweep {
namespace {

void write_shard(const std::string& path) {
    const communicator ranks = communicator::world();
    const extent3 extent{5, 6, 70};
    field_layout layout;
    layout.extent = extent;
    layout.voxel_size_um = 0.5;
    layout.origin_um = {10, 0, 0};
    const std::vector<field_declaration> fields{{"mask", field_type::uint8, "1", "phase"},
                                                {"label", field_type::uint64, "1", "component"}};
    layout.groups = {{"crack", {80, 90}, fields}, {"binder", {100.5}, fields}};
    shard_writer shard(ranks, path, layout);
    for (index_t t = 0; t < 2; ++t) {
        array3<std::uint8_t> mask(extent);
        for (index_t i = 0; i < mask.voxels(); ++i)
            mask.data()[i] = static_cast<std::uint8_t>((i + t) % 251);
        shard.write<std::uint8_t>("crack", "mask", t, whole(extent), mask.view());
    }
    shard.write<std::uint64_t>("binder", "label", 0, whole(extent),
                               array3<std::uint64_t>(extent, std::uint64_t{1} << 40).view());
    shard.finish(test::sample_shard("ref-c01", 1));
}

}  // namespace
}  // namespace tomosweep

// write_sample FILE SHARD: leaves a small archive, and one with fields, for readers.py to open.
int main(int argc, char** argv) {
    const tomosweep::mpi_environment mpi(argc, argv);
    if (argc != 3)
        return 2;
    tomosweep::write_netcdf(argv[1], tomosweep::test::sample_shard("ref-c01", 1));
    tomosweep::write_shard(argv[2]);
    return 0;
}
