# LibTorch as one plain target, mtt_libtorch: its headers as system headers, its libraries, its ABI flag.
# TorchConfig's own interface flags (-D_GLIBCXX_USE_CXX11_ABI, RUNPATH entries) stay out of our targets otherwise.
# One for a whole project, whoever asks first.
if(TARGET mtt_libtorch)
  return()
endif()
find_package(Torch 2.13 REQUIRED)
get_filename_component(MTT_TORCH_LIBRARY_DIR "${TORCH_LIBRARY}" DIRECTORY)

add_library(mtt_libtorch INTERFACE)
target_include_directories(mtt_libtorch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_directories(mtt_libtorch INTERFACE ${MTT_TORCH_LIBRARY_DIR})
target_link_libraries(mtt_libtorch INTERFACE "-Wl,--no-as-needed" torch_cpu c10 "-Wl,--as-needed")
