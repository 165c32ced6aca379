// The backbone of a model, and every call into it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/backbone.h"
#include "plugin/plugin_call.h"

namespace mtt {

/// A backbone with its plugin's name. A model calls the backbone only through this class, so errors name the
/// plugin. `embed` and `layers` may be called from several threads at once.
class GuardedBackbone {
 public:
  GuardedBackbone(std::unique_ptr<Backbone> backbone, std::string plugin);

  const BackboneShape& shape() const { return shape_; }
  at::Tensor embed(const PackedBatch& batch) const;
  at::Tensor layers(const at::Tensor& hidden, const PackedBatch& batch, std::int64_t from,
                    std::int64_t to) const;
  std::vector<AdapterPlace> adapter_places();
  std::optional<WeightTarget> weight_target(std::string_view checkpoint_name) const;
  std::optional<HuggingFaceClasses> hugging_face_classes() const;

  /// Its parameters, mode and draws, which are no calls into the plugin.
  nn::Module& module() { return *backbone_; }
  const nn::Module& module() const { return *backbone_; }
  std::vector<nn::NamedParameter> parameters() const { return backbone_->parameters(); }

 private:
  PluginCall call(const char* doing) const { return {"backbone", plugin_, "", doing}; }

  std::unique_ptr<Backbone> backbone_;
  std::string plugin_;
  BackboneShape shape_;
};

}  // namespace mtt
