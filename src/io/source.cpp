#include "tomosweep/io/source.hpp"

#include "tomosweep/io/hdf5_scan.hpp"
#include "tomosweep/io/phantom_source.hpp"
#include "tomosweep/io/raw_scan.hpp"
#include "tomosweep/io/tiff_scan.hpp"
#include "tomosweep/io/vol_scan.hpp"

namespace tomosweep {
namespace {

std::unique_ptr<scan_source> open(const raw_source& source) {
    return open_raw(source);
}
std::unique_ptr<scan_source> open(const vol_source& source) {
    return open_vol(source);
}
std::unique_ptr<scan_source> open(const tiff_source& source) {
    return open_tiff(source);
}
std::unique_ptr<scan_source> open(const hdf5_source& source) {
    return open_hdf5(source);
}
std::unique_ptr<scan_source> open(const phantom_source& source) {
    return open_phantom(source);
}

}  // namespace

std::unique_ptr<scan_source> open_source(const source_spec& spec) {
    return std::visit([](const auto& source) { return open(source); }, spec);
}

}  // namespace tomosweep
