// Finds plugins by name.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/registry.h"
#include "plugin/plugin_library.h"

namespace mtt {

/// The plugins of a list of folders, loaded when they are asked for: first the file that bears the name, then
/// all.
class PluginCatalog {
 public:
  /// The folders in the order of search. In an earlier folder a file hides one of the same name in a later
  /// folder.
  explicit PluginCatalog(std::vector<std::filesystem::path> folders);

  /// `first`, then MTT_PLUGIN_PATH (colon-separated), then <folder of libmtt.so>/mtt/plugins. Never the
  /// working directory; a relative folder, or one that is not there, throws Error.
  static std::vector<std::filesystem::path> search_folders(const std::vector<std::filesystem::path>& first);

  /// Not found throws Error with the nearest name of that kind, every folder, every plugin seen and every
  /// file that failed to load.
  BackbonePlugin backbone(const std::string& name);
  BackbonePlugin backbone_for(const std::string& model_type);
  HeadPlugin head(const std::string& name);
  HeadPlugin head_for(ProblemType type);
  WeightingPlugin weighting(const std::string& name);

  /// Loads all files of all folders; those that fail are kept in `failures()`.
  void load_all();
  /// Loads one file that the user named.
  const PluginLibrary& load_file(const std::filesystem::path& file);

  const std::vector<std::filesystem::path>& folders() const { return folders_; }
  const std::vector<PluginLibrary>& libraries() const { return libraries_; }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  template <class Find>
  auto find(const std::string& what, const std::string& file_stem, const Find& find_in,
            const std::function<std::vector<std::string>(const Registry&)>& names_in,
            const std::function<std::string(const Registry&)>& name_for_in = {})
      -> decltype(find_in(Registry()));
  const PluginLibrary* load(const std::filesystem::path& file);

  std::vector<std::filesystem::path> folders_;
  std::vector<PluginLibrary> libraries_;
  std::vector<std::filesystem::path> seen_;  ///< canonical paths, loaded or failed
  std::vector<std::string> failures_;
  Registry registry_;
  bool all_loaded_ = false;
};

}  // namespace mtt
