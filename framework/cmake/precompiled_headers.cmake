# Parsing the headers of LibTorch takes most of the time of a typical source, so every target parses them once. Only
# headers of others are listed: a change of ours rebuilds what includes it, no more.
#
# mtt_precompile(<target> [TORCH] [HEADERS <header>...]): the target compiles its own precompiled header.
# mtt_precompile(<target> FROM <other>): it uses that of another target with the same compiler options and definitions.
set(MTT_STANDARD_HEADERS <algorithm> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <string> <vector>)

function(mtt_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "TORCH" "FROM" "HEADERS")
  if(ARG_FROM)
    target_precompile_headers(${target} REUSE_FROM ${ARG_FROM})
  else()
    target_precompile_headers(${target} PRIVATE ${ARG_HEADERS} $<$<BOOL:${ARG_TORCH}>:<ATen/TensorOperators.h$<ANGLE-R>>
                                                ${MTT_STANDARD_HEADERS})
  endif()
  # The first is for ccache; the others are warnings of code in std::string that GCC 12 takes for ours, and that cannot
  # happen (GCC bug 105651).
  target_compile_options(
    ${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess> $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>
                      $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>)
endfunction()
