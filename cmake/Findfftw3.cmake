# fftw3::fftw3, double precision; the Debian package brings no CMake files of its own.
include(FindPackageHandleStandardArgs)
find_path(FFTW3_INCLUDE_DIR fftw3.h)
find_library(FFTW3_LIBRARY fftw3)
mark_as_advanced(FFTW3_INCLUDE_DIR FFTW3_LIBRARY)
find_package_handle_standard_args(fftw3 REQUIRED_VARS FFTW3_LIBRARY FFTW3_INCLUDE_DIR)
if(fftw3_FOUND AND NOT TARGET fftw3::fftw3)
  add_library(fftw3::fftw3 UNKNOWN IMPORTED)
  set_target_properties(fftw3::fftw3 PROPERTIES IMPORTED_LOCATION ${FFTW3_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${FFTW3_INCLUDE_DIR})
endif()
