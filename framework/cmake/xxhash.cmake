# xxHash 0.8 or newer, the first version whose XXH3 is final. Its header is compiled in, so that nothing is linked. Sets
# XXHASH_INCLUDE_DIR.
find_path(XXHASH_INCLUDE_DIR xxhash.h)
if(XXHASH_INCLUDE_DIR)
  file(STRINGS ${XXHASH_INCLUDE_DIR}/xxhash.h parts REGEX "define XXH_VERSION_(MAJOR|MINOR|RELEASE) +[0-9]+")
  string(REGEX MATCHALL "[0-9]+" parts "${parts}")
  list(JOIN parts . version)
else()
  set(version "none")
endif()
if(NOT version VERSION_GREATER_EQUAL 0.8)
  unset(XXHASH_INCLUDE_DIR CACHE)
  message(FATAL_ERROR "xxhash.h of xxHash 0.8 or newer is needed; found: ${version}. Install libxxhash-dev (Debian, Ubuntu), "
                      "or set CMAKE_PREFIX_PATH to its prefix.")
endif()
