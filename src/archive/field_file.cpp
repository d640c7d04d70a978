#include "tomosweep/archive/field_file.hpp"

#include <unistd.h>

#include <algorithm>

#include "field_skeleton.hpp"
#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/archive/xdmf.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

using namespace archive;

constexpr std::int64_t almost_full = std::int64_t{16} << 20;

// MPI-IO drops the reason of a failed write on its way up, so the disk itself is asked.
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

// Layers per transfer: whole chunks where one fits, so that no chunk is written twice.
index_t layers_per_transfer(const field_layout& layout, const extent3& extent, field_type type) {
    const index_t layer_bytes = std::max<index_t>(1, extent.y * extent.x * bytes_of(type));
    const index_t layers = std::max<index_t>(1, layout.transfer_bytes / layer_bytes);
    const index_t chunk = chunk_extent(layout.extent).z;
    return layers < chunk ? layers : layers / chunk * chunk;
}

// Cuts [lo, hi) at multiples of `layers` counted from the volume's first layer, not from the box.
std::vector<std::pair<index_t, index_t>> slabs_of(const box3& box, index_t layers) {
    std::vector<std::pair<index_t, index_t>> slabs;
    if (box.empty())
        return slabs;
    for (index_t lo = box.lo.z; lo < box.hi.z;) {
        const index_t hi = std::min(box.hi.z, (lo / layers + 1) * layers);
        slabs.emplace_back(lo, hi);
        lo = hi;
    }
    return slabs;
}

}  // namespace

struct shard_writer::state {
    state(const communicator& all, std::string target, field_layout fields)
        : ranks(all), path(std::move(target)), layout(std::move(fields)), check(path) {}

    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state();

    void open();
    void write_slab(const std::string& place, index_t threshold, const box3& box, std::pair<index_t, index_t> layers,
                    const block& voxels) const;
    const field_declaration& declared(const std::string& phase, const std::string& field, index_t threshold) const;

    const communicator& ranks;
    std::string path;
    field_layout layout;
    checker check;
    std::string partial;  ///< rank 0's choice, on all ranks; empty when there is nothing to remove
    file_handle file;
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
        const property_handle access = file_access(check);
        check(H5Pset_fapl_mpio(access.id(), ranks.handle(), MPI_INFO_NULL), "use MPI-IO");
        check(H5Pset_coll_metadata_write(access.id(), true), "write metadata collectively");
        file = file_handle(check(H5Fopen(partial.c_str(), H5F_ACC_RDWR, access.id()), "open with all ranks"));
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

void shard_writer::state::write_slab(const std::string& place, index_t threshold, const box3& box,
                                     std::pair<index_t, index_t> layers, const block& voxels) const {
    const dataset_handle dataset(check(H5Dopen2(file.id(), place.c_str(), H5P_DEFAULT), "open a field"));
    const space_handle in_file(check(H5Dget_space(dataset.id()), "read a shape"));
    // Views of dense volumes have whole rows between their planes, so the memory is a box within a box.
    const index_t row = std::max<index_t>(1, voxels.row_stride);
    const index_t depth = layers.second - layers.first;
    const space_handle in_memory = make_space(
        check, {static_cast<hsize_t>(std::max<index_t>(1, depth)),
                static_cast<hsize_t>(std::max<index_t>(1, voxels.plane_stride / row)), static_cast<hsize_t>(row)});
    const auto* data = static_cast<const std::byte*>(voxels.data);
    if (depth > 0) {
        const std::array<hsize_t, 4> start{static_cast<hsize_t>(threshold), static_cast<hsize_t>(layers.first),
                                           static_cast<hsize_t>(box.lo.y), static_cast<hsize_t>(box.lo.x)};
        const std::array<hsize_t, 4> count{1, static_cast<hsize_t>(depth), static_cast<hsize_t>(voxels.extent.y),
                                           static_cast<hsize_t>(voxels.extent.x)};
        const std::array<hsize_t, 3> origin{};
        check(H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
              "select a box");
        check(H5Sselect_hyperslab(in_memory.id(), H5S_SELECT_SET, origin.data(), nullptr, count.data() + 1, nullptr),
              "select a box");
        data += (layers.first - box.lo.z) * voxels.plane_stride * bytes_of(voxels.type);
    } else {
        check(H5Sselect_none(in_file.id()), "select nothing");
        check(H5Sselect_none(in_memory.id()), "select nothing");
    }
    const property_handle transfer(check(H5Pcreate(H5P_DATASET_XFER), "create transfer properties"));
    check(H5Pset_dxpl_mpio(transfer.id(), H5FD_MPIO_COLLECTIVE), "write collectively");
    check(H5Dwrite(dataset.id(), file_type(voxels.type), in_memory.id(), in_file.id(), transfer.id(), data),
          "write a field");
    std::uint32_t own = 0, all = 0;
    check(H5Pget_mpio_no_collective_cause(transfer.id(), &own, &all), "ask how a field was written");
    require(all == H5D_MPIO_COLLECTIVE, "fields are written collectively");
}

shard_writer::shard_writer(const communicator& ranks, std::string path, field_layout layout)
    : state_(std::make_unique<state>(ranks, std::move(path), std::move(layout))) {
    state_->open();
}

shard_writer::~shard_writer() = default;

void shard_writer::write_voxels(const std::string& phase, const std::string& field, index_t threshold, const box3& box,
                                const block& voxels) {
    state& shard = *state_;
    std::vector<std::pair<index_t, index_t>> slabs;
    agreed(shard.ranks, [&] {
        require(shard.declared(phase, field, threshold).type == voxels.type, "the field has the declared type");
        require(box.extent() == voxels.extent && intersection(box, whole(shard.layout.extent)) == box,
                "the box of a field has the extent of its voxels and lies inside the volume");
        require(box.empty() || voxels.plane_stride % voxels.row_stride == 0, "planes are whole rows apart");
        slabs = slabs_of(box, layers_per_transfer(shard.layout, voxels.extent, voxels.type));
    });
    const auto transfers = shard.ranks.max(static_cast<std::int64_t>(slabs.size()));
    slabs.resize(static_cast<std::size_t>(transfers), {0, 0});
    const std::string place = field_place(phase, field);
    for (const auto& slab : slabs) {
        const index_t layer_bytes = voxels.extent.y * voxels.extent.x * bytes_of(voxels.type);
        const auto bytes = shard.ranks.sum(static_cast<std::int64_t>((slab.second - slab.first) * layer_bytes));
        // A rank whose part of a collective write fails would leave the others waiting inside HDF5, hence the question
        // before: even incompressible voxels must fit.
        agreed(shard.ranks, [&] {
            if (shard.ranks.root())
                reserve_space(shard.partial, shard.path, bytes + almost_full / 4);
        });
        agreed(shard.ranks,
               [&] { explained(shard.path, [&] { shard.write_slab(place, threshold, box, slab, voxels); }); });
    }
    shard.written.insert({place, threshold});
}

void shard_writer::finish(const data_group& root) {
    state& shard = *state_;
    agreed(shard.ranks, [&] {
        explained(shard.path, [&] {
            shard.check(H5Fflush(shard.file.id(), H5F_SCOPE_GLOBAL), "flush");
            shard.check(shard.file.close() ? 0 : -1, "close");
        });
    });
    agreed(shard.ranks, [&] {
        if (!shard.ranks.root())
            return;
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
