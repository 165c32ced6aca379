#include "check/head_trial.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include "check/contract_report.h"
#include "check/sample_labels.h"
#include "data/label_names.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"

namespace mtt {
namespace {

constexpr std::int64_t kWidth = 12;
constexpr std::uint64_t kMostDraws = 100;
constexpr Vocabulary kVocabulary = {.size = 90, .mask = 89};
const std::vector<std::int64_t> kWordCounts = {3, 1, 5, 2, 4, 6};

}  // namespace

std::unique_ptr<Head> HeadTrial::made() const { return make_head(plugin_, options_); }

std::unique_ptr<Head> HeadTrial::copy_of(const Head& head) const {
  auto copy = made();
  copy->restore(head.state());
  copy->build(kWidth);
  const auto from = head.parameters();
  auto to = copy->parameters();
  require(from.size() == to.size(), "after restore(state()) and build() the head has " +
                                        std::to_string(to.size()) + " parameters; it had " +
                                        std::to_string(from.size()));
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < from.size(); ++i) {
    require(from[i].name == to[i].name && from[i].tensor.sizes() == to[i].tensor.sizes(),
            "after restore(state()) and build() the parameter '" + from[i].name +
                "' has another name or shape; state() must hold all that build() depends on");
    to[i].tensor.copy_(from[i].tensor);
  }
  return copy;
}

void HeadTrial::learn() {
  std::string why;
  const auto first = made();
  reads_ = first->reads();
  sample_ = std::make_unique<SampleBatch>(inputs_of(kWordCounts));
  const std::vector<Value> examples = first->example_labels();
  const LabelKind kind = first->label_kind();
  if (first->transforms()) {
    head_ = made();
    labels_.resize(kWordCounts.size());
    head_->learn_labels(labels_);
    head_->learn_vocabulary(kVocabulary);
    head_->build(kWidth);
    return;
  }
  for (const auto& labels : examples.empty() ? sample_labels(kind, sample_->batch, inputs())
                                             : std::vector<SampleLabels>(1, repeated_labels(examples))) {
    auto head = made();
    try {
      head->learn_labels(labels);
      head->build(kWidth);
      head->prepare(labels, sample_->batch, groups_of(sample_->batch));
      head_ = std::move(head);
      labels_ = labels;
      return;
    } catch (const Error& error) {
      why += (why.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  if (!examples.empty()) throw Error("the head does not accept the labels of its example_labels(): " + why);
  if (kind != LabelKind::other)
    throw Error("the head declares labels of the kind " + std::string(label_kind_name(kind)) +
                ", but accepts none of those that were tried: " + why);
  throw Error(
      "the head accepts none of the labels that were tried (words, numbers, integers, spans, arrays of "
      "words, booleans); return some that it accepts from example_labels(): " +
      why);
}

std::vector<std::int64_t> HeadTrial::inputs_of(const std::vector<std::int64_t>& words) const {
  if (!grouped()) return words;
  std::vector<std::int64_t> all;
  for (const std::int64_t count : words) all.insert(all.end(), {count, count + 1});
  return all;
}

Encoding HeadTrial::features(const PackedBatch& batch) const {
  std::vector<at::Tensor> parts = {sample_values({0, kWidth}, 0)};
  for (std::int64_t b = 0; b < batch.size(); ++b) {
    std::uint64_t seed = static_cast<std::uint64_t>(b % inputs());
    for (const char c : batch.texts[b]) seed = seed * 31 + static_cast<unsigned char>(c);
    parts.push_back(sample_values({tokens() ? batch.length(b) : 1, kWidth}, seed));
  }
  Encoding encoding{.batch = batch};
  (tokens() ? encoding.tokens : encoding.sentences) = at::cat(parts);
  encoding.groups = groups_of(batch);
  return encoding;
}

Groups HeadTrial::groups_of(const PackedBatch& batch) const {
  Groups groups;
  for (std::int64_t e = 0; grouped() && e < examples(batch); ++e) groups.add_pair(2 * e, 2 * e + 1);
  return groups;
}

TransformedBatch HeadTrial::transformed(const PackedBatch& batch, std::int64_t first) const {
  const Task task("check", plugin_.name, {}, copy_of(*head_), true);
  std::vector<std::int64_t> numbers;
  for (std::int64_t b = 0; b < batch.size(); ++b) numbers.push_back(first + b);
  return transform_batch(task, batch, numbers, draws_, kVocabulary.size);
}

void HeadTrial::draw_targets() {
  while (head_->count(transformed().targets) == 0 && draws_ < kMostDraws) ++draws_;
  labels_ = target_labels(transformed().targets, batch(), tokens());
}

at::Tensor HeadTrial::targets_of(const Head& head, std::int64_t first, const PackedBatch& batch) const {
  return transforms() ? transformed(batch, first).targets
                      : head.prepare(labels_of(first, examples(batch)), batch, groups_of(batch));
}

at::Tensor HeadTrial::targets_without_labels(const PackedBatch& batch) const {
  if (transforms()) return transformed(batch, 0).targets;
  const std::vector<Value> none(static_cast<std::size_t>(examples(batch)));
  return head_->prepare(none, batch, groups_of(batch));
}

at::Tensor HeadTrial::logits(const Head& head, const PackedBatch& batch) const {
  const at::NoGradGuard no_grad;
  return head.forward(features(batch));
}

at::Tensor HeadTrial::loss(const PackedBatch& batch, const at::Tensor& targets) const {
  const Head& head = *head_;
  return head.loss(features(batch), targets);
}

}  // namespace mtt
