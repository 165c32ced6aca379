# LibTorch as one plain target, mtt_libtorch: its headers as system headers, its libraries, its ABI flag.
# TorchConfig's own interface flags (-D_GLIBCXX_USE_CXX11_ABI, RUNPATH entries) stay out of our targets otherwise.
find_package(Torch 2.13 REQUIRED)
get_filename_component(MTT_TORCH_LIBRARY_DIR "${TORCH_LIBRARY}" DIRECTORY)
get_target_property(MTT_TORCH_INCLUDES torch INTERFACE_INCLUDE_DIRECTORIES)

add_library(mtt_libtorch INTERFACE)
target_include_directories(mtt_libtorch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_directories(mtt_libtorch INTERFACE ${MTT_TORCH_LIBRARY_DIR})
target_link_libraries(mtt_libtorch INTERFACE "-Wl,--no-as-needed" torch_cpu c10 "-Wl,--as-needed")

set(CMAKE_BUILD_RPATH ${MTT_TORCH_LIBRARY_DIR})
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib;$ORIGIN/../..;${MTT_TORCH_LIBRARY_DIR}")
