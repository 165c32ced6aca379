// Parts made by plugins, with their failures named.
#pragma once

#include <memory>

#include "mtt/registry.h"

namespace mtt {

// Each calls a plugin's create function; an exception or a null result throws Error that names the plugin.

/// A backbone for a model's config.json, without weights.
std::unique_ptr<Backbone> make_backbone(const BackbonePlugin& plugin, const Value& config,
                                        const Options& options);
/// A head that knows no labels and has no parameters yet.
std::unique_ptr<Head> make_head(const HeadPlugin& plugin, const Options& options);
/// A weighting before `begin`.
std::unique_ptr<Weighting> make_weighting(const WeightingPlugin& plugin, const Options& options);

}  // namespace mtt
