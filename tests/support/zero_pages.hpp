#pragma once

#include <sys/mman.h>

#include <new>

#include "tomosweep/core/array.hpp"

namespace tomosweep::support {

/// A dense volume of zeros that takes memory only where it is written to: addresses beyond 2^32 voxels for the price of
/// the pages that a test touches. Reading maps the one page of zeros that all share.
template <class T>
class zero_pages {
public:
    explicit zero_pages(const extent3& extent)
        : extent_(extent), bytes_(static_cast<std::size_t>(voxel_count(extent)) * sizeof(T)) {
        void* const pages =
            ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (pages == MAP_FAILED)
            throw std::bad_alloc();
        // A huge page would take 2 MiB for one voxel.
        ::madvise(pages, bytes_, MADV_NOHUGEPAGE);
        data_ = static_cast<T*>(pages);
    }
    zero_pages(const zero_pages&) = delete;
    zero_pages& operator=(const zero_pages&) = delete;
    ~zero_pages() { ::munmap(data_, bytes_); }

    view3<T> view() const { return {data_, extent_}; }

private:
    extent3 extent_;
    std::size_t bytes_;
    T* data_ = nullptr;
};

}  // namespace tomosweep::support
