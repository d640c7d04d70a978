#include <string>

#include "sample_archive.hpp"
#include "tomosweep/archive/netcdf_file.hpp"

// write_sample FILE: leaves a small archive for readers.py to open.
int main(int argc, char** argv) {
    if (argc != 2)
        return 2;
    tomosweep::write_netcdf(argv[1], tomosweep::test::sample_shard("ref-c01", 1));
    return 0;
}
