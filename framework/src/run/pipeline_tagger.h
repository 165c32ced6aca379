// Taggers of words, read as transformers' token-classification pipeline reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/head.h"
#include "mtt/nn/layers.h"

namespace mtt {

/// A linear layer on the vectors of tokens, with any tags. A word has the most probable tag of its first
/// token; neighbouring words are one entity where their tags agree but for B- and I- and the later one has no
/// B-; its label is the tag behind the first hyphen, its score the mean probability of its words' tags; the
/// label O is none, nor is an entity without characters (a token that is a space alone). This is
/// `aggregation_strategy="first"` of transformers 5.24. It cannot be trained.
class PipelineTagger : public Head {
 public:
  /// Words as transformers finds them: a token begins one if it is `unknown` (-1: no such token), or if it is
  /// as long as its part of the text, where `lengths` has the characters of every token. Without `lengths`,
  /// for tokenizers that do not mark the tokens within a word, one begins behind a space.
  PipelineTagger(std::vector<std::string> tags, std::vector<std::int32_t> lengths, std::int64_t unknown);

  nn::Linear& classifier() { return *classifier_; }  ///< after `build`

  Reads reads() const override { return {.unit = Reads::Unit::token}; }
  LabelKind label_kind() const override { return LabelKind::spans; }
  std::vector<std::string> label_names() const override { return labels_; }
  void learn_labels(const std::vector<Value>&) override {}
  Value state() const override { return Value::Table{}; }
  void restore(const Value&) override {}
  void build(std::int64_t width) override;
  at::Tensor forward(const Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<Value>& labels, const PackedBatch& batch,
                     const Groups&) const override;
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  /// {"entities": [{"start": 5, "end": 14, "label": "PER", "text": "Mara Berg", "score": 0.91}]}
  std::vector<Value> decode(const at::Tensor& logits, const PackedBatch& batch, const Groups&) const override;
  std::vector<Metric> score(const std::vector<Value>& predictions,
                            const std::vector<Value>& labels) const override;
  std::optional<bool> right(const Value& prediction, const Value& label) const override;

 private:
  struct Tag {
    std::string label;  ///< behind the first hyphen
    std::string group;  ///< without B- or I-
    bool begins = false;
  };

  bool begins_word(const PackedBatch& batch, std::int64_t token, std::string_view text,
                   const std::vector<std::size_t>& places) const;

  std::vector<Tag> tags_;
  std::vector<std::string> labels_;
  std::vector<std::int32_t> lengths_;
  std::int64_t unknown_;
  nn::Linear* classifier_ = nullptr;
};

}  // namespace mtt
