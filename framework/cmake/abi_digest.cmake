# The generated header mtt/abi_digest.h holds a digest of all public headers, so that a plugin built against other
# headers is refused. Included, this file defines the target mtt_abi_digest and the folder MTT_GENERATED_INCLUDE;
# run with -P, it writes the header (HEADERS: the folder to digest, OUTPUT: the header to write).
if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB_RECURSE files RELATIVE ${HEADERS} ${HEADERS}/*.h)
  list(SORT files COMPARE STRING)
  set(listing "")
  foreach(file ${files})
    file(SHA256 ${HEADERS}/${file} hash)
    string(APPEND listing "${hash} ${file}\n")
  endforeach()
  string(SHA256 digest "${listing}")
  string(SUBSTRING ${digest} 0 16 digest)
  file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
// Generated: a digest of the public headers.
#pragma once

#define MTT_ABI_DIGEST "@digest@"
]])
  return()
endif()

set(MTT_GENERATED_INCLUDE ${PROJECT_BINARY_DIR}/generated/include)
file(GLOB_RECURSE MTT_PUBLIC_HEADERS CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/include/mtt/*.h)
add_custom_command(
  OUTPUT ${PROJECT_BINARY_DIR}/generated/abi_digest.stamp
  BYPRODUCTS ${MTT_GENERATED_INCLUDE}/mtt/abi_digest.h
  COMMAND ${CMAKE_COMMAND} -DHEADERS=${CMAKE_CURRENT_SOURCE_DIR}/include/mtt
          -DOUTPUT=${MTT_GENERATED_INCLUDE}/mtt/abi_digest.h -P ${CMAKE_CURRENT_LIST_FILE}
  COMMAND ${CMAKE_COMMAND} -E touch ${PROJECT_BINARY_DIR}/generated/abi_digest.stamp
  DEPENDS ${MTT_PUBLIC_HEADERS} ${CMAKE_CURRENT_LIST_FILE}
  COMMENT "Digest of the public headers"
  VERBATIM)
add_custom_target(mtt_abi_digest DEPENDS ${PROJECT_BINARY_DIR}/generated/abi_digest.stamp)
