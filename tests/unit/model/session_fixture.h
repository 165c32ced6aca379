// A session on a small model, and heads whose predictions show what they read.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/session.h"
#include "mtt/error.h"
#include "unit/text/bert_tokenizer.h"
#include "unit/train/small_model.h"

inline constexpr char kVocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\nsome\njazz\nnow\n";

using Texts = std::vector<std::string>;

inline Texts texts() {
  Texts result;
  for (int i = 0; i < 40; ++i) {
    std::string text = "play";
    for (int k = 0; k < i * 7 % 11; ++k) text += k % 2 ? " jazz" : " some";
    result.push_back(text + (i % 3 ? " now" : ""));
  }
  return result;
}

struct Fixture {
  mtt::Tokenizer tokenizer = bert_tokenizer(kVocabulary);
  std::unique_ptr<mtt::MultiTaskModel> model = small_model({{"a"}}, 2);
  std::unique_ptr<mtt::Session> session(std::int64_t threads, std::int64_t tokens_per_forward,
                                        std::int64_t max_tokens = 0) const {
    return std::make_unique<mtt::Session>(*model, mtt::TextEncoder(tokenizer, max_tokens, ""), threads,
                                          tokens_per_forward);
  }
};

/// A head whose prediction is what it read: the number of tokens of each input, or of both inputs of a group.
class CountingHead : public SmallHead {
 public:
  explicit CountingHead(bool grouped) : SmallHead(Unit::sentence), grouped_(grouped) {}
  mtt::Reads reads() const override { return {.grouped = grouped_}; }
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    const mtt::PackedBatch& batch = encoding.batch;
    std::vector<std::int64_t> counts;
    if (grouped_)
      for (std::int64_t g = 0; g < encoding.groups.size(); ++g)
        counts.push_back(100 * batch.length(encoding.groups.rows[2 * g]) +
                         batch.length(encoding.groups.rows[2 * g + 1]));
    else
      for (std::int64_t b = 0; b < batch.size(); ++b) counts.push_back(batch.length(b));
    return at::tensor(counts, at::kFloat).unsqueeze(1);
  }
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch&,
                                 const mtt::Groups&) const override {
    std::vector<mtt::Value> predictions;
    for (std::int64_t i = 0; i < logits.size(0); ++i)
      predictions.emplace_back(static_cast<std::int64_t>(logits[i][0].item<float>()));
    return predictions;
  }

 private:
  bool grouped_;
};

inline void add_counting_task(mtt::MultiTaskModel& model, const std::string& name, bool grouped,
                              mtt::InputKind input) {
  mtt::Task task(name, "counting", {}, std::make_unique<CountingHead>(grouped), true);
  task.input = input;
  task.build(kSmallHidden);
  model.add(std::move(task));
}

/// Replaces about half of the tokens of a text by [MASK], which are its targets; its prediction is the ids
/// that it read. The transform of a text of 3 tokens throws Error if `refuses`.
class HidingHead : public SmallHead {
 public:
  explicit HidingHead(bool refuses) : SmallHead(Unit::token), refuses_(refuses) {}
  bool transforms() const override { return true; }
  mtt::TransformedInput transform(const mtt::PackedBatch& input, mtt::RandomStream& random) const override {
    if (refuses_ && input.tokens() == 3) throw mtt::Error("refused");
    mtt::TransformedInput result{input.ids.clone(), at::full({input.tokens()}, kNoTarget, at::kLong)};
    for (std::int64_t t = 0; t < input.tokens(); ++t) {
      if (input.text[t].item<std::int64_t>() < 0 || random.uniform() > 0.5) continue;
      result.targets[t] = input.ids[t];
      result.ids[t] = kMask;
    }
    return result;
  }
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    return encoding.batch.ids.to(at::kFloat).unsqueeze(1);
  }
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                                 const mtt::Groups&) const override {
    std::vector<mtt::Value> predictions;
    for (std::int64_t b = 0; b < batch.size(); ++b) {
      mtt::Value::Array ids;
      for (std::int64_t t = batch.offsets[b]; t < batch.offsets[b + 1]; ++t)
        ids.emplace_back(static_cast<std::int64_t>(logits[t][0].item<float>()));
      predictions.emplace_back(std::move(ids));
    }
    return predictions;
  }
  static constexpr std::int64_t kMask = 4;

 private:
  bool refuses_;
};
