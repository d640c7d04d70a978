/// Preloaded under sanitizers: libraries stay until the end. Open MPI unloads its components at MPI_Finalize while a
/// thread of theirs may still be on its way out, which ends in a wild jump on a busy machine, and reports need the
/// names of what ran.
extern "C" int dlclose(void*) {
    return 0;
}
