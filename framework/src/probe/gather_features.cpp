#include "probe/gather_features.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "model/batching.h"
#include "model/run_on_workers.h"
#include "mtt/error.h"
#include "probe/sum_over_rows.h"

namespace mtt {
namespace {

constexpr std::int64_t kPairsAtOnce = 256;

/// One batch of the pass: which texts it holds, and for each reader the rows that have a target.
struct Batch {
  std::vector<std::int64_t> texts;
  std::vector<at::Tensor> rows;            ///< int64 [R_b], one a reader
  std::vector<std::int64_t> first_result;  ///< where a reader's rows begin in its result
};

/// The labels that a head takes; the others are null.
std::vector<Value> taken(const Task& task, std::vector<Value> labels, const PackedBatch& batch,
                         const Groups& groups) {
  const std::vector<Value> none(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::vector<Value> single = none;
    single[i] = labels[i];
    try {
      task.prepare(single, batch, groups);
    } catch (const Error&) {
      labels[i] = Value();
    }
  }
  return labels;
}

at::Tensor targets_of(const FeatureReader& reader, const std::vector<std::int64_t>& examples,
                      const PackedBatch& batch, const Groups& groups) {
  std::vector<Value> labels;
  for (const std::int64_t e : examples) labels.push_back(reader.labels[e]);
  if (!reader.lenient) return reader.task->prepare(labels, batch, groups);
  try {
    return reader.task->prepare(labels, batch, groups);
  } catch (const Error&) {
    return reader.task->prepare(taken(*reader.task, std::move(labels), batch, groups), batch, groups);
  }
}

/// Appends the examples of a batch that have rows, with where their rows begin.
void add_examples(const at::Tensor& rows, bool tokens, const PackedBatch& batch,
                  const std::vector<std::int64_t>& examples, HeadFeatures& into) {
  const auto* row = rows.const_data_ptr<std::int64_t>();
  std::int64_t taken = 0;
  for (std::size_t s = 0; s < examples.size(); ++s) {
    const std::int64_t end = tokens ? batch.offsets[s + 1] : static_cast<std::int64_t>(s) + 1;
    const std::int64_t before = taken;
    while (taken < rows.size(0) && row[taken] < end) ++taken;
    if (taken == before) continue;
    into.examples.push_back(examples[s]);
    into.starts.push_back(into.starts.back() + taken - before);
  }
}

void check_finite(const at::Tensor& rows, const Task& task) {
  if (!std::isfinite(sum_over_rows(rows)))
    throw Error("task '" + task.name +
                "': the features of the training examples are not finite; the model's weights hold NaN or "
                "infinite values");
}

/// One pass over examples for all readers: first the targets, which say how many rows each result has, then
/// the encoder, batch by batch.
class Gathering {
 public:
  Gathering(const Encoder& encoder, const std::vector<FeatureReader>& readers,
            const std::vector<std::string>& texts, const std::vector<std::string>& second_texts,
            const FeaturePass& pass);
  std::vector<HeadFeatures> run();

 private:
  PackedBatch batch_of(const std::vector<std::int64_t>& members) const {
    return make_batch(tokenized_, members, model_.backbone().shape());
  }
  void prepare_texts();
  void prepare_pairs();
  /// The rows of the examples that have a target.
  at::Tensor add_targets(std::size_t reader, const std::vector<std::int64_t>& examples,
                         const PackedBatch& batch, const Groups& groups);
  void make_room();
  void encode(const Batch& batch);
  void keep_texts(std::size_t reader, const at::Tensor& from, const Batch& batch);
  void keep_pairs(std::size_t reader, const at::Tensor& from, const Batch& batch);

  const MultiTaskModel& model_;
  const std::vector<FeatureReader>& readers_;
  const FeaturePass& pass_;
  const std::int64_t count_;  ///< of examples
  bool pairs_ = false;        ///< the second texts are inputs of their own, behind the first ones
  std::vector<TokenizedText> tokenized_;
  std::vector<Batch> batches_;
  std::vector<const Task*> tasks_;                 ///< of the readers
  std::vector<std::vector<at::Tensor>> targets_;   ///< of each reader
  std::vector<std::vector<std::int64_t>> places_;  ///< pairs: where an example's group is, or -1
  std::vector<HeadFeatures> results_;
};

Gathering::Gathering(const Encoder& encoder, const std::vector<FeatureReader>& readers,
                     const std::vector<std::string>& texts, const std::vector<std::string>& second_texts,
                     const FeaturePass& pass)
    : model_(*encoder.model),
      readers_(readers),
      pass_(pass),
      count_(static_cast<std::int64_t>(texts.size())),
      targets_(readers.size()),
      places_(readers.size()),
      results_(readers.size()) {
  const bool joint = !second_texts.empty() && readers.front().task->joint(true);
  pairs_ = !second_texts.empty() && !joint;
  tokenized_ = joint ? tokenize_pairs(encoder.text_encoder(), texts, second_texts, pass.threads)
                     : tokenize(encoder.text_encoder(), texts, pass.threads);
  if (pairs_) append(tokenized_, tokenize(encoder.text_encoder(), second_texts, pass.threads));
  for (auto& members : plan_forwards(tokenized_, pass.tokens_per_forward))
    batches_.push_back({members, {}, {}});
  for (const FeatureReader& reader : readers) tasks_.push_back(reader.task);
}

std::vector<HeadFeatures> Gathering::run() {
  if (pairs_)
    prepare_pairs();
  else
    prepare_texts();
  make_room();
  std::mutex mutex;
  std::size_t done = 0;
  run_on_workers(pass_.threads, static_cast<std::int64_t>(batches_.size()), [&](std::int64_t number) {
    encode(batches_[number]);
    const std::lock_guard lock(mutex);
    ++done;
    if (pass_.progress) pass_.progress(static_cast<double>(done) / static_cast<double>(batches_.size()));
  });
  for (std::size_t r = 0; r < results_.size(); ++r) check_finite(results_[r].features, *tasks_[r]);
  return std::move(results_);
}

at::Tensor Gathering::add_targets(std::size_t reader, const std::vector<std::int64_t>& examples,
                                  const PackedBatch& batch, const Groups& groups) {
  const at::Tensor target = targets_of(readers_[reader], examples, batch, groups);
  const at::Tensor rows = rows_with_target(target);
  targets_[reader].push_back(target.index_select(0, rows));
  add_examples(rows, tasks_[reader]->reads_tokens(), batch, examples, results_[reader]);
  return rows;
}

void Gathering::prepare_texts() {
  for (Batch& batch : batches_) {
    const PackedBatch tokens = batch_of(batch.texts);
    for (std::size_t r = 0; r < readers_.size(); ++r) {
      batch.first_result.push_back(results_[r].rows());
      batch.rows.push_back(add_targets(r, batch.texts, tokens, {}));
    }
  }
}

void Gathering::prepare_pairs() {
  for (std::int64_t from = 0; from < count_; from += kPairsAtOnce) {
    std::vector<std::int64_t> examples, inputs;
    Groups groups;
    for (std::int64_t e = from; e < std::min(count_, from + kPairsAtOnce); ++e) {
      groups.add_pair(2 * (e - from), 2 * (e - from) + 1);
      examples.push_back(e);
      inputs.push_back(e);
      inputs.push_back(count_ + e);
    }
    const PackedBatch batch = batch_of(inputs);
    for (std::size_t r = 0; r < readers_.size(); ++r) add_targets(r, examples, batch, groups);
  }
}

void Gathering::make_room() {
  for (std::size_t r = 0; r < readers_.size(); ++r) {
    HeadFeatures& result = results_[r];
    result.features =
        at::empty({(pairs_ ? 2 : 1) * result.rows(), model_.feature_width(*tasks_[r])}, at::kFloat);
    result.targets = targets_[r].empty() ? at::empty({0}, at::kLong) : at::cat(targets_[r]);
    if (!pairs_) continue;
    places_[r].assign(static_cast<std::size_t>(count_), -1);
    for (std::size_t e = 0; e < result.examples.size(); ++e) {
      places_[r][result.examples[e]] = result.starts[e];
      result.groups.add_pair(2 * result.starts[e], 2 * result.starts[e] + 1);
    }
  }
}

void Gathering::encode(const Batch& batch) {
  const at::NoGradGuard no_grad;
  const SharedInputs inputs{.batch = batch_of(batch.texts)};
  const auto encodings = model_.encode_for(tasks_, inputs);
  for (std::size_t r = 0; r < readers_.size(); ++r) {
    const at::Tensor& from = tasks_[r]->reads_tokens() ? encodings[r].tokens : encodings[r].sentences;
    if (pairs_)
      keep_pairs(r, from, batch);
    else
      keep_texts(r, from, batch);
  }
}

void Gathering::keep_texts(std::size_t reader, const at::Tensor& from, const Batch& batch) {
  results_[reader]
      .features.narrow(0, batch.first_result[reader], batch.rows[reader].size(0))
      .copy_(from.index_select(0, batch.rows[reader]));
}

void Gathering::keep_pairs(std::size_t reader, const at::Tensor& from, const Batch& batch) {
  for (std::size_t s = 0; s < batch.texts.size(); ++s) {
    const std::int64_t text = batch.texts[s], group = places_[reader][text % count_];
    if (group >= 0)
      results_[reader]
          .features.select(0, 2 * group + (text < count_ ? 0 : 1))
          .copy_(from.select(0, static_cast<std::int64_t>(s)));
  }
}

}  // namespace

std::vector<HeadFeatures> gather_features(const Encoder& encoder, const std::vector<FeatureReader>& readers,
                                          const std::vector<std::string>& texts,
                                          const std::vector<std::string>& second_texts,
                                          const FeaturePass& pass) {
  const at::NoGradGuard no_grad;
  return Gathering(encoder, readers, texts, second_texts, pass).run();
}

}  // namespace mtt
