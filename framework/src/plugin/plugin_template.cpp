#include "plugin/plugin_template.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "io/file.h"
#include "io/new_directory.h"
#include "mtt/error.h"
#include "plugin/own_place.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = 1u << 20;
/// Names of targets that CMake keeps for itself, or that LibTorch brings.
const std::set<std::string> kTaken = {"all",    "clean", "help",         "install", "package",
                                      "test",   "torch", "torch_cpu",    "c10",     "edit_cache",
                                      "caffe2", "mtt",   "rebuild_cache"};

void check_name(const std::string& name) {
  const bool fine =
      !name.empty() && name[0] >= 'a' && name[0] <= 'z' && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      });
  if (!fine)
    throw Error("'" + name +
                "' is not a valid name for a new plugin; use lower-case letters, digits and '_', beginning "
                "with a letter");
  if (kTaken.contains(name))
    throw Error("'" + name + "' is a name that CMake or LibTorch uses; give another");
}

/// "word_count" → "WordCount"
std::string title_of(const std::string& name) {
  std::string title;
  bool begins = true;
  for (const char c : name) {
    if (c == '_') {
      begins = true;
      continue;
    }
    title += begins && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = false;
  }
  return title;
}

std::string filled(std::string text, const std::string& name) {
  for (const auto& [mark, value] : {std::pair{std::string("@NAME@"), name}, {"@TITLE@", title_of(name)}})
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size())
      text.replace(at, mark.size(), value);
  return text;
}

}  // namespace

void write_plugin_project(const std::string& kind, const std::string& name, const fs::path& directory) {
  check_name(name);
  const fs::path templates = library_folder().parent_path() / "share" / "mtt" / "templates";
  std::error_code error;
  if (!fs::is_directory(templates / kind, error))
    throw Error("the template '" + (templates / kind).string() +
                "' is missing; it is installed with mtt, so install mtt again");
  NewDirectory target(directory);
  for (const char* part : {"common", kind.c_str()})
    for (const fs::directory_entry& entry : fs::directory_iterator(templates / part))
      write_file_atomically(target.folder() / filled(entry.path().filename().string(), name),
                            filled(read_file(entry.path(), kMostBytes), name));
  target.commit();
}

}  // namespace mtt
