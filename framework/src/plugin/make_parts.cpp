#include "plugin/make_parts.h"

#include "mtt/error.h"
#include "plugin/plugin_call.h"

namespace mtt {
namespace {

template <class Make>
auto made_by(const PluginCall& call, const Make& make) -> decltype(make()) {
  auto made = call_plugin(call, make);
  if (!made)
    throw Error("the " + std::string(call.kind) + " '" + std::string(call.name) +
                "' was not created; its create function returned null");
  return made;
}

}  // namespace

std::unique_ptr<Backbone> make_backbone(const BackbonePlugin& plugin, const Value& config,
                                        const Options& options) {
  return made_by({"backbone", plugin.name, "", "create"}, [&] { return plugin.create(config, options); });
}

std::unique_ptr<Head> make_head(const HeadPlugin& plugin, const Options& options) {
  return made_by({"head", plugin.name, "", "create"}, [&] { return plugin.create(options); });
}

std::unique_ptr<Weighting> make_weighting(const WeightingPlugin& plugin, const Options& options) {
  return made_by({"weighting", plugin.name, "", "create"}, [&] { return plugin.create(options); });
}

}  // namespace mtt
