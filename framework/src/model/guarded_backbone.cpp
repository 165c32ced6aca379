#include "model/guarded_backbone.h"

#include <utility>

namespace mtt {

GuardedBackbone::GuardedBackbone(std::unique_ptr<Backbone> backbone, std::string plugin)
    : backbone_(std::move(backbone)),
      plugin_(std::move(plugin)),
      shape_(call_plugin(call("shape"), [&] { return backbone_->shape(); })) {}

at::Tensor GuardedBackbone::embed(const PackedBatch& batch) const {
  return call_plugin(call("embed"), [&] { return backbone_->embed(batch); });
}

at::Tensor GuardedBackbone::layers(const at::Tensor& hidden, const PackedBatch& batch, std::int64_t from,
                                   std::int64_t to) const {
  return call_plugin(call("layers"), [&] { return backbone_->layers(hidden, batch, from, to); });
}

std::vector<AdapterPlace> GuardedBackbone::adapter_places() {
  return call_plugin(call("adapter_places"), [&] { return backbone_->adapter_places(); });
}

std::optional<WeightTarget> GuardedBackbone::weight_target(std::string_view checkpoint_name) const {
  return call_plugin(call("weight_target"), [&] { return backbone_->weight_target(checkpoint_name); });
}

std::optional<HuggingFaceClasses> GuardedBackbone::hugging_face_classes() const {
  return call_plugin(call("hugging_face_classes"), [&] { return backbone_->hugging_face_classes(); });
}

}  // namespace mtt
