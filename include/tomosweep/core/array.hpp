#pragma once

#include <concepts>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "tomosweep/core/index.hpp"
#include "tomosweep/core/memory.hpp"

namespace tomosweep {

/// Non-owning view of a block of voxels in the order (z, y, x); rows are contiguous along x.
/// Strides are counted in elements, so a view can name a box inside a larger array.
template <class T>
class view3 {
public:
    using value_type = std::remove_const_t<T>;

    view3() = default;
    view3(T* data, extent3 extent) : view3(data, extent, extent.x, extent.y * extent.x) {}
    view3(T* data, extent3 extent, index_t row_stride, index_t plane_stride)
        : data_(data), extent_(extent), row_stride_(row_stride), plane_stride_(plane_stride) {}
    /// A view of mutable voxels is also a view of constant ones.
    template <class U>
    requires std::same_as<T, const U> view3(const view3<U>& other)  // NOLINT(google-explicit-constructor)
        : view3(other.data(), other.extent(), other.row_stride(), other.plane_stride()) {}

    T* data() const { return data_; }
    const extent3& extent() const { return extent_; }
    index_t voxels() const { return voxel_count(extent_); }
    index_t row_stride() const { return row_stride_; }
    index_t plane_stride() const { return plane_stride_; }
    /// True when the voxels stand behind each other without gaps.
    bool dense() const { return row_stride_ == extent_.x && plane_stride_ == extent_.y * extent_.x; }

    T* row(index_t z, index_t y) const { return data_ + z * plane_stride_ + y * row_stride_; }
    T& operator()(index_t z, index_t y, index_t x) const { return row(z, y)[x]; }
    T& operator[](const index3& index) const { return row(index.z, index.y)[index.x]; }

    /// The part of the view inside `box`, whose indices are relative to this view.
    view3 part(const box3& box) const {
        return box.empty() ? view3()
                           : view3(row(box.lo.z, box.lo.y) + box.lo.x, box.extent(), row_stride_, plane_stride_);
    }

private:
    T* data_ = nullptr;
    extent3 extent_;
    index_t row_stride_ = 0;
    index_t plane_stride_ = 0;
};

/// Copies voxel by voxel between two views of the same extent; local.
template <class T>
void copy(view3<const T> from, view3<T> to) {
    const extent3 extent = to.extent();
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y)
            std::memcpy(to.row(z, y), from.row(z, y), static_cast<std::size_t>(extent.x) * sizeof(T));
}

/// Owning dense volume, (z, y, x) with x fastest, 64-byte aligned, movable and not copyable.
/// The constructor without a value leaves the voxels uninitialised, so that the threads which fill them touch them
/// first. Its bytes are counted in memory_in_use(). Throws resource_error when memory cannot be had.
template <class T>
requires std::is_trivially_copyable_v<T>
class array3 {
public:
    array3() = default;
    explicit array3(extent3 extent) : extent_(extent), data_(allocate(voxel_count(extent))) {}
    array3(extent3 extent, T value) : array3(extent) { std::fill_n(data(), voxels(), value); }

    T* data() { return data_.get(); }
    const T* data() const { return data_.get(); }
    const extent3& extent() const { return extent_; }
    index_t voxels() const { return voxel_count(extent_); }
    std::span<T> values() { return {data(), static_cast<std::size_t>(voxels())}; }
    std::span<const T> values() const { return {data(), static_cast<std::size_t>(voxels())}; }

    view3<T> view() { return {data(), extent_}; }
    view3<const T> view() const { return {data(), extent_}; }
    T& operator()(index_t z, index_t y, index_t x) { return data()[linear_index({z, y, x}, extent_)]; }
    const T& operator()(index_t z, index_t y, index_t x) const { return data()[linear_index({z, y, x}, extent_)]; }

private:
    struct release {
        std::size_t bytes = 0;
        void operator()(T* data) const { release_bytes(data, bytes); }
    };
    using storage = std::unique_ptr<T[], release>;

    static storage allocate(index_t count) {
        const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
        return count > 0 ? storage(static_cast<T*>(allocate_bytes(bytes)), release{bytes}) : storage();
    }

    extent3 extent_;
    storage data_;
};

}  // namespace tomosweep
