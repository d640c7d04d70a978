// Writes random runs, as they are (N.raw) and packed (N.zlib), into the folder given as argument, for zlib_witness.py.
#include <algorithm>
#include <fstream>
#include <span>
#include <string>

#include "support/random_runs.hpp"
#include "tomosweep/kernels/repeat_deflate.hpp"

namespace {

void write(const std::string& path, std::span<const std::byte> bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2)
        return 2;
    tomosweep::repeat_deflater packer;
    for (unsigned i = 0; i < 100; ++i) {
        const std::size_t planes = std::size_t{1} << i % 4;
        const auto bytes = tomosweep::support::random_runs(planes * (i < 10 ? i : 97 * i), 5 + i, i);
        const auto packed = packer.pack(bytes, planes, 64, 4096);
        if (packed.empty())
            return 1;
        const std::string place = std::string(argv[1]) + "/" + std::to_string(i);
        write(place + ".raw", bytes);
        write(place + ".zlib", packed);
    }
}
