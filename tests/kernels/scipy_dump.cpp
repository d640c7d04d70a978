// Writes one random class volume and what the kernels make of it as raw files into the folder given as argument, for
// scipy_witness.py to compare.
#include <fstream>
#include <string>

#include "support/phase_volumes.hpp"
#include "tomosweep/kernels/distance.hpp"
#include "tomosweep/kernels/label.hpp"

namespace {

template <class T>
void write(const std::string& path, const tomosweep::array3<T>& volume) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(volume.data()),
               static_cast<std::streamsize>(volume.values().size_bytes()));
}

}  // namespace

int main(int argc, char** argv) {
    using namespace tomosweep;
    if (argc != 2)
        return 2;
    const std::string folder = argv[1];
    const auto volume = support::blobs({31, 47, 133}, 60, 7, 17);
    const extent3 extent = volume.classes.extent();
    const auto classes = volume.classes.view();
    write(folder + "/classes.raw", volume.classes);
    write(folder + "/distance.raw", squared_distance(classes, 0));
    write(folder + "/labels_6.raw", label_components(classes, 0, connectivity::six, whole(extent), extent));
    write(folder + "/labels_26.raw", label_components(classes, 0, connectivity::twentysix, whole(extent), extent));
}
