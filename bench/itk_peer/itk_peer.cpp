// The same work done by ITK, for bench/run: distance map and connected components of the phase grey <= THRESHOLD
// (below) or grey > THRESHOLD (above). Prints seconds of each as JSON; reading does not count. Usage: bench_itk_peer
// FILE.raw EDGE THRESHOLD below|above THREADS
#include <itkConnectedComponentImageFilter.h>
#include <itkImportImageFilter.h>
#include <itkMultiThreaderBase.h>
#include <itkSignedMaurerDistanceMapImageFilter.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

using image = itk::Image<std::uint8_t, 3>;
using float_image = itk::Image<float, 3>;
using label_image = itk::Image<std::uint32_t, 3>;

template <class Work>
double seconds_of(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// An image over `voxels`, which it does not own: 1 in the phase, else 0.
image::Pointer phase_of(std::vector<std::uint8_t>& voxels, std::size_t edge) {
    auto import = itk::ImportImageFilter<std::uint8_t, 3>::New();
    image::RegionType region;
    region.SetSize({edge, edge, edge});
    import->SetRegion(region);
    import->SetImportPointer(voxels.data(), voxels.size(), false);
    import->Update();
    return import->GetOutput();
}

double time_distance(const image::Pointer& phase) {
    auto filter = itk::SignedMaurerDistanceMapImageFilter<image, float_image>::New();
    filter->SetInput(phase);
    filter->SetSquaredDistance(true);
    filter->SetUseImageSpacing(false);
    filter->SetInsideIsPositive(true);
    return seconds_of([&] { filter->Update(); });
}

double time_labels(const image::Pointer& phase) {
    auto filter = itk::ConnectedComponentImageFilter<image, label_image>::New();
    filter->SetInput(phase);
    return seconds_of([&] { filter->Update(); });
}

}  // namespace

int main(int count, char** words) {
    if (count != 6)
        return 2;
    const auto edge = static_cast<std::size_t>(std::atoll(words[2]));
    const int threshold = std::atoi(words[3]);
    const bool below = std::string(words[4]) == "below";
    itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(static_cast<itk::ThreadIdType>(std::atoi(words[5])));
    std::vector<std::uint8_t> voxels(edge * edge * edge);
    std::ifstream file(words[1], std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(voxels.data()), static_cast<std::streamsize>(voxels.size())))
        return 3;
    for (std::uint8_t& voxel : voxels)
        voxel = (voxel <= threshold) == below ? 1 : 0;
    const image::Pointer phase = phase_of(voxels, edge);
    const double distance = time_distance(phase);
    const double labels = time_labels(phase);
    std::printf("{\"distance\": %.4f, \"labels\": %.4f}\n", distance, labels);
}
