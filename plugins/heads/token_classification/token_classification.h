// Labelled stretches of text.
#pragma once

#include "linear_chain_crf.h"
#include "mtt/head.h"
#include "mtt/label_set.h"
#include "mtt/nn/cross_entropy.h"
#include "mtt/nn/layers.h"

/// The head's options.
struct TokenClassificationSettings {
  mtt::LabelSet labels;
  double dropout = 0;
  double label_smoothing = 0;
  mtt::Value class_weights = mtt::Value(mtt::Value::Table{});  ///< label or "O" = weight; others have 1
  bool crf = false;                                            ///< learns how tags follow each other
};

/// Softmax classification of words by the vector of their first sub-word, with the tags O, B-x and I-x: named
/// entities, slots. Decoding takes the best sequence in which I-x follows B-x or I-x only. With `crf` the
/// loss is that of a linear-chain CRF, in which a target is the tag, plus the number of tags where a sentence
/// begins.
class TokenClassification : public mtt::Head {
 public:
  explicit TokenClassification(TokenClassificationSettings settings);

  mtt::Level level() const override { return mtt::Level::token; }
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::spans; }
  std::vector<std::string> label_names() const override { return labels_.names(); }
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override;
  void restore(const mtt::Value& state) override;
  void build(std::int64_t width) override;
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::TokenBatch& batch) const override;
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  double count(const at::Tensor& targets) const override;
  /// {"entities": [{"start": 5, "end": 14, "label": "song", "text": "Yesterday", "score": 0.91}]}; characters
  /// are code points, the score is the mean probability of the entity's tags.
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::TokenBatch& batch) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;
  std::optional<bool> right(const mtt::Value& prediction, const mtt::Value& label) const override;
  void initialise(const std::string& method, const at::Tensor& features, const at::Tensor& targets) override;
  std::vector<std::string> initialisations() const override { return {"class_means", "ridge"}; }

 private:
  std::int64_t tag_count() const { return 1 + 2 * labels_.size(); }
  static std::int64_t begin_tag(std::int64_t label) { return 1 + 2 * label; }
  static std::int64_t inside_tag(std::int64_t label) { return 2 + 2 * label; }
  static bool is_inside(std::int64_t tag) { return tag > 0 && tag % 2 == 0; }

  void learn_weights();
  bool may_follow(std::int64_t before, std::int64_t tag) const {
    return !is_inside(tag) || before == tag || before == tag - 1;
  }
  TagRules rules() const;
  TagSequence best_tags(const std::vector<const float*>& rows) const;

  TokenClassificationSettings settings_;
  mtt::LabelSet labels_;
  mtt::nn::CrossEntropy loss_;
  mtt::nn::Dropout& dropout_;
  mtt::nn::Linear* classifier_ = nullptr;
  LinearChainCrf* crf_ = nullptr;
};
