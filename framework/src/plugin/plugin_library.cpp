#include "plugin/plugin_library.h"

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <cstring>
#include <vector>

#include "mtt/error.h"
#include "mtt/plugin.h"
#include "plugin/elf_file.h"
#include "plugin/load_limit.h"
#include "plugin/plugin_call.h"

namespace mtt {
namespace {

namespace dll = boost::dll;
constexpr char kDescriptor[] = "mtt_plugin_info";

// Never destroyed, so nothing is ever unloaded.
std::vector<dll::shared_library>& loaded_libraries() {
  static auto& libraries = *new std::vector<dll::shared_library>;
  return libraries;
}

dll::shared_library& open(const std::filesystem::path& file, const std::string& who) {
  try {
    return loaded_libraries().emplace_back(file, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::exception& error) {
    throw Error(who + " cannot be loaded: " + error.what());
  }
}

}  // namespace

PluginLibrary load_plugin(const std::filesystem::path& file) {
  const std::string name = file.string(), who = "plugin file '" + name + "'";
  check_shared_library(file);
  const PluginCall call{"plugin file", name, "", "loading"};
  const PluginScope scope(call);
  const LoadLimit limit(name);
  dll::shared_library& library = open(file, who);
  if (!library.has(kDescriptor)) {
    throw Error(who + " exports no " + kDescriptor +
                "; write MTT_PLUGIN(\"name\", \"version\", function) in one of its sources");
  }
  const auto& info = library.get<const PluginInfo>(kDescriptor);
  if (info.layout != kPluginLayout) {
    throw Error(who + " has a descriptor of layout " + std::to_string(info.layout) +
                "; this mtt reads layout " + std::to_string(kPluginLayout) +
                "; rebuild the plugin against this mtt");
  }
  if (info.abi_tag == nullptr || std::strcmp(info.abi_tag, MTT_ABI_TAG) != 0) {
    throw Error(who + " was built against another mtt, LibTorch or compiler; rebuild it.\n  plugin: " +
                std::string(info.abi_tag ? info.abi_tag : "(none)") + "\n  mtt:    " + MTT_ABI_TAG);
  }
  if (info.name == nullptr || *info.name == '\0' || info.version == nullptr ||
      info.register_plugin == nullptr)
    throw Error(who +
                " has a descriptor without a name, version or register function; write it with MTT_PLUGIN");

  PluginLibrary plugin{file, info.name, info.version, {}};
  try {
    info.register_plugin(plugin.registry);
  } catch (const std::exception& error) {
    throw Error(who + " failed to register: " + error.what());
  } catch (...) {
    throw Error(who + " failed to register: it threw something that is not a std::exception");
  }
  return plugin;
}

}  // namespace mtt
