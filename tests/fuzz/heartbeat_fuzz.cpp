#include "fuzz/fuzz.hpp"
#include "tomosweep/campaign/heartbeat.hpp"

using namespace tomosweep;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::scratch scratch;
    scratch.write("heartbeat.json", fuzz::text_of(data, size));
    for (const heartbeat& beat : read_heartbeats(scratch.folder()))
        is_alive(beat, 1'800'000'000);
    return 0;
}
