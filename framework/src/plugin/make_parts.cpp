#include "plugin/make_parts.h"

#include "mtt/error.h"

namespace mtt {
namespace {

template <class Make>
auto named(const std::string& who, const Make& make) -> decltype(make()) {
  decltype(make()) made;
  try {
    made = make();
  } catch (const Error& error) {
    throw Error(error.what());  // it speaks of the user's configuration already
  } catch (const std::exception& error) {
    throw Error(who + " failed: " + error.what());
  } catch (...) {
    throw Error(who + " failed: it threw something that is no std::exception");
  }
  if (!made) throw Error(who + " made nothing; its create function returned null");
  return made;
}

}  // namespace

std::unique_ptr<Backbone> make_backbone(const BackbonePlugin& plugin, const Value& config,
                                        const Options& options) {
  return named("the backbone plugin '" + plugin.name + "'", [&] { return plugin.create(config, options); });
}

std::unique_ptr<Head> make_head(const HeadPlugin& plugin, const Options& options) {
  return named("the head plugin '" + plugin.name + "'", [&] { return plugin.create(options); });
}

std::unique_ptr<Weighting> make_weighting(const WeightingPlugin& plugin, const Options& options) {
  return named("the weighting plugin '" + plugin.name + "'", [&] { return plugin.create(options); });
}

}  // namespace mtt
