#include "mtt/backbone.h"

namespace mtt {

Backbone::~Backbone() = default;

std::vector<AdapterPlace> Backbone::adapter_places() { return {}; }

std::optional<HuggingFaceClasses> Backbone::hugging_face_classes() const { return std::nullopt; }

std::vector<AdapterPlace> places_of_layers(const std::vector<LayerProjections>& layers) {
  std::vector<AdapterPlace> places;
  std::int64_t number = 0;
  for (const LayerProjections& layer : layers) {
    const std::int64_t size = layer.qkv.out() / 3;
    places.push_back({"attention.query", number, &layer.qkv, 0, size});
    places.push_back({"attention.key", number, &layer.qkv, size, size});
    places.push_back({"attention.value", number, &layer.qkv, 2 * size, size});
    places.push_back({"attention.output", number, &layer.attention_output, 0, layer.attention_output.out()});
    places.push_back({"ffn.intermediate", number, &layer.intermediate, 0, layer.intermediate.out()});
    places.push_back({"ffn.output", number, &layer.output, 0, layer.output.out()});
    ++number;
  }
  return places;
}

}  // namespace mtt
