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

/// The sizes of a backbone that the framework needs.
struct BackboneShape {
  std::int64_t vocabulary =
      0;  ///< rows of the token embedding; larger ids are refused before the forward pass
  std::int64_t token_types = 0;  ///< rows of the token type embedding; 0: none
  std::int64_t positions = 0;    ///< maximum number of tokens per input, with special tokens; 0: no limit
  std::int64_t hidden = 0;       ///< H
  std::int64_t layers = 0;       ///< depth
};

/// Where a tensor of a checkpoint is loaded.
struct WeightTarget {
  std::string parameter;  ///< name of the backbone's parameter; empty: the tensor is known and not needed
  std::optional<std::int64_t> row =
      {};  ///< first row of the parameter that it fills, if it fills only some of the rows
};

/// A projection of a layer to which adapters may be added.
struct AdapterPlace {
  std::string name;  ///< attention.query, attention.key, attention.value, attention.output, ffn.intermediate
                     ///< or ffn.output
  std::int64_t layer = 0;
  nn::Linear* linear = nullptr;
  std::int64_t first_row = 0;  ///< first output of `linear` that belongs to this projection
  std::int64_t rows = 0;       ///< number of these outputs
};

/// The projections of a transformer layer whose query, key and value are one matrix.
struct LayerProjections {
  nn::Linear& qkv;  ///< its outputs are those of query, key and value, a third each
  nn::Linear& attention_output;
  nn::Linear& intermediate;
  nn::Linear& output;
};

/// The six adapter places of each of these layers, in the order of the layers, from layer 0.
MTT_API std::vector<AdapterPlace> places_of_layers(const std::vector<LayerProjections>& layers);

/// The classes of Hugging Face transformers that consist of this encoder and a head, for exports. Both heads
/// end in a linear layer.
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

  /// Runs layers from, from+1, ..., to-1 on hidden states [T, H]. It must not write into `hidden`:
  /// heads on lower layers read it, and caches keep it.
  virtual at::Tensor layers(at::Tensor hidden, const PackedBatch& batch, std::int64_t from,
                            std::int64_t to) const = 0;

  /// The projections that adapters may extend, layer by layer; none by default.
  virtual std::vector<AdapterPlace> adapter_places();

  /// Where a checkpoint's tensor goes; nullopt: unknown to this backbone.
  virtual std::optional<WeightTarget> weight_target(std::string_view checkpoint_name) const = 0;

  /// The classes for exports with a head, according to config.json; nullopt (the default) if there are none.
  /// Without them, token heads are not exported, and sentence heads only as a file next to the encoder.
  virtual std::optional<HuggingFaceClasses> hugging_face_classes() const;
};

/// A registered backbone.
struct BackbonePlugin {
  std::string name;                      ///< [a-z0-9_-]+; the plugin's folder and its TOML value
  std::string summary;                   ///< one sentence
  std::vector<std::string> model_types;  ///< supported values of `model_type` in config.json
  OptionList options;
  /// Makes the backbone from a model's config.json, without weights.
  std::function<std::unique_ptr<Backbone>(const Value& config, const Options& options)> create;
};

}  // namespace mtt
