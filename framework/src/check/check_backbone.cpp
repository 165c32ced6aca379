#include "check/check_backbone.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <set>

#include "check/samples.h"
#include "freeze/frontier.h"
#include "model/parameter_name.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"

namespace mtt {
namespace {

constexpr double kTolerance = 1e-4;
const std::vector<std::int64_t> kWordsPerText = {4, 1, 7, 7, 2};

Value small_config(const BackbonePlugin& plugin) {
  return Value::Table{{"model_type", plugin.model_types.empty() ? plugin.name : plugin.model_types.front()},
                      {"vocab_size", 100},
                      {"hidden_size", 32},
                      {"num_hidden_layers", 3},
                      {"num_attention_heads", 4},
                      {"intermediate_size", 48},
                      {"max_position_embeddings", 64},
                      {"type_vocab_size", 2},
                      {"layer_norm_eps", 1e-12},
                      {"hidden_act", "gelu"},
                      {"hidden_dropout_prob", 0.1},
                      {"attention_probs_dropout_prob", 0.0},
                      {"pad_token_id", 0}};
}

class BackboneCheck {
 public:
  BackboneCheck(std::unique_ptr<Backbone> backbone, ContractReport& report)
      : backbone_(std::move(backbone)), report_(report) {}

  void run();

 private:
  at::Tensor last(const PackedBatch& batch) const {
    return backbone_->layers(backbone_->embed(batch), batch, 0, backbone_->shape().layers);
  }
  void check_names() const;
  void check_states() const;
  void check_layers() const;
  void check_neighbours() const;
  void check_gradients();
  void check_dropout();
  void check_places();
  void check_classes() const;

  std::unique_ptr<Backbone> backbone_;
  ContractReport& report_;
  SampleBatch sample_{kWordsPerText};
};

void BackboneCheck::check_names() const {
  std::set<std::string> names;
  const std::int64_t layers = backbone_->shape().layers;
  for (const auto& [name, tensor] : backbone_->parameters()) {
    require(tensor.scalar_type() == at::kFloat, "the parameter '" + name + "' is not float32");
    require(names.insert(name).second, "two parameters are named '" + name + "'");
    require(name.starts_with("embeddings.") || name.starts_with("layers."),
            "the parameter '" + name +
                "' begins neither with 'embeddings.' nor with 'layers.'; freeze "
                "policies depend on these names");
    if (name.starts_with("layers."))
      require(layer_of_parameter(name) >= 0 && layer_of_parameter(name) < layers,
              "the parameter '" + name + "' belongs to no layer from 0 to " + std::to_string(layers - 1));
  }
}

void BackboneCheck::check_states() const {
  const at::NoGradGuard no_grad;
  const BackboneShape& shape = backbone_->shape();
  require(shape.hidden > 0 && shape.vocabulary > 0 && shape.layers >= 0,
          "shape() has no hidden size or no vocabulary");
  const auto check = [&](const at::Tensor& states) {
    require(states.dim() == 2 && states.size(0) == sample_.batch.tokens() && states.size(1) == shape.hidden,
            "hidden states have another shape than [tokens, hidden]");
    require(states.scalar_type() == at::kFloat, "hidden states are not float32");
    require(states.isfinite().all().item<bool>(), "hidden states are not finite");
  };
  check(backbone_->embed(sample_.batch));
  check(last(sample_.batch));
  require(distance(last(sample_.batch), last(sample_.batch)) == 0,
          "two passes over the same tokens differ; random draws are allowed only in training mode");
}

void BackboneCheck::check_layers() const {
  const at::NoGradGuard no_grad;
  const PackedBatch& batch = sample_.batch;
  at::Tensor hidden = backbone_->embed(batch);
  const at::Tensor start = hidden.clone();
  for (std::int64_t layer = 0; layer < backbone_->shape().layers; ++layer)
    hidden = backbone_->layers(hidden.clone(), batch, layer, layer + 1);
  require(distance(hidden, last(batch)) < kTolerance,
          "layers(0, depth) differs from calls layer by layer; freezing and caching divide the encoder "
          "between layers");
  const at::Tensor given = start.clone();
  backbone_->layers(given, batch, 0, backbone_->shape().layers);
  require(distance(given, start) == 0, "layers() writes into its input; heads on lower layers read it too");
  require(distance(backbone_->layers(start.clone(), batch, 0, 0), start) == 0,
          "layers(0, 0) changes its input");
}

void BackboneCheck::check_neighbours() const {
  const at::NoGradGuard no_grad;
  const PackedBatch& batch = sample_.batch;
  const at::Tensor together = last(batch);
  for (std::int64_t s = 0; s < batch.size(); ++s)
    require(
        distance(last(batch.part(s, 1)), together.narrow(0, batch.offsets[s], batch.length(s))) < kTolerance,
        "a sentence's hidden states depend on the other sentences of the batch");
}

void BackboneCheck::check_gradients() {
  const at::Tensor expected = [&] {
    const at::NoGradGuard no_grad;
    return last(sample_.batch);
  }();
  std::vector<at::Tensor> inputs;
  std::vector<std::string> names;
  for (auto& [name, tensor] : backbone_->parameters()) {
    tensor.set_requires_grad(true);
    inputs.push_back(tensor);
    names.push_back(name);
  }
  const at::Tensor states = last(sample_.batch);
  require(distance(states.detach(), expected) < kTolerance,
          "hidden states with and without gradients differ");
  if (inputs.empty()) return;
  const at::Tensor weights = sample_values(states.sizes(), 5);
  const auto gradients =
      torch::autograd::grad({(states * weights).sum()}, inputs, {}, false, false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    require(gradients[i].defined(), "no gradient reaches the parameter '" + names[i] + "'");
    require(gradients[i].isfinite().all().item<bool>(),
            "the gradient on the parameter '" + names[i] + "' is not finite");
  }
  for (at::Tensor& tensor : inputs) tensor.set_requires_grad(false);
}

void BackboneCheck::check_dropout() {
  const at::NoGradGuard no_grad;
  const at::Tensor still = last(sample_.batch);
  backbone_->train(true);
  backbone_->set_dropout(0);
  backbone_->reseed(1);
  require(distance(last(sample_.batch), still) < kTolerance,
          "in training mode with dropout 0 hidden states differ from those in inference");
  backbone_->set_dropout(0.3);
  backbone_->reseed(1);
  const at::Tensor first = last(sample_.batch);
  backbone_->reseed(1);
  require(distance(first, last(sample_.batch)) == 0,
          "after reseed with the same seed, dropout makes other draws");
  backbone_->set_dropout(0);
  backbone_->train(false);
}

void BackboneCheck::check_places() {
  const at::NoGradGuard no_grad;
  for (const AdapterPlace& place : backbone_->adapter_places()) {
    require(place.linear != nullptr, "the adapter place '" + place.name + "' has no linear layer");
    require(place.first_row >= 0 && place.first_row + place.rows <= place.linear->out(),
            "the adapter place '" + place.name + "' has rows that its linear layer does not have");
    require(place.layer >= 0 && place.layer < backbone_->shape().layers,
            "the adapter place '" + place.name + "' belongs to no layer");
  }
}

void BackboneCheck::check_classes() const {
  const auto classes = backbone_->hugging_face_classes();
  if (!classes) return;
  for (const std::string* name : {&classes->token_classification, &classes->sequence_classification,
                                  &classes->prefix, &classes->pooler, &classes->classifier})
    require(!name->empty(), "hugging_face_classes() has an empty name");
  require(classes->prefix.ends_with('.'), "the prefix '" + classes->prefix + "' does not end in '.'");
}

void BackboneCheck::run() {
  if (!report_.step("parameters are float32, with the names that freezing needs", [&] { check_names(); }))
    return;
  sample_weights(*backbone_, 3);
  if (!report_.step("hidden states [tokens, hidden]", [&] { check_states(); })) return;
  report_.step("layers compose", [&] { check_layers(); });
  report_.step("a sentence does not depend on its neighbours", [&] { check_neighbours(); });
  report_.step("a gradient reaches every parameter", [&] { check_gradients(); });
  report_.step("dropout of 0 has no effect, and draws are repeatable", [&] { check_dropout(); });
  report_.step("places for adapters", [&] { check_places(); });
  report_.step("Hugging Face classes are named", [&] { check_classes(); });
}

}  // namespace

void check_backbone(const BackbonePlugin& plugin, const Options& options, const Value& config,
                    ContractReport& report) {
  std::unique_ptr<Backbone> backbone;
  const bool made = report.step("created from a config.json", [&] {
    try {
      backbone = make_backbone(plugin, config.is(Value::Kind::null) ? small_config(plugin) : config, options);
    } catch (const Error& error) {
      throw Error(std::string(error.what()) +
                  (config.is(Value::Kind::null) ? "; give a model's own config.json with --config" : ""));
    }
  });
  if (made) BackboneCheck(std::move(backbone), report).run();
}

}  // namespace mtt
