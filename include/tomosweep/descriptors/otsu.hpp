#pragma once

#include <span>
#include <vector>

#include "tomosweep/core/histogram.hpp"

namespace tomosweep {

/// Otsu's threshold (Otsu 1979): the grey level t, the centre of a bin, for which the classes grey <= t and grey > t
/// have the largest variance between them; the lowest such t. The same as skimage.filters.threshold_otsu on the same
/// bins. Exact up to the rounding of doubles. Throws input_error unless at least two bins are occupied. Cost: one pass
/// over the bins.
double otsu(const grey_histogram& histogram);

/// Thresholds of multi-Otsu (Liao, Chen & Chung 2001), ascending, classes - 1 of them: class k is t_(k-1) < grey <=
/// t_k, with the largest variance between classes, found by dynamic programming; the lowest thresholds among equals.
/// Exact for up to 1024 occupied bins. Of more, neighbours are first joined by equal numbers until 1024 or fewer groups
/// are left: thresholds then fall on the last bin of a group, while the classes' means stay those of the full
/// histogram. Throws input_error when `classes` is not 2 to 6, or more than the occupied bins. Cost: classes * bins^2,
/// a few ms at most.
std::vector<double> multi_otsu(const grey_histogram& histogram, int classes);

/// Separability eta: variance between the classes that the ascending `thresholds` make, over the total variance; 0 when
/// a threshold parts nothing, 1 when every class has a single grey level. Throws input_error unless two bins are
/// occupied.
double separability(const grey_histogram& histogram, std::span<const double> thresholds);

/// Sum of histograms. With equal first grey level and step the counts are added bin by bin, and the longest decides the
/// number of bins. Otherwise all go to a common grid from the lowest to the highest bin edge of any, with the finest
/// step of any unless that would need more than 65536 bins; a bin's count then goes as a whole to the bin that holds
/// its centre. Throws input_error when there is no histogram.
grey_histogram pooled(std::span<const grey_histogram> histograms);

}  // namespace tomosweep
