#include "fuzz/fuzz.hpp"
#include "tomosweep/campaign/lock_record.hpp"

using namespace tomosweep;

/// A lock that anybody may have put into the folder, met by a run and by an array part.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::scratch scratch;
    static const lock_record run = lock_of_this_process(lock_role::run, "c");
    static const lock_record shard = lock_of_this_process(lock_role::shard, "c", 1, 3);
    scratch.write(".lock-n1-12-1", fuzz::text_of(data, size));
    for (const lock_file& lock : locks_in(scratch.folder())) {
        life_of(lock, run);
        if (!lock.record)
            continue;
        exclude(*lock.record, run);
        exclude(*lock.record, shard);
        sentence(*lock.record);
        lock_text(*lock.record, lock.beats);
    }
    return 0;
}
