// What a backbone plugin implements.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/nn/layers.h"
#include "mtt/nn/module.h"
#include "mtt/options.h"
#include "mtt/packed_batch.h"
#include "mtt/value.h"

namespace mtt {

/// The sizes that the framework needs to know of a backbone.
struct BackboneShape {
  std::int64_t vocabulary =
      0;  ///< rows of the token embedding; larger ids are refused before the forward pass
  std::int64_t token_types = 0;  ///< rows of the token type embedding; 0: none
  std::int64_t positions = 0;    ///< longest sentence in tokens, specials included; 0: no limit
  std::int64_t hidden = 0;       ///< H
  std::int64_t layers = 0;       ///< depth
};

/// What becomes of one tensor of a checkpoint.
struct WeightTarget {
  std::string parameter;  ///< one of our parameter names; empty: known and not needed
  std::optional<std::int64_t> row =
      {};  ///< first row that it fills, where it fills a part of the parameter's rows
};

/// A projection of a layer to which adapters may be added.
struct AdapterPlace {
  std::string name;  ///< attention.query, attention.key, attention.value, attention.output, ffn.intermediate
                     ///< or ffn.output
  std::int64_t layer = 0;
  nn::Linear* linear = nullptr;
  std::int64_t first_row = 0;  ///< of the outputs of `linear` that are this projection
  std::int64_t rows = 0;
};

/// The projections of a transformer layer whose query, key and value are one matrix.
struct LayerProjections {
  nn::Linear& qkv;  ///< its outputs are those of query, key and value, a third each
  nn::Linear& attention_output;
  nn::Linear& intermediate;
  nn::Linear& output;
};

/// The six adapter places of each of these layers, of which the first is layer 0.
MTT_API std::vector<AdapterPlace> places_of_layers(const std::vector<LayerProjections>& layers);

/// The classes of Hugging Face transformers that put a head on an encoder, for exports. In both the head ends
/// in a linear layer.
struct HuggingFaceClasses {
  std::string token_classification;     ///< reads all tokens: "BertForTokenClassification"
  std::string sequence_classification;  ///< reads the pooler's output: "BertForSequenceClassification"
  std::string prefix;                   ///< before the names of the encoder's tensors, with its dot: "bert."
  std::string pooler;                   ///< the dense layer with tanh on the first token: "bert.pooler.dense"
  std::string classifier;               ///< the linear layer
};

/// A transformer encoder on packed tokens. Parameter names begin with `embeddings.` or `layers.N.`; names of
/// normalisation layers contain `norm`, biases end in `.bias`, so that freeze selectors work for all
/// backbones.
class MTT_API Backbone : public nn::Module {
 public:
  ~Backbone() override;

  virtual const BackboneShape& shape() const = 0;

  /// Token ids → hidden states [T, H] before the first layer.
  virtual at::Tensor embed(const PackedBatch& batch) const = 0;

  /// Runs layers from, from+1, ..., to-1 on hidden states [T, H], which it must not write into: heads of
  /// lower layers read them, and caches keep them.
  virtual at::Tensor layers(at::Tensor hidden, const PackedBatch& batch, std::int64_t from,
                            std::int64_t to) const = 0;

  /// The projections that adapters may extend, layer by layer; none by default.
  virtual std::vector<AdapterPlace> adapter_places();

  /// Where a checkpoint's tensor goes; nullopt: unknown to this backbone.
  virtual std::optional<WeightTarget> weight_target(std::string_view checkpoint_name) const = 0;

  /// The classes as which this backbone can be written with a head, by its config.json; nullopt (the default)
  /// where there are none: token heads are not exported then, and sentence heads only beside the encoder.
  virtual std::optional<HuggingFaceClasses> hugging_face_classes() const;
};

/// A registered backbone.
struct BackbonePlugin {
  std::string name;                      ///< [a-z0-9_-]+; the plugin's folder and its TOML value
  std::string summary;                   ///< one sentence
  std::vector<std::string> model_types;  ///< values of `model_type` in config.json that it serves
  OptionList options;
  /// Makes the backbone from a model's config.json, without weights.
  std::function<std::unique_ptr<Backbone>(const Value& config, const Options& options)> create;
};

}  // namespace mtt
