#include "tomosweep/campaign/grey_spec.hpp"

namespace tomosweep {

grey_tone tone_of(const grey_spec& grey) {
    grey_tone tone{grey.rings, {}, {}};
    if (grey.normalise && grey.normalise->line)
        tone.line = *grey.normalise->line;
    if (grey.window && grey.window->range)
        tone.window = {grey.window->range->dark, grey.window->range->bright, grey.window->bits};
    return tone;
}

dtype analysed_type(const grey_spec& grey, dtype source) {
    return !grey.window ? source : grey.window->bits == 8 ? dtype::uint8 : dtype::uint16;
}

}  // namespace tomosweep
