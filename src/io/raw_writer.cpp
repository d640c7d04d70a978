#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "tomosweep/io/scan_writer.hpp"
#include "tomosweep/io/voxel_block.hpp"

namespace tomosweep {
namespace {

class raw_writer final : public scan_writer {
public:
    raw_writer(const std::string& path, const scan_layout& layout)
        : scan_writer(path, layout),
          descriptor_(::open(temporary().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
        if (descriptor_ < 0)
            fail(std::strerror(errno));
    }
    ~raw_writer() override {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }

private:
    void write(const grey_volume& slab, index_t) override {
        std::span<const std::byte> bytes = io::bytes_of(slab);
        std::vector<std::byte> swapped;
        if (io::foreign(layout().order)) {
            swapped.assign(bytes.begin(), bytes.end());
            io::swap_byte_order(swapped, bytes_per_voxel(layout().type));
            bytes = swapped;
        }
        while (!bytes.empty()) {
            const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                fail(std::strerror(errno));
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }

    void close() override {
        if (::close(std::exchange(descriptor_, -1)) != 0)
            fail(std::strerror(errno));
    }

    int descriptor_;
};

}  // namespace

std::unique_ptr<scan_writer> io::create_raw(const std::string& path, const scan_layout& layout) {
    return std::make_unique<raw_writer>(path, layout);
}

}  // namespace tomosweep
