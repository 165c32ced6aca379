# mtt_unity(<target>): the sources of a folder are compiled together, up to 24 at a time, which takes half the processor
# time of one by one. Names in unnamed namespaces must differ within a folder. MTT_UNITY=OFF compiles each source
# alone: faster where one source is edited again and again, and compile_commands.json has every source.
function(mtt_unity target)
  if(NOT MTT_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(SORT sources)
  foreach(source ${sources})
    get_filename_component(folder ${source} DIRECTORY)
    math(EXPR count_${folder} "0${count_${folder}} + 1")
    math(EXPR part "(${count_${folder}} - 1) / 24")
    string(MAKE_C_IDENTIFIER "${folder}_${part}" group)
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
