#include "plugin/own_place.h"

#include <dlfcn.h>

#include <system_error>

namespace fs = std::filesystem;

namespace mtt {

fs::path library_folder() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&library_folder), &info) == 0 || info.dli_fname == nullptr)
    return {};
  std::error_code error;
  const fs::path library = fs::canonical(info.dli_fname, error);
  return error ? fs::path() : library.parent_path();
}

}  // namespace mtt
