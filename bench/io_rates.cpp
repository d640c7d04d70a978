// Question: how near do the field writer and the readers of scans come to plain MPI-IO on the same bytes, with the
// files in the page cache (warm) and on the disk (cold)? Run: mpirun -n RANKS bench_io_rates [--gib 1] [--folder .]
// [--repeats 3] [--json FILE] Last result: docs/performance.md, "Input and output".
#include <fcntl.h>
#include <fmt/format.h>
#include <mpi.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tomosweep/archive/field_file.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/dataset.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/grid/domain.hpp"
#include "tomosweep/io/scan_writer.hpp"

namespace tomosweep {
namespace {

constexpr index_t edge = 1024;
constexpr std::size_t call_bytes = std::size_t{256} << 20;  // what one call of MPI-IO moves

struct rate {
    std::string what, cache;
    double gigabytes = 0;
    std::vector<double> seconds;

    double best() const { return gigabytes / *std::min_element(seconds.begin(), seconds.end()); }
    double median() const {
        std::vector<double> sorted = seconds;
        std::nth_element(sorted.begin(), sorted.begin() + std::ssize(sorted) / 2, sorted.end());
        return gigabytes / sorted[sorted.size() / 2];
    }
    double worst() const { return gigabytes / *std::max_element(seconds.begin(), seconds.end()); }
};

void require_done(int code, const char* call) {
    if (code != MPI_SUCCESS)
        throw mpi_error(std::string(call) + " failed");
}

/// Smooth noise as in a reconstructed scan, dark along thin waves; a few bits per voxel cannot be compressed.
std::uint8_t grey_at(const index3& at, std::uint32_t noise) {
    const auto folded = (at.x + 9 * ((at.y + at.z) / 16 % 8)) % 32;
    const auto rough = static_cast<int>(noise % 16 + (noise >> 8) % 16 + (noise >> 16) % 16) - 24;
    return static_cast<std::uint8_t>((folded < 4 ? 60 : 150) + rough);
}

template <class T, class Value>
array3<T> filled(const box3& box, const Value& value) {
    array3<T> voxels(box.extent());
    const extent3 extent = box.extent();
#pragma omp parallel for
    for (index_t z = 0; z < extent.z; ++z) {
        std::minstd_rand random(static_cast<unsigned>(box.lo.z + z + 1));
        for (index_t y = 0; y < extent.y; ++y)
            for (index_t x = 0; x < extent.x; ++x)
                voxels(z, y, x) = value(box.lo + index3{z, y, x}, static_cast<std::uint32_t>(random()));
    }
    return voxels;
}

class io_bench {
public:
    io_bench(const communicator& ranks, index_t layers, const std::string& folder, int repeats)
        : ranks_(ranks),
          extent_{layers, edge, edge},
          grid_(ranks, decomposition(extent_, {ranks.size(), 1, 1})),
          folder_(folder),
          repeats_(repeats) {}

    void run() {
        write_all();
        read_all();
    }

    const std::vector<rate>& rates() const { return rates_; }
    /// Bytes in the file per byte of a field.
    const std::map<std::string, double>& sizes() const { return sizes_; }

private:
    std::string file(const std::string& name) const { return (std::filesystem::path(folder_) / name).string(); }
    index_t voxels() const { return voxel_count(extent_); }

    /// Seconds of the slowest rank.
    double timed(const std::function<void()>& step) const {
        ranks_.barrier();
        const auto start = std::chrono::steady_clock::now();
        step();
        return ranks_.max(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }

    rate& row(const std::string& what, const std::string& cache, index_t bytes) {
        for (rate& each : rates_)
            if (each.what == what && each.cache == cache)
                return each;
        return rates_.emplace_back(rate{what, cache, static_cast<double>(bytes) / 1e9, {}});
    }

    // ---- writing; "file" ends with the last write call, "disk" when the file is durable under its name

    /// The first turn finds cold caches and fresh memory everywhere; it does not count.
    void turns(const std::function<void()>& turn) {
        const std::size_t before = rates_.size();
        turn();
        for (std::size_t i = before; i < rates_.size(); ++i)
            rates_[i].seconds.clear();
        for (int repeat = 0; repeat < repeats_; ++repeat)
            turn();
    }

    void write_all() {
        const auto grey = filled<std::uint8_t>(grid_.own(), grey_at);
        const auto mask = filled<std::uint8_t>(grid_.own(), [](const index3& at, std::uint32_t noise) -> std::uint8_t {
            return grey_at(at, noise) < 105;
        });
        const index_t part = extent_.z / 8;  // labels take eight bytes a voxel, so an eighth of the layers
        const domain eighth(ranks_, decomposition({part, edge, edge}, {ranks_.size(), 1, 1}));
        const auto label = filled<std::uint64_t>(eighth.own(), [](const index3& at, std::uint32_t noise) {
            return grey_at(at, noise) < 105 ? static_cast<std::uint64_t>(at.x / 32 * 32 + 1) : std::uint64_t{0};
        });
        const domain quarter(ranks_, decomposition({2 * part, edge, edge}, {ranks_.size(), 1, 1}));
        const auto thickness = filled<distance_sq_t>(quarter.own(), [](const index3& at, std::uint32_t noise) {
            return grey_at(at, noise) < 105 ? static_cast<distance_sq_t>(4 + (at.y / 5 * 7 + at.z / 3) % 50) : 0U;
        });
        turns([&] {
            write_plain(grey.view());
            write_field("field, thickness", quarter, thickness.view());
            write_field("field, mask", grid_, mask.view());
            write_field("field, labels", eighth, label.view());
        });
    }

    void write_plain(view3<const std::uint8_t> own) {
        MPI_File handle = MPI_FILE_NULL;
        const std::string path = file("plain.raw");
        if (ranks_.root())
            std::filesystem::remove(path);
        ranks_.barrier();
        const double written = timed([&] {
            require_done(
                MPI_File_open(ranks_.handle(), path.c_str(), MPI_MODE_CREATE | MPI_MODE_WRONLY, MPI_INFO_NULL, &handle),
                "MPI_File_open");
            in_calls(own.voxels(), [&](MPI_Offset at, std::size_t offset, int count) {
                return MPI_File_write_at_all(handle, at, own.data() + offset, count, MPI_BYTE, MPI_STATUS_IGNORE);
            });
        });
        const double synced = timed([&] {
            MPI_File_sync(handle);
            MPI_File_close(&handle);
        });
        row("write, plain MPI-IO", "file", voxels()).seconds.push_back(written);
        row("write, plain MPI-IO", "disk", voxels()).seconds.push_back(written + synced);
    }

    template <class T>
    void write_field(const std::string& what, const domain& grid, view3<const T> own) {
        const std::string path = file("field.h5");
        field_layout layout;
        layout.extent = grid.volume();
        layout.groups = {{"", {100}, {{"field", field_type_of<T>(), "1", "a field"}}}};
        if (ranks_.root())
            std::filesystem::remove(path);
        std::unique_ptr<shard_writer> shard;
        const double written = timed([&] {
            shard = std::make_unique<shard_writer>(ranks_, path, layout);
            shard->write("", "field", 0, grid.own(), own);
        });
        const double synced = timed([&] { shard->finish({}); });
        const index_t bytes = voxel_count(grid.volume()) * static_cast<index_t>(sizeof(T));
        row("write, " + what, "file", bytes).seconds.push_back(written);
        row("write, " + what, "disk", bytes).seconds.push_back(written + synced);
        if (ranks_.root())
            sizes_[what] = static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(bytes);
    }

    /// Calls of MPI-IO for `bytes` bytes that follow those of the ranks before.
    template <class Call>
    void in_calls(index_t bytes, const Call& call) const {
        const MPI_Offset first = linear_index(grid_.own().lo, extent_);
        const std::int64_t calls = ranks_.max(static_cast<std::int64_t>((bytes + call_bytes - 1) / call_bytes));
        for (std::int64_t i = 0; i < calls; ++i) {
            const std::size_t offset =
                std::min(static_cast<std::size_t>(i) * call_bytes, static_cast<std::size_t>(bytes));
            const std::size_t count = std::min(call_bytes, static_cast<std::size_t>(bytes) - offset);
            require_done(call(first + static_cast<MPI_Offset>(offset), offset, static_cast<int>(count)), "MPI-IO");
        }
    }

    // ---- reading

    void read_all() {
        const std::map<std::string, source_spec> scans{{"raw", raw_source{file("plain.raw"), extent_}},
                                                       {"HDF5", hdf5_source{file("plain.h5"), ""}},
                                                       {"HDF5, deflated chunks", hdf5_source{file("small.h5"), ""}},
                                                       {"TIFF", tiff_source{file("plain.tif")}},
                                                       {"TIFF, deflated strips", tiff_source{file("small.tif")}}};
        if (ranks_.root()) {
            make_scan(scan_format::hdf5, "plain.h5", false);
            make_scan(scan_format::hdf5, "small.h5", true);
            make_scan(scan_format::tiff, "plain.tif", false);
            make_scan(scan_format::tiff, "small.tif", true);
        }
        ranks_.barrier();
        turns([&] {
            for (const std::string cache : {"warm", "cold"}) {
                read("read, plain MPI-IO", cache, "plain.raw", [&] { read_plain(); });
                for (const auto& [name, source] : scans)
                    read("read, " + name, cache, path_of(source), [&, spec = &source] {
                        const auto scan = open_source(*spec);
                        (void)scan->read(grid_.own());
                    });
            }
        });
    }

    static std::string path_of(const source_spec& source) {
        if (const auto* raw = std::get_if<raw_source>(&source))
            return raw->path;
        if (const auto* hdf5 = std::get_if<hdf5_source>(&source))
            return hdf5->path;
        return std::get<tiff_source>(source).path;
    }

    void make_scan(scan_format format, const std::string& name, bool deflate) const {
        const auto writer = create_scan(format, file(name), {.shape = extent_, .deflate = deflate});
        const index_t step = 64;
        for (index_t z = 0; z < extent_.z; z += step)
            writer->append(filled<std::uint8_t>({{z, 0, 0}, {std::min(z + step, extent_.z), edge, edge}}, grey_at));
        writer->finish();
    }

    void read_plain() const {
        array3<std::uint8_t> own(grid_.own().extent());
        MPI_File handle = MPI_FILE_NULL;
        require_done(MPI_File_open(ranks_.handle(), file("plain.raw").c_str(), MPI_MODE_RDONLY, MPI_INFO_NULL, &handle),
                     "MPI_File_open");
        in_calls(own.voxels(), [&](MPI_Offset at, std::size_t offset, int count) {
            return MPI_File_read_at_all(handle, at, own.data() + offset, count, MPI_BYTE, MPI_STATUS_IGNORE);
        });
        MPI_File_close(&handle);
    }

    void read(const std::string& what, const std::string& cache, const std::string& path,
              const std::function<void()>& step) {
        const std::string place = path.front() == '/' ? path : file(path);
        if (ranks_.root())
            prepare(place, cache == "cold");
        const double seconds = timed(step);
        row(what, cache, voxels()).seconds.push_back(seconds);
    }

    /// Puts a file out of the page cache, or into it.
    static void prepare(const std::string& path, bool cold) {
        const int descriptor = ::open(path.c_str(), O_RDONLY);
        if (cold) {
            ::fdatasync(descriptor);
            ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
        } else {
            std::vector<char> bytes(std::size_t{16} << 20);
            while (::read(descriptor, bytes.data(), bytes.size()) > 0) {
            }
        }
        ::close(descriptor);
    }

    const communicator& ranks_;
    extent3 extent_;
    domain grid_;
    std::string folder_;
    int repeats_;
    std::vector<rate> rates_;
    std::map<std::string, double> sizes_;
};

/// The rate of plain MPI-IO that a row is measured against.
const rate& plain(const std::vector<rate>& rates, const rate& row) {
    const std::string kind = row.what.substr(0, row.what.find(','));
    return *std::find_if(rates.begin(), rates.end(), [&](const rate& each) {
        return each.what == kind + ", plain MPI-IO" && each.cache == row.cache;
    });
}

void print(const std::vector<rate>& rates, const std::map<std::string, double>& sizes, int ranks) {
    fmt::print("{} ranks; GB/s of voxels, worst / median / best\n", ranks);
    for (const rate& each : rates)
        fmt::print("{:<28} {:<5} {:6.2f} GB {:7.2f} /{:7.2f} /{:7.2f}  {:5.0f} % of plain\n", each.what, each.cache,
                   each.gigabytes, each.worst(), each.median(), each.best(),
                   100 * each.median() / plain(rates, each).median());
    for (const auto& [what, share] : sizes)
        fmt::print("{}: {:.3f} bytes in the file per byte of voxels\n", what, share);
}

void write_json(const std::string& path, const std::vector<rate>& rates, const std::map<std::string, double>& sizes,
                int ranks) {
    nlohmann::json rows;
    for (const rate& each : rates)
        rows.push_back({{"what", each.what},
                        {"cache", each.cache},
                        {"gigabytes", each.gigabytes},
                        {"seconds", each.seconds},
                        {"share_of_plain", each.median() / plain(rates, each).median()}});
    std::ofstream(path) << nlohmann::json{{"ranks", ranks}, {"rates", rows}, {"file_bytes_per_byte", sizes}}.dump(1)
                        << '\n';
}

int run(int argc, char** argv) {
    std::map<std::string, std::string> given{{"--gib", "1"}, {"--folder", "."}, {"--repeats", "3"}, {"--json", ""}};
    for (int i = 1; i + 1 < argc; i += 2)
        given.at(argv[i]) = argv[i + 1];
    const auto ranks = communicator::world();
    std::string folder = (std::filesystem::path(given["--folder"]) / fmt::format("io-rates-{}", ::getpid())).string();
    ranks.broadcast(folder);
    if (ranks.root())
        std::filesystem::create_directories(folder);
    io_bench bench(ranks, static_cast<index_t>(1024 * std::stod(given["--gib"])), folder,
                   std::stoi(given["--repeats"]));
    bench.run();
    ranks.barrier();
    if (!ranks.root())
        return 0;
    std::filesystem::remove_all(folder);
    print(bench.rates(), bench.sizes(), ranks.size());
    if (!given["--json"].empty())
        write_json(given["--json"], bench.rates(), bench.sizes(), ranks.size());
    return 0;
}

}  // namespace
}  // namespace tomosweep

int main(int argc, char** argv) {
    const tomosweep::mpi_environment environment(argc, argv);
    return tomosweep::run(argc, argv);
}
