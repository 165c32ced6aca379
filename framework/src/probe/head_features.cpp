#include "probe/head_features.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include "model/batching.h"
#include "model/worker_pool.h"
#include "mtt/error.h"

namespace mtt {

at::Tensor rows_with_target(const at::Tensor& targets) {
  at::Tensor known =
      targets.is_floating_point() ? at::isnan(targets).logical_not() : targets.ne(Head::kNoTarget);
  if (known.dim() > 1) known = known.all(1);
  return known.nonzero().squeeze(1);
}

namespace {

/// One batch of the pass: which texts it holds, and for each reader the rows that have a target.
struct Batch {
  std::vector<std::int64_t> texts;
  std::vector<at::Tensor> rows;            ///< int64 [R_b], one a reader
  std::vector<std::int64_t> first_result;  ///< where a reader's rows begin in its result
};

at::Tensor prepared(const Task& task, const std::vector<Value>& labels, const TokenBatch& batch) {
  return call_plugin(call_of(task, "prepare"), [&] { return task.head->prepare(labels, batch); });
}

/// The labels that a head takes; the others are null.
std::vector<Value> taken(const Task& task, std::vector<Value> labels, const TokenBatch& batch) {
  const std::vector<Value> none(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::vector<Value> single = none;
    single[i] = labels[i];
    try {
      prepared(task, single, batch);
    } catch (const Error&) {
      labels[i] = Value();
    }
  }
  return labels;
}

at::Tensor targets_of(const FeatureReader& reader, const std::vector<std::int64_t>& examples,
                      const TokenBatch& batch) {
  std::vector<Value> labels;
  for (const std::int64_t e : examples) labels.push_back(reader.labels[e]);
  if (!reader.lenient) return prepared(*reader.task, labels, batch);
  try {
    return prepared(*reader.task, labels, batch);
  } catch (const Error&) {
    return prepared(*reader.task, taken(*reader.task, std::move(labels), batch), batch);
  }
}

/// Appends the examples of a batch that have rows, with where their rows begin.
void add_examples(const at::Tensor& rows, Level level, const TokenBatch& batch,
                  const std::vector<std::int64_t>& examples, HeadFeatures& into) {
  const auto* row = rows.const_data_ptr<std::int64_t>();
  std::int64_t taken = 0;
  for (std::size_t s = 0; s < examples.size(); ++s) {
    const std::int64_t end = level == Level::token ? batch.offsets[s + 1] : static_cast<std::int64_t>(s) + 1;
    const std::int64_t before = taken;
    while (taken < rows.size(0) && row[taken] < end) ++taken;
    if (taken == before) continue;
    into.examples.push_back(examples[s]);
    into.starts.push_back(into.starts.back() + taken - before);
  }
}

void check_finite(const at::Tensor& rows, const Task& task) {
  if (!at::isfinite(rows.sum(at::kDouble)).item<bool>())
    throw Error(
        "task '" + task.name +
        "': what its head reads of the training examples is not finite; the model's weights hold NaN or "
        "infinite values");
}

}  // namespace

Encoding HeadFeatures::encoding(Level level, std::int64_t first, std::int64_t count,
                                at::ScalarType type) const {
  const at::Tensor rows = features.narrow(0, first, count).to(type);
  if (level == Level::token) return {.tokens = rows, .sentences = {}};
  return {.tokens = {},
          .sentences = rows,
          .partners = partners.defined() ? partners.narrow(0, first, count).to(type) : at::Tensor()};
}

HeadFeatures HeadFeatures::part(const std::vector<std::int64_t>& places) const {
  HeadFeatures result;
  result.starts = {0};
  std::vector<std::int64_t> rows;
  for (const std::int64_t place : places) {
    result.examples.push_back(examples[place]);
    for (std::int64_t row = starts[place]; row < starts[place + 1]; ++row) rows.push_back(row);
    result.starts.push_back(static_cast<std::int64_t>(rows.size()));
  }
  const at::Tensor index = at::tensor(rows, at::kLong);
  result.features = features.index_select(0, index);
  result.targets = targets.index_select(0, index);
  if (partners.defined()) result.partners = partners.index_select(0, index);
  return result;
}

std::vector<HeadFeatures> gather_features(const Encoder& encoder, const std::vector<FeatureReader>& readers,
                                          const std::vector<std::string>& texts,
                                          const std::vector<std::string>& partners, const FeaturePass& pass) {
  const at::NoGradGuard no_grad;
  const MultiTaskModel& model = *encoder.model;
  const bool pairs = !partners.empty();
  std::vector<std::string> all = texts;
  all.insert(all.end(), partners.begin(), partners.end());
  const auto tokenized = tokenize(encoder.text_encoder(), all, pass.threads);
  const auto batch_of = [&](const std::vector<std::int64_t>& members) {
    std::vector<const TokenizedText*> list;
    for (const std::int64_t i : members) list.push_back(&tokenized[i]);
    return make_batch(list, model.backbone().shape());
  };

  std::vector<HeadFeatures> results(readers.size());
  std::vector<std::vector<at::Tensor>> targets(readers.size());
  for (HeadFeatures& result : results) result.starts = {0};
  std::vector<Batch> batches;
  for (auto& members : plan_forwards(tokenized, pass.tokens_per_forward))
    batches.push_back({members, {}, {}});
  const auto add_targets = [&](std::size_t r, const std::vector<std::int64_t>& examples,
                               const TokenBatch& batch, Batch* into) {
    const at::Tensor target = targets_of(readers[r], examples, batch);
    const at::Tensor rows = rows_with_target(target);
    if (into) {
      into->rows.push_back(rows);
      into->first_result.push_back(results[r].starts.back());
    }
    targets[r].push_back(target.index_select(0, rows));
    add_examples(rows, readers[r].task->head->level(), batch, examples, results[r]);
  };
  if (pairs) {
    std::vector<std::int64_t> examples(texts.size());
    std::iota(examples.begin(), examples.end(), std::int64_t{0});
    for (std::size_t r = 0; r < readers.size(); ++r) add_targets(r, examples, TokenBatch(), nullptr);
  } else {
    for (Batch& batch : batches) {
      const TokenBatch tokens = batch_of(batch.texts);
      for (std::size_t r = 0; r < readers.size(); ++r) add_targets(r, batch.texts, tokens, &batch);
    }
  }

  std::vector<std::pair<Reading, Level>> readings;
  std::vector<std::vector<std::int64_t>> place(readers.size());  // pairs: where an example's row is, or -1
  for (std::size_t r = 0; r < readers.size(); ++r) {
    const Task& task = *readers[r].task;
    readings.emplace_back(task.reading, task.head->level());
    HeadFeatures& result = results[r];
    const std::int64_t width = model.feature_width(task.reading, task.head->level());
    result.features = at::empty({result.starts.back(), width}, at::kFloat);
    result.targets = targets[r].empty() ? at::empty({0}, at::kLong) : at::cat(targets[r]);
    if (!pairs) continue;
    result.partners = at::empty({result.starts.back(), width}, at::kFloat);
    place[r].assign(texts.size(), -1);
    for (std::size_t e = 0; e < result.examples.size(); ++e) place[r][result.examples[e]] = result.starts[e];
  }

  std::mutex mutex;
  std::size_t done = 0;
  const auto count = static_cast<std::int64_t>(texts.size());
  run_on_workers(pass.threads, static_cast<std::int64_t>(batches.size()), [&](std::int64_t number) {
    const at::NoGradGuard no_grad_here;
    const Batch& batch = batches[number];
    const auto encodings = model.encode_for(readings, batch_of(batch.texts));
    for (std::size_t r = 0; r < readers.size(); ++r) {
      const bool tokens = readings[r].second == Level::token;
      const at::Tensor& from = tokens ? encodings[r].tokens : encodings[r].sentences;
      if (!pairs) {
        results[r]
            .features.narrow(0, batch.first_result[r], batch.rows[r].size(0))
            .copy_(from.index_select(0, batch.rows[r]));
        continue;
      }
      for (std::size_t s = 0; s < batch.texts.size(); ++s) {
        const std::int64_t text = batch.texts[s], row = place[r][text % count];
        if (row >= 0)
          (text < count ? results[r].features : results[r].partners)
              .select(0, row)
              .copy_(from.select(0, static_cast<std::int64_t>(s)));
      }
    }
    const std::lock_guard lock(mutex);
    ++done;
    if (pass.progress) pass.progress(static_cast<double>(done) / static_cast<double>(batches.size()));
  });
  for (std::size_t r = 0; r < readers.size(); ++r) {
    check_finite(results[r].features, *readers[r].task);
    if (pairs) check_finite(results[r].partners, *readers[r].task);
  }
  return results;
}

}  // namespace mtt
