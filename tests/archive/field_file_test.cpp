#include "tomosweep/archive/field_file.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <memory>

#include "sample_archive.hpp"
#include "tomosweep/archive/handle.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::field_file_test {
namespace {

namespace fs = std::filesystem;

/// One fresh folder for all ranks, removed at the end by rank 0. Collective.
class shared_folder {
public:
    shared_folder(const communicator& ranks, const std::string& name) : ranks_(ranks) {
        std::vector<char> text;
        if (ranks.root()) {
            made_ = std::make_unique<test::temporary_folder>(name);
            text.assign(made_->path().begin(), made_->path().end());
        }
        ranks.broadcast(text);
        path_.assign(text.begin(), text.end());
    }
    ~shared_folder() { ranks_.barrier(); }

    const std::string& path() const { return path_; }

private:
    std::unique_ptr<test::temporary_folder> made_;
    const communicator& ranks_;
    std::string path_;
};

/// Ranks share the volume in slabs along z and y that do not respect chunks; from 4 ranks on, rank 2 has nothing.
box3 box_of(const communicator& ranks, const extent3& extent) {
    const index_t shares = ranks.size() >= 4 ? ranks.size() - 1 : ranks.size();
    const index_t share = ranks.rank() - (ranks.size() >= 4 && ranks.rank() > 2 ? 1 : 0);
    if (ranks.size() >= 4 && ranks.rank() == 2)
        return {};
    const bool split_y = ranks.size() == 8;
    const index_t length = split_y ? extent.y : extent.z;
    const index_t lo = share * length / shares;
    const index_t hi = (share + 1) * length / shares;
    return split_y ? box3{{0, lo, 0}, {extent.z, hi, extent.x}} : box3{{lo, 0, 0}, {hi, extent.y, extent.x}};
}

constexpr index_t first_of_runs = 100;

/// Noise; from the salt `first_of_runs` on in runs of 50 equal voxels.
template <class T>
T voxel_value(index_t index, index_t salt) {
    index = salt < first_of_runs ? index : index / 50;
    const auto mixed = static_cast<std::uint64_t>(index + 1) * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(salt);
    return static_cast<T>(mixed >> 7);
}

template <class T>
std::vector<T> expected_volume(const extent3& extent, index_t salt) {
    std::vector<T> values(static_cast<std::size_t>(voxel_count(extent)));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = voxel_value<T>(static_cast<index_t>(i), salt);
    return values;
}

/// Writes through a view with a margin of other voxels around it, as halos make them.
template <class T>
void write_part(shard_writer& shard, const std::string& phase, const std::string& field, index_t threshold,
                const box3& box, const extent3& extent, index_t salt) {
    const extent3 size = box.extent();
    array3<T> padded({size.z + 2, size.y + 2, size.x + 2}, T{77});
    const auto inner = padded.view().part({{1, 1, 1}, {1 + size.z, 1 + size.y, 1 + size.x}});
    for (index_t z = 0; z < size.z; ++z)
        for (index_t y = 0; y < size.y; ++y)
            for (index_t x = 0; x < size.x; ++x)
                inner(z, y, x) = voxel_value<T>(linear_index(box.lo + index3{z, y, x}, extent), salt);
    shard.write<T>(phase, field, threshold, box, inner);
}

/// Serial twin: one threshold of a field through plain HDF5.
template <class T>
std::vector<T> read_volume(const std::string& path, const std::string& place, hsize_t threshold, const extent3& extent,
                           hid_t type) {
    using namespace archive;
    const checker check(path);
    const file_handle file(check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), "open"));
    const dataset_handle dataset(check(H5Dopen2(file.id(), place.c_str(), H5P_DEFAULT), "open"));
    const space_handle space(check(H5Dget_space(dataset.id()), "space"));
    const std::array<hsize_t, 4> start{threshold, 0, 0, 0};
    const std::vector<hsize_t> count{1, static_cast<hsize_t>(extent.z), static_cast<hsize_t>(extent.y),
                                     static_cast<hsize_t>(extent.x)};
    check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr), "select");
    std::vector<T> values(static_cast<std::size_t>(voxel_count(extent)));
    check(H5Dread(dataset.id(), type, make_space(check, count).id(), space.id(), H5P_DEFAULT, values.data()), "read");
    return values;
}

field_layout sample_layout(const extent3& extent) {
    field_layout layout;
    layout.extent = extent;
    layout.voxel_size_um = 0.16;
    layout.origin_um = {1.6, 0, 3.2};
    layout.groups = {{"",
                      {80, 90},
                      {{"mask", field_type::uint8, "1", "phase"},
                       {"label", field_type::uint64, "1", "component"},
                       {"thickness_sq", field_type::uint32, "voxel^2", "squared radius"}}}};
    return layout;
}

void expect_fields(const std::string& path, const extent3& extent, index_t salt) {
    EXPECT_EQ(read_volume<std::uint8_t>(path, "/fields/mask", 0, extent, H5T_NATIVE_UINT8),
              expected_volume<std::uint8_t>(extent, salt + 1));
    EXPECT_EQ(read_volume<std::uint64_t>(path, "/fields/label", 1, extent, H5T_NATIVE_UINT64),
              expected_volume<std::uint64_t>(extent, salt + 2));
    EXPECT_EQ(read_volume<std::uint32_t>(path, "/fields/thickness_sq", 0, extent, H5T_NATIVE_UINT32),
              expected_volume<std::uint32_t>(extent, salt + 3));
    EXPECT_EQ(read_volume<std::uint8_t>(path, "/fields/mask", 1, extent, H5T_NATIVE_UINT8),
              std::vector<std::uint8_t>(static_cast<std::size_t>(voxel_count(extent)), 0))
        << "a field that was never written is not 0";
}

void write_sample_fields(shard_writer& shard, const box3& box, const extent3& extent, index_t salt = 0) {
    write_part<std::uint8_t>(shard, "", "mask", 0, box, extent, salt + 1);
    write_part<std::uint64_t>(shard, "", "label", 1, box, extent, salt + 2);
    write_part<std::uint32_t>(shard, "", "thickness_sq", 0, box, extent, salt + 3);
}

void round_trip(const extent3& extent, std::int64_t transfer_bytes, index_t salt = 0) {
    const communicator ranks = communicator::world();
    const shared_folder shared(ranks, "fields");
    const std::string& folder = shared.path();
    const std::string path = folder + "/ref-c01.h5";
    field_layout layout = sample_layout(extent);
    layout.transfer_bytes = transfer_bytes;
    const data_group small = test::sample_shard("ref-c01", 1);
    {
        shard_writer shard(ranks, path, layout);
        write_sample_fields(shard, box_of(ranks, extent), extent, salt);
        EXPECT_FALSE(fs::exists(path)) << "the shard appears before it is complete";
        ranks.barrier();
        shard.finish(ranks.root() ? small : data_group{});
    }
    if (ranks.root()) {
        expect_fields(path, extent, salt);
        EXPECT_TRUE(test::same(read_netcdf(path), small));
        EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 2) << "more than the shard and its .xmf are left";
    }
}

TEST(field_file, fields_come_back_equal_whatever_the_number_of_ranks) {
    round_trip({70, 67, 130}, 1 << 30);
}
TEST(field_file, fields_that_repeat_themselves_come_back_equal) {
    round_trip({70, 67, 130}, 1 << 30, first_of_runs);
}
TEST(field_file, transfers_are_split) {
    round_trip({70, 20, 30}, 20000);
}
TEST(field_file, volumes_of_one_voxel_across_have_fields) {
    round_trip({1, 1, 1}, 1 << 30);
    round_trip({1, 1, 200}, 64);
    round_trip({9, 1, 3}, 1);
}

TEST(field_file, each_phase_has_fields_of_its_own) {
    const communicator ranks = communicator::world();
    const shared_folder shared(ranks, "phases");
    const std::string& folder = shared.path();
    const std::string path = folder + "/a.h5";
    const extent3 extent{10, 11, 12};
    field_layout layout = sample_layout(extent);
    layout.groups = {{"crack", {80, 90}, {{"mask", field_type::uint8, "1", ""}}},
                     {"binder", {120}, {{"mask", field_type::uint8, "1", ""}}}};
    shard_writer shard(ranks, path, layout);
    for (index_t i = 0; i < 3; ++i)
        write_part<std::uint8_t>(shard, i < 2 ? "crack" : "binder", "mask", i % 2, box_of(ranks, extent), extent, i);
    shard.finish({});
    if (ranks.root()) {
        for (hsize_t i = 0; i < 3; ++i)
            EXPECT_EQ(read_volume<std::uint8_t>(path, i < 2 ? "/fields/crack/mask" : "/fields/binder/mask", i % 2,
                                                extent, H5T_NATIVE_UINT8),
                      expected_volume<std::uint8_t>(extent, static_cast<index_t>(i)));
    }
}

TEST(field_file, an_abandoned_shard_leaves_nothing) {
    const communicator ranks = communicator::world();
    const shared_folder shared(ranks, "abandoned");
    const std::string& folder = shared.path();
    {
        shard_writer shard(ranks, folder + "/a.h5", sample_layout({5, 5, 5}));
        write_sample_fields(shard, box_of(ranks, {5, 5, 5}), {5, 5, 5});
    }
    ranks.barrier();
    EXPECT_TRUE(fs::is_empty(folder));
}

TEST(field_file, all_ranks_hear_of_an_unwritable_folder) {
    const communicator ranks = communicator::world();
    const shared_folder shared(ranks, "unwritable");
    const std::string path = shared.path() + "/missing/a.h5";
    try {
        shard_writer shard(ranks, path, sample_layout({5, 5, 5}));
        FAIL() << "a shard was made in a folder that does not exist";
    } catch (const error& failure) {
        EXPECT_EQ(failure.kind(), error_kind::resource);
        EXPECT_NE(std::string(failure.what()).find(path), std::string::npos) << failure.what();
    }
}

TEST(field_file, all_ranks_hear_of_a_wrong_box) {
    const communicator ranks = communicator::world();
    const shared_folder shared(ranks, "wrong-box");
    const std::string& folder = shared.path();
    shard_writer shard(ranks, folder + "/a.h5", sample_layout({5, 5, 5}));
    const array3<std::uint8_t> voxels({5, 5, 5}, 1);
    const bool wrong = ranks.rank() == ranks.size() - 1;
    const box3 box = wrong ? box3{{1, 0, 0}, {6, 5, 5}} : box3{};
    EXPECT_THROW(shard.write<std::uint8_t>("", "mask", 0, box, wrong ? voxels.view() : view3<const std::uint8_t>()),
                 error);
}

TEST(field_file, all_ranks_hear_of_a_full_disk) {
    const communicator ranks = communicator::world();
    const shared_folder shared(ranks, "full");
    const std::string& folder = shared.path();
    const bool mounted = !ranks.root() || ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
    if (ranks.min(std::int64_t{mounted}) == 0)
        GTEST_SKIP() << "a small tmpfs cannot be mounted here";
    const extent3 extent{70, 67, 130};
    try {
        shard_writer shard(ranks, folder + "/a.h5", sample_layout(extent));
        write_sample_fields(shard, box_of(ranks, extent), extent);
        shard.finish({});
        ADD_FAILURE() << "5 MB of noise fitted into 1 MB";
    } catch (const error& failure) {
        EXPECT_EQ(failure.kind(), error_kind::resource) << failure.what();
    }
    ranks.barrier();
    if (ranks.root()) {
        EXPECT_TRUE(fs::is_empty(folder));
        EXPECT_EQ(::umount(folder.c_str()), 0);
    }
}

/// A quota on a file system that cannot reserve space: rank 0 does not learn of it, the rank that writes does. A limit
/// on the size of that rank's files does the same.
TEST(field_file, all_ranks_hear_of_a_quota_that_strikes_one_that_writes) {
    const communicator ranks = communicator::world();
    if (ranks.size() == 1)
        GTEST_SKIP() << "rank 0 looks at its own limit before it writes";
    const shared_folder shared(ranks, "quota");
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{4096, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, ranks.root() ? &before : &tight), 0);
    const extent3 extent{70, 67, 130};
    try {
        shard_writer shard(ranks, shared.path() + "/a.h5", sample_layout(extent));
        write_sample_fields(shard, box_of(ranks, extent), extent);
        shard.finish({});
        ADD_FAILURE() << "no rank heard of the limit";
    } catch (const error& failure) {
        EXPECT_EQ(failure.kind(), error_kind::resource) << failure.what();
    }
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ranks.barrier();
    if (ranks.root()) {
        EXPECT_TRUE(fs::is_empty(shared.path()));
    }
}

}  // namespace
}  // namespace tomosweep::field_file_test
