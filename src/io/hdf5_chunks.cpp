#include "hdf5_chunks.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <optional>

#include "tomosweep/kernels/deflate.hpp"

namespace tomosweep::io {
namespace {

constexpr std::size_t most_chunk_bytes = std::size_t{64} << 20;

std::vector<H5Z_filter_t> filters_of(const hdf5_id& creation) {
    std::vector<H5Z_filter_t> filters(static_cast<std::size_t>(std::max(0, H5Pget_nfilters(creation.get()))));
    for (unsigned i = 0; H5Z_filter_t & filter : filters) {
        unsigned flags = 0;
        std::size_t parameters = 0;
        filter = H5Pget_filter2(creation.get(), i++, &flags, &parameters, nullptr, 0, nullptr, nullptr);
    }
    return filters;
}

/// Of all axes of a dataset of chunks, three at least.
std::vector<hsize_t> edges_of_chunks(const hdf5_id& creation) {
    std::vector<hsize_t> edges(H5S_MAX_RANK);
    edges.resize(static_cast<std::size_t>(std::max(3, H5Pget_chunk(creation.get(), H5S_MAX_RANK, edges.data()))));
    return edges;
}

extent3 last_three(const std::vector<hsize_t>& edges) {
    const auto last = edges.end() - 3;
    return {static_cast<index_t>(last[0]), static_cast<index_t>(last[1]), static_cast<index_t>(last[2])};
}

}  // namespace

extent3 grain_of(const hdf5_id& dataset) {
    const hdf5_id creation(H5Dget_create_plist(dataset.get()), H5Pclose);
    return H5Pget_layout(creation.get()) == H5D_CHUNKED ? last_three(edges_of_chunks(creation)) : extent3{1, 1, 1};
}

/// What one thread works with.
class chunk_reader::worker {
public:
    worker(const chunk_reader& reader, const hdf5_id& dataset) : reader_(reader), dataset_(dataset) {}

    /// Reads the chunk whose first voxel is `lo` and copies what it shares with `box`. False when that cannot be done.
    bool copy_chunk(const index3& lo, const box3& box, std::byte* to) noexcept {
        try {
            bool loaded = false;
            // HDF5 lets one thread in at a time.
#pragma omp critical(tomosweep_hdf5)
            loaded = load(lo);
            if (!loaded || !inflate())
                return false;
            place(lo, box, to);
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }

private:
    std::size_t values() const {
        return static_cast<std::size_t>(voxel_count(reader_.chunk_));
    }

    // An exception may not leave the critical section.
    bool load(const index3& lo) noexcept try {
        std::vector<hsize_t> offset(reader_.leading_axes_, 0);
        for (const index_t start : {lo.z, lo.y, lo.x})
            offset.push_back(static_cast<hsize_t>(start));
        hsize_t bytes = 0;
        if (H5Dget_chunk_storage_size(dataset_.get(), offset.data(), &bytes) < 0 || bytes == 0 ||
            bytes > 2 * most_chunk_bytes)
            return false;
        packed_.resize(static_cast<std::size_t>(bytes));
        std::uint32_t skipped_filters = 0;
        return H5Dread_chunk(dataset_.get(), H5P_DEFAULT, offset.data(), &skipped_filters, packed_.data()) >= 0 &&
               skipped_filters == 0;
    } catch (const std::exception&) {
        return false;
    }

    bool inflate() {
        if (!packer_)
            packer_.emplace();
        inflated_.resize(values() * reader_.voxel_bytes_);
        return packer_->unpack(packed_, reader_.voxel_bytes_, reader_.shuffled_, inflated_);
    }

    void place(const index3& lo, const box3& box, std::byte* to) const {
        const auto size = static_cast<index_t>(reader_.voxel_bytes_);
        const box3 shared = intersection({lo, lo + reader_.chunk_}, box);
        const auto row_bytes = static_cast<std::size_t>(shared.extent().x * size);
        for (index_t z = shared.lo.z; z < shared.hi.z; ++z)
            for (index_t y = shared.lo.y; y < shared.hi.y; ++y) {
                const index3 row{z, y, shared.lo.x};
                std::memcpy(to + linear_index(row - box.lo, box.extent()) * size,
                            inflated_.data() + linear_index(row - lo, reader_.chunk_) * size, row_bytes);
            }
    }

    const chunk_reader& reader_;
    const hdf5_id& dataset_;
    std::optional<chunk_packer> packer_;
    std::vector<std::byte> packed_, inflated_;
};

chunk_reader::chunk_reader(const hdf5_id& dataset, dtype type) : voxel_bytes_(bytes_per_voxel(type)) {
    const hdf5_id creation(H5Dget_create_plist(dataset.get()), H5Pclose);
    const hdf5_id stored(H5Dget_type(dataset.get()), H5Tclose);
    if (H5Pget_layout(creation.get()) != H5D_CHUNKED || H5Tequal(stored.get(), hdf5_memory_type(type)) <= 0)
        return;
    const std::vector<H5Z_filter_t> filters = filters_of(creation);
    shuffled_ = filters == std::vector<H5Z_filter_t>{H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE};
    if (!shuffled_ && filters != std::vector<H5Z_filter_t>{H5Z_FILTER_DEFLATE})
        return;
    const std::vector<hsize_t> edges = edges_of_chunks(creation);
    leading_axes_ = edges.size() - 3;
    chunk_ = last_three(edges);
    const bool flat = std::all_of(edges.begin(), edges.end() - 3, [](hsize_t edge) { return edge == 1; });
    // Chunks have fewer than 2^32 bytes, so the product of their edges cannot overflow.
    usable_ = flat && static_cast<std::size_t>(voxel_count(chunk_)) * voxel_bytes_ <= most_chunk_bytes;
}

bool chunk_reader::read(const hdf5_id& dataset, const box3& box, std::byte* to) const {
    const auto chunk_at = [&](const index3& voxel) {
        return index3{voxel.z / chunk_.z, voxel.y / chunk_.y, voxel.x / chunk_.x};
    };
    const index3 one{1, 1, 1};
    const box3 chunks{chunk_at(box.lo), chunk_at(box.hi - one) + one};
    const extent3 count = chunks.extent();
    std::atomic<bool> whole{true};
#pragma omp parallel
    {
        worker own(*this, dataset);
#pragma omp for schedule(dynamic)
        for (index_t i = 0; i < voxel_count(count); ++i) {
            const index3 at = chunks.lo + index3{i / (count.y * count.x), i / count.x % count.y, i % count.x};
            if (whole && !own.copy_chunk({at.z * chunk_.z, at.y * chunk_.y, at.x * chunk_.x}, box, to))
                whole = false;
        }
    }
    return whole;
}

}  // namespace tomosweep::io
