// Where this library lies.
#pragma once

#include <filesystem>

namespace mtt {

/// The folder of libmtt.so, links followed: <prefix>/lib; empty where it cannot be told.
std::filesystem::path library_folder();

}  // namespace mtt
