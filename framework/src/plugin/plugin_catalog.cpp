#include "plugin/plugin_catalog.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>

#include "mtt/error.h"
#include "mtt/options.h"
#include "plugin/own_place.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

fs::path own_plugin_folder() {
  const fs::path folder = library_folder();
  return folder.empty() ? fs::path() : folder / "mtt" / "plugins";
}

std::vector<fs::path> libraries_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".so") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

bool is_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

template <class Plugin>
std::vector<std::string> names(const std::vector<Plugin>& plugins) {
  std::vector<std::string> all;
  for (const Plugin& plugin : plugins) all.push_back(plugin.name);
  return all;
}

/// The name of the plugin that other systems call so; "" where none is.
template <class Plugin>
std::string name_for(const std::vector<Plugin>& plugins, const std::string& word) {
  for (const Plugin& plugin : plugins)
    if (std::find(plugin.other_names.begin(), plugin.other_names.end(), word) != plugin.other_names.end())
      return plugin.name;
  return "";
}

}  // namespace

PluginCatalog::PluginCatalog(std::vector<fs::path> folders) : folders_(std::move(folders)) {}

std::vector<fs::path> PluginCatalog::search_folders(const std::vector<fs::path>& first) {
  std::vector<fs::path> folders = first;
  const char* variable = std::getenv("MTT_PLUGIN_PATH");
  std::string paths = variable ? variable : "";
  while (!paths.empty()) {
    const std::size_t end = std::min(paths.find(':'), paths.size());
    if (end > 0) folders.emplace_back(paths.substr(0, end));
    paths.erase(0, end + 1);
  }
  for (const fs::path& folder : folders) {
    if (!folder.is_absolute())
      throw Error("the plugin folder '" + folder.string() +
                  "' is a relative path; write an absolute one, so that the working directory does not "
                  "decide what is loaded");
    std::error_code error;
    if (!fs::is_directory(folder, error))
      throw Error(
          "the plugin folder '" + folder.string() +
          "' does not exist or is not a folder; correct --plugin-path, plugin_path or MTT_PLUGIN_PATH");
  }
  if (const fs::path own = own_plugin_folder(); !own.empty()) folders.push_back(own);
  return folders;
}

const PluginLibrary* PluginCatalog::load(const fs::path& file) {
  std::error_code error;
  fs::path canonical = fs::canonical(file, error);
  if (error) canonical = file;
  for (const PluginLibrary& library : libraries_)
    if (library.file == canonical) return &library;
  if (std::find(seen_.begin(), seen_.end(), canonical) != seen_.end()) return nullptr;
  seen_.push_back(canonical);

  PluginLibrary library = load_plugin(canonical);
  try {
    registry_.merge(library.registry);
  } catch (const Error& clash) {
    throw Error("plugin file '" + canonical.string() + "' cannot be used: " + clash.what() +
                "; rename it, or take one of the two files out of the search path");
  }
  libraries_.push_back(std::move(library));
  return &libraries_.back();
}

void PluginCatalog::load_all() {
  if (all_loaded_) return;
  all_loaded_ = true;
  std::set<fs::path> names;
  for (const fs::path& folder : folders_) {
    for (const fs::path& file : libraries_in(folder)) {
      if (!names.insert(file.filename()).second) continue;
      try {
        load(file);
      } catch (const Error& error) {
        failures_.emplace_back(error.what());
      }
    }
  }
}

const PluginLibrary& PluginCatalog::load_file(const fs::path& file) {
  const PluginLibrary* library = load(fs::absolute(file));
  if (!library) throw Error("plugin file '" + file.string() + "' failed to load before");
  return *library;
}

template <class Find>
auto PluginCatalog::find(const std::string& what, const std::string& file_stem, const Find& find_in,
                         const std::function<std::vector<std::string>(const Registry&)>& names_in,
                         const std::function<std::string(const Registry&)>& name_for_in)
    -> decltype(find_in(Registry())) {
  if (const auto found = find_in(registry_)) return found;
  if (is_name(file_stem)) {
    for (const fs::path& folder : folders_) {
      const fs::path file = folder / (file_stem + ".so");
      std::error_code error;
      if (!fs::exists(fs::symlink_status(file, error))) continue;
      load(file);
      if (const auto found = find_in(registry_)) return found;
      break;
    }
  }
  load_all();
  if (const auto found = find_in(registry_)) return found;

  const std::vector<std::string> known = names_in(registry_);
  const std::string own = name_for_in ? name_for_in(registry_) : "";
  const std::string near = own.empty() ? nearest(file_stem, known) : own;
  std::string message = "no plugin has the " + what;
  if (!near.empty()) message += "; did you mean '" + near + "'?";
  std::string names, folders;
  for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
  for (const fs::path& folder : folders_) folders += (folders.empty() ? "" : ", ") + folder.string();
  message += (near.empty() ? "; expected one of " : " The available ones are ") +
             (names.empty() ? "none" : names) + ", from plugins in " + folders +
             "; give the folder of another plugin with --plugin-path";
  for (const std::string& failure : failures_) message += "\nNot loaded: " + failure;
  throw Error(message);
}

BackbonePlugin PluginCatalog::backbone(const std::string& name) {
  return *find(
      "backbone '" + name + "'", name, [&](const Registry& registry) { return registry.backbone(name); },
      [](const Registry& registry) { return names(registry.backbones()); });
}

BackbonePlugin PluginCatalog::backbone_for(const std::string& model_type) {
  return *find(
      "backbone for model_type '" + model_type + "'", model_type,
      [&](const Registry& registry) { return registry.backbone_for(model_type); },
      [](const Registry& registry) {
        std::vector<std::string> types;
        for (const BackbonePlugin& plugin : registry.backbones())
          types.insert(types.end(), plugin.model_types.begin(), plugin.model_types.end());
        return types;
      });
}

HeadPlugin PluginCatalog::head(const std::string& name) {
  return *find(
      "head '" + name + "'", name, [&](const Registry& registry) { return registry.head(name); },
      [](const Registry& registry) { return names(registry.heads()); },
      [&](const Registry& registry) { return name_for(registry.heads(), name); });
}

HeadPlugin PluginCatalog::head_for(ProblemType type) {
  return *find(
      "head for a classifier of transformers", "",
      [&](const Registry& registry) { return registry.head_for(type); },
      [](const Registry& registry) { return names(registry.heads()); });
}

WeightingPlugin PluginCatalog::weighting(const std::string& name) {
  return *find(
      "weighting '" + name + "'", name, [&](const Registry& registry) { return registry.weighting(name); },
      [](const Registry& registry) { return names(registry.weightings()); },
      [&](const Registry& registry) { return name_for(registry.weightings(), name); });
}

}  // namespace mtt
