#include "tomosweep/io/tiff_scan.hpp"

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <mutex>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/slice_names.hpp"
#include "tomosweep/io/tiff_file.hpp"

namespace tomosweep {
namespace {

// Of one file; each takes a hundred bytes of memory before any pixel is read.
constexpr index_t most_slices = 1 << 20;

std::string text_of(const io::tiff_page& page) {
    return fmt::format("{} x {} pixels (y, x), {}", page.shape.y, page.shape.x, name_of(page.type));
}

/// What keeps `page` of `file` from being a slice like `first`; empty when nothing does.
std::string misfit(const file_identity& file, const io::tiff_page& page, const io::tiff_page& first) {
    const std::string place = fmt::format("{}: page {}: found ", file.path, page.number + 1);
    if (page.shape != first.shape || page.type != first.type)
        return fmt::format("{}{}; accepted: {} as in the first slice", place, text_of(page), text_of(first));
    if (page.data_end > file.bytes)
        return fmt::format(
            "{}pixels up to byte {} of a file of {} bytes; accepted: a whole file, this one is truncated", place,
            page.data_end, file.bytes);
    return {};
}

/// What pages and stacks have in common: a size, a type, and slices read one by one.
class tiff_slices : public scan_source {
public:
    extent3 extent() const override { return {slice_count(), first_.shape.y, first_.shape.x}; }
    dtype type() const override { return first_.type; }
    std::optional<double> voxel_size_um() const override { return voxel_size_um_; }
    std::vector<file_identity> files() const override { return files_; }

    grey_volume read(const box3& box) const override {
        grey_volume grey = make_grey(first_.type, box.extent());
        if (!box.empty())
            read_slices(box, io::bytes_of(grey).data());
        io::require_finite(grey, box, [this](index_t z) { return place_of(z); });
        return grey;
    }

protected:
    virtual index_t slice_count() const = 0;
    virtual void read_slices(const box3& box, std::byte* to) const = 0;
    virtual io::slice_place place_of(index_t z) const = 0;

    /// Calls read_slice(z, where it goes) for all slices of the box, on all threads. Throws what the lowest slice
    /// throws.
    template <class ReadSlice>
    void in_threads(const box3& box, std::byte* to, const ReadSlice& read_slice) const {
        const index_t plane_bytes =
            box.extent().y * box.extent().x * static_cast<index_t>(bytes_per_voxel(first_.type));
        std::atomic<index_t> failed{box.hi.z};
        std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic)
        for (index_t z = box.lo.z; z < box.hi.z; ++z)
            try {
                if (z < failed)
                    read_slice(z, to + (z - box.lo.z) * plane_bytes);
            } catch (...) {
#pragma omp critical(tomosweep_tiff_failure)
                if (z < failed) {
                    failed = z;
                    failure = std::current_exception();
                }
            }
        if (failure)
            std::rethrow_exception(failure);
    }
    void require_alike(const file_identity& file, const io::tiff_page& page) const {
        if (page.shape != first_.shape || page.type != first_.type)
            throw input_error(file.path, fmt::format("page {}", page.number + 1), text_of(page),
                              text_of(first_) + " as in the first slice");
    }

    std::vector<file_identity> files_;
    io::tiff_page first_;
    std::optional<double> voxel_size_um_;
};

/// One file with a page per slice.
class tiff_pages final : public tiff_slices {
public:
    explicit tiff_pages(const file_identity& path) {
        files_.push_back(path);
        idle_.push_back(std::make_unique<io::tiff_file>(path));
        io::tiff_file& file = *idle_.front();
        const auto imagej = file.imagej();
        do
            pages_.push_back(file.page());
        while (file.next());
        first_ = pages_.front();
        images_ = slice_count();
        if (imagej)
            believe(*imagej);
    }

    std::vector<std::string> problems() const override {
        std::vector<std::string> found;
        for (const io::tiff_page& page : pages_)
            if (std::string problem = misfit(files_.front(), page, first_); !problem.empty())
                found.push_back(std::move(problem));
        if (images_ != slice_count())
            found.push_back(fmt::format("{}: found {} pages; accepted: the {} slices that ImageJ's description states",
                                        files_.front().path, slice_count(), images_));
        return found;
    }

private:
    /// Takes what ImageJ's description says about the whole stack.
    void believe(const io::imagej_description& imagej) {
        // A stack of slices may be said to be one of channels or frames; tifffile does so by default.
        if ((imagej.channels > 1) + (imagej.slices > 1) + (imagej.frames > 1) > 1)
            throw input_error(files_.front().path, "ImageJ's description",
                              fmt::format("a hyperstack of {} channels, {} slices and {} frames", imagej.channels,
                                          imagej.slices, imagej.frames),
                              "slices only; save every channel and frame as a stack of its own");
        voxel_size_um_ = imagej.voxel_size_um;
        images_ = imagej.images;
        if (pages_.size() == 1 && images_ > 1 && first_.data_offset)
            add_slices_without_directory();
    }

    /// A single page may be followed by slices that have no directory of their own, one behind the other.
    void add_slices_without_directory() {
        if (images_ > most_slices)
            throw input_error(files_.front().path, "ImageJ's description", fmt::format("{} slices", images_),
                              fmt::format("at most {} slices", most_slices));
        const index_t bytes = io::voxel_block{first_.shape, first_.type}.bytes();
        const index_t present = (files_.front().bytes - *first_.data_offset) / bytes;
        if (present < images_)
            throw input_error(files_.front().path, "ImageJ's description",
                              fmt::format("{} slices in a file that has room for {}", images_, present),
                              "a whole file; this one is truncated");
        for (index_t z = 1; z < images_; ++z) {
            io::tiff_page page = first_;
            page.number = z;
            page.data_offset = *first_.data_offset + z * bytes;
            page.data_end = first_.data_end + z * bytes;
            pages_.push_back(page);
        }
    }

    extent3 grain() const override { return first_.grain; }
    index_t slice_count() const override { return static_cast<index_t>(pages_.size()); }

    void read_slices(const box3& box, std::byte* to) const override {
        const io::input_file unchanged(files_.front());
        in_threads(box, to, [&](index_t z, std::byte* plane) {
            const io::tiff_page& page = pages_[static_cast<std::size_t>(z)];
            require_alike(files_.front(), page);
            std::unique_ptr<io::tiff_file> file = borrow();
            if (!page.data_offset)
                file->go_to(page);
            file->read(page, box, plane);
            const std::lock_guard lock(mutex_);
            idle_.push_back(std::move(file));
        });
    }

    /// A handle that has seen all pages goes to any of them at once; a fresh one makes libtiff walk there, hence they
    /// are kept.
    std::unique_ptr<io::tiff_file> borrow() const {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                std::unique_ptr<io::tiff_file> file = std::move(idle_.back());
                idle_.pop_back();
                return file;
            }
        }
        return std::make_unique<io::tiff_file>(files_.front());
    }

    io::slice_place place_of(index_t z) const override {
        return {files_.front().path, fmt::format("page {}", pages_[static_cast<std::size_t>(z)].number + 1)};
    }

    std::vector<io::tiff_page> pages_;
    mutable std::mutex mutex_;
    mutable std::vector<std::unique_ptr<io::tiff_file>> idle_;
    index_t images_ = 0;  // that the file says it has
};

/// A file per slice.
class tiff_stack final : public tiff_slices {
public:
    explicit tiff_stack(const std::vector<std::string>& paths) : paths_(paths) {
        for (const std::string& path : paths)
            files_.push_back(io::identify(path));
        const io::tiff_file file(files_.front());
        first_ = file.page();
        if (const auto imagej = file.imagej())
            voxel_size_um_ = imagej->voxel_size_um;
    }

    std::vector<std::string> problems() const override {
        std::vector<std::string> found = io::numbering_problems(paths_);
        for (const file_identity& slice : files_)
            try {
                io::tiff_file file(slice);
                if (std::string problem = misfit(slice, file.page(), first_); !problem.empty())
                    found.push_back(std::move(problem));
                if (file.next())
                    found.push_back(slice.path + ": found several pages; accepted: one slice per file in a stack");
            } catch (const input_error& problem) {
                found.emplace_back(problem.what());
            }
        return found;
    }

private:
    extent3 grain() const override { return first_.shape; }
    index_t slice_count() const override { return static_cast<index_t>(files_.size()); }

    void read_slices(const box3& box, std::byte* to) const override {
        in_threads(box, to, [&](index_t z, std::byte* plane) {
            const file_identity& slice = files_[static_cast<std::size_t>(z)];
            const io::tiff_file file(slice);
            const io::tiff_page page = file.page();
            require_alike(slice, page);
            file.read(page, box, plane);
        });
    }

    io::slice_place place_of(index_t z) const override { return {files_[static_cast<std::size_t>(z)].path, ""}; }

    std::vector<std::string> paths_;
};

}  // namespace

std::unique_ptr<scan_source> open_tiff(const tiff_source& source) {
    const std::vector<std::string> paths = io::matching_files(source.path);
    std::unique_ptr<scan_source> scan;
    if (paths.size() == 1)
        scan = std::make_unique<tiff_pages>(io::identify(paths.front()));
    else
        scan = std::make_unique<tiff_stack>(paths);
    io::require_countable(scan->extent(), source.path, "");
    return scan;
}

}  // namespace tomosweep
