// The registry of backbones, heads and weightings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mtt/backbone.h"
#include "mtt/export.h"
#include "mtt/head.h"
#include "mtt/weighting.h"

namespace mtt {

/// Backbones, heads and weightings by name. A plugin receives an empty registry to fill.
class MTT_API Registry {
 public:
  /// An empty or ill-formed name, a name, model type or problem type that already exists for its
  /// kind, or a missing `create` throws Error.
  void add(BackbonePlugin plugin);
  void add(HeadPlugin plugin);
  void add(WeightingPlugin plugin);

  /// Adds all entries of another registry, or none: throws Error if a name already exists.
  void merge(Registry other);

  /// The entry of a name, model type or problem type; nullptr if there is none.
  const BackbonePlugin* backbone(std::string_view name) const;
  const BackbonePlugin* backbone_for(std::string_view model_type) const;
  const HeadPlugin* head(std::string_view name) const;
  const HeadPlugin* head_for(ProblemType type) const;
  const WeightingPlugin* weighting(std::string_view name) const;

  const std::vector<BackbonePlugin>& backbones() const { return backbones_; }
  const std::vector<HeadPlugin>& heads() const { return heads_; }
  const std::vector<WeightingPlugin>& weightings() const { return weightings_; }

 private:
  std::vector<BackbonePlugin> backbones_;
  std::vector<HeadPlugin> heads_;
  std::vector<WeightingPlugin> weightings_;
};

}  // namespace mtt
