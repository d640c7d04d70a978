#include "tomosweep/archive/field_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

#include "chunk_sharing.hpp"
#include "field_skeleton.hpp"
#include "index_driver.hpp"
#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/archive/xdmf.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/deflate.hpp"

namespace tomosweep {
namespace {

using namespace archive;

constexpr std::int64_t almost_full = std::int64_t{16} << 20;

// HDF5 drops the reason of a failed write on its way up, so the disk itself is asked.
template <class Step>
void explained(const std::string& path, Step&& step) {
    try {
        step();
    } catch (const hdf5_error& failure) {
        const std::int64_t left = free_bytes(path);
        if (left >= 0 && left < almost_full)
            throw resource_error("disk space", "cannot write " + path + ": " + std::to_string(left) +
                                                   " bytes are left (" + failure.what() + ")");
        throw;
    }
}

// More than the file will take.
std::int64_t bytes_needed(const data_group& group) {
    std::int64_t bytes = 0;
    for (const variable& each : group.variables)
        bytes += static_cast<std::int64_t>(value_count(each.values)) * 16 + 4096;
    for (const attribute& each : group.attributes)
        if (const auto* text = std::get_if<std::string>(&each.value))
            bytes += static_cast<std::int64_t>(text->size());
    for (const data_group& each : group.groups)
        bytes += bytes_needed(each);
    return bytes;
}

void require_valid(const field_layout& layout) {
    const extent3& extent = layout.extent;
    require(extent.z > 0 && extent.y > 0 && extent.x > 0, "fields have voxels");
    for (const field_group& group : layout.groups)
        require(!group.thresholds.empty(), "fields have thresholds");
}

// A chunk of a field, and how many bytes it takes in the file.
struct chunk_size {
    index3 lo;
    std::int64_t bytes = 0;
};

// Batches of columns of chunks, so that no rank holds more than transfer_bytes of packed voxels at once.
index_t batches_for(const field_layout& layout, std::int64_t most_bytes) {
    const extent3 chunk = chunk_extent(layout.extent);
    const index_t columns = ((layout.extent.y + chunk.y - 1) / chunk.y) * ((layout.extent.x + chunk.x - 1) / chunk.x);
    return std::clamp<index_t>((most_bytes + layout.transfer_bytes - 1) / layout.transfer_bytes, 1, columns);
}

template <class T>
std::vector<T> values_of(const std::vector<std::byte>& bytes) {
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty())
        std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

template <class T>
std::vector<std::byte> bytes_of_values(const std::vector<T>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    return {bytes.begin(), bytes.end()};
}

}  // namespace

struct shard_writer::state {
    state(const communicator& all, std::string target, field_layout fields)
        : ranks(all), path(std::move(target)), layout(std::move(fields)), check(path) {}

    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state();

    void open();
    void write_batch(const std::string& place, index_t threshold, const chunk_sharing& sharing, index_t batch,
                     const voxel_block& voxels) const;
    std::vector<std::int64_t> placed(const std::string& place, index_t threshold,
                                     const std::vector<chunk_size>& chunks) const;
    std::vector<message> placed_by_root(const std::string& place, index_t threshold,
                                        const std::vector<message>& wishes) const;
    const field_declaration& declared(const std::string& phase, const std::string& field, index_t threshold) const;

    const communicator& ranks;
    std::string path;
    field_layout layout;
    checker check;
    std::string partial;                ///< rank 0's choice, on all ranks; empty when there is nothing to remove
    file_handle file;                   ///< rank 0 only
    std::optional<partial_file> bytes;  ///< where this rank's chunks go
    written_fields written;
};

shard_writer::state::~state() {
    file = file_handle();
    if (ranks.root() && !partial.empty())
        ::unlink(partial.c_str());
}

void shard_writer::state::open() {
    require_valid(layout);
    std::vector<char> name;
    agreed(ranks, [&] {
        if (!ranks.root())
            return;
        partial = create_partial(path);
        explained(path, [&] { create_skeleton(check, partial, layout); });
        name.assign(partial.begin(), partial.end());
    });
    ranks.broadcast(name);
    partial.assign(name.begin(), name.end());
    agreed(ranks, [&] {
        bytes.emplace(partial, path);
        if (ranks.root())
            file = file_handle(check(H5Fopen(partial.c_str(), H5F_ACC_RDWR, index_access(check).id()), "open"));
    });
}

const field_declaration& shard_writer::state::declared(const std::string& phase, const std::string& field,
                                                       index_t threshold) const {
    const auto group = std::find_if(layout.groups.begin(), layout.groups.end(),
                                    [&](const field_group& each) { return each.phase == phase; });
    require(group != layout.groups.end(), "the phase of a field was declared");
    const field_declaration* found = find_named(group->fields, field);
    require(found != nullptr, "the field was declared");
    require(threshold >= 0 && threshold < static_cast<index_t>(group->thresholds.size()),
            "the threshold of a field was declared");
    return *found;
}

// Rank 0 gives every chunk its place: HDF5 keeps the index of chunks, and where they stand in the file. It takes the
// length of a chunk from what it believes to write.
std::vector<message> shard_writer::state::placed_by_root(const std::string& place, index_t threshold,
                                                         const std::vector<message>& wishes) const {
    const dataset_handle dataset(check(H5Dopen2(file.id(), place.c_str(), H5P_DEFAULT), "open a field"));
    std::int64_t sum = 0, most = 0;
    for (const message& each : wishes)
        for (const chunk_size& chunk : values_of<chunk_size>(each.bytes)) {
            sum += chunk.bytes;
            most = std::max(most, chunk.bytes);
        }
    reserve_space(partial, path, sum + almost_full / 4);
    const std::vector<std::byte> nothing(static_cast<std::size_t>(most));
    std::vector<message> answers;
    for (const message& each : wishes) {
        std::vector<std::int64_t> addresses;
        for (const chunk_size& chunk : values_of<chunk_size>(each.bytes)) {
            const std::array<hsize_t, 4> offset{static_cast<hsize_t>(threshold), static_cast<hsize_t>(chunk.lo.z),
                                                static_cast<hsize_t>(chunk.lo.y), static_cast<hsize_t>(chunk.lo.x)};
            check(H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, offset.data(), static_cast<std::size_t>(chunk.bytes),
                                 nothing.data()),
                  "place a chunk of a field");
            haddr_t address = HADDR_UNDEF;
            check(H5Dget_chunk_info_by_coord(dataset.id(), offset.data(), nullptr, &address, nullptr),
                  "find a chunk of a field");
            addresses.push_back(static_cast<std::int64_t>(address));
        }
        answers.push_back({each.rank, bytes_of_values(addresses)});
    }
    if (writes_placeholders)
        bytes->sync();
    return answers;
}

// Collective. Where the own chunks go in the file.
std::vector<std::int64_t> shard_writer::state::placed(const std::string& place, index_t threshold,
                                                      const std::vector<chunk_size>& chunks) const {
    const std::vector<message> wishes = ranks.exchange({{0, bytes_of_values(chunks)}});
    const std::vector<message> answers = agreed(ranks, [&] {
        std::vector<message> found;
        if (ranks.root())
            explained(path, [&] { found = placed_by_root(place, threshold, wishes); });
        return found;
    });
    const std::vector<message> addresses = ranks.exchange(answers);
    return addresses.empty() ? std::vector<std::int64_t>() : values_of<std::int64_t>(addresses.front().bytes);
}

void shard_writer::state::write_batch(const std::string& place, index_t threshold, const chunk_sharing& sharing,
                                      index_t batch, const voxel_block& voxels) const {
    const chunk_sharing::batch own = sharing.gathered(batch, voxels);
    std::vector<std::vector<std::byte>> packed;
    std::vector<chunk_size> sizes;
    agreed(ranks, [&] {
        packed = packed_chunks(
            std::ssize(own.chunks), chunk_extent(layout.extent), static_cast<std::size_t>(voxels.voxel_bytes),
            [&](index_t i, std::byte* to) { sharing.fill(own.chunks[static_cast<std::size_t>(i)], voxels, to); });
        for (std::size_t i = 0; i < packed.size(); ++i)
            sizes.push_back({own.chunks[i].lo, std::ssize(packed[i])});
    });
    const std::vector<std::int64_t> addresses = placed(place, threshold, sizes);
    agreed(ranks, [&] {
        require(addresses.size() == packed.size(), "every chunk has a place in the file");
        for (std::size_t i = 0; i < packed.size(); ++i)
            bytes->write(addresses[i], packed[i]);
    });
}

shard_writer::shard_writer(const communicator& ranks, std::string path, field_layout layout)
    : state_(std::make_unique<state>(ranks, std::move(path), std::move(layout))) {
    state_->open();
}

shard_writer::~shard_writer() = default;

void shard_writer::write_voxels(const std::string& phase, const std::string& field, index_t threshold, const box3& box,
                                const block& voxels) {
    state& shard = *state_;
    agreed(shard.ranks, [&] {
        require(shard.declared(phase, field, threshold).type == voxels.type, "the field has the declared type");
        require(box.extent() == voxels.extent && intersection(box, whole(shard.layout.extent)) == box,
                "the box of a field has the extent of its voxels and lies inside the volume");
    });
    const std::int64_t size = bytes_of(voxels.type);
    const voxel_block own{static_cast<const std::byte*>(voxels.data), box, size, voxels.row_stride * size,
                          voxels.plane_stride * size};
    const index_t batches = batches_for(shard.layout, shard.ranks.max(box.voxels() * size));
    const chunk_sharing sharing(shard.ranks, shard.layout.extent, chunk_extent(shard.layout.extent), box, batches);
    const std::string place = field_place(phase, field);
    for (index_t batch = 0; batch < batches; ++batch)
        shard.write_batch(place, threshold, sharing, batch, own);
    shard.written.insert({place, threshold});
}

void shard_writer::finish(const data_group& root) {
    state& shard = *state_;
    agreed(shard.ranks, [&] { shard.bytes->sync(); });
    agreed(shard.ranks, [&] {
        if (!shard.ranks.root())
            return;
        explained(shard.path, [&] {
            shard.check(H5Fflush(shard.file.id(), H5F_SCOPE_GLOBAL), "flush");
            shard.check(shard.file.close() ? 0 : -1, "close");
        });
        require(find_named(root.groups, schema::fields) == nullptr, "the group 'fields' is left to the shard writer");
        // HDF5 cannot close a file for which there is no space, so this is found out before.
        release_space(shard.partial);
        reserve_space(shard.partial, shard.path, bytes_needed(root) + almost_full / 4);
        explained(shard.path,
                  [&] { complete_skeleton(shard.check, shard.partial, shard.layout, shard.written, root); });
        release_space(shard.partial);
        write_xdmf(shard.path, shard.layout);
        publish_file(shard.partial, shard.path);
    });
    shard.partial.clear();
}

}  // namespace tomosweep
