#include "fuzz/fuzz.hpp"
#include "tomosweep/campaign/run_record.hpp"

using namespace tomosweep;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::scratch scratch;
    scratch.write("run.json", fuzz::text_of(data, size));
    fuzz::value_or_refusal([&] { read_record(scratch.folder()); });
    return 0;
}
