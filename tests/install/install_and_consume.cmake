cmake_minimum_required(VERSION 3.25)

# run(command...) stops the test with the command's output when it fails.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " line)
    message(FATAL_ERROR "${line}\nended with ${status}:\n${text}")
  endif()
endfunction()

set(prefix ${scratch}/prefix)
file(REMOVE_RECURSE ${scratch})

run(${CMAKE_COMMAND} --install ${build} --prefix ${prefix})
run(${CMAKE_COMMAND} -S ${consumer} -B ${scratch}/build -G ${generator} -D CMAKE_PREFIX_PATH=${prefix}
  -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_C_COMPILER=${c_compiler})
run(${CMAKE_COMMAND} --build ${scratch}/build)
run(${scratch}/build/consumer)
if(has_program)
  run(${prefix}/bin/tomosweep --version)
  foreach(folder jobs sweeps slurm/sites)
    if(NOT IS_DIRECTORY ${prefix}/share/tomosweep/${folder})
      message(FATAL_ERROR "${folder}/ was not installed")
    endif()
  endforeach()
endif()
