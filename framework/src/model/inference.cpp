#include "model/inference.h"

#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <span>

#include "model/worker_pool.h"
#include "mtt/error.h"

namespace mtt {
namespace {

void check_finite(const float* row, std::int64_t width, std::int64_t text) {
  float sum = 0;
  for (std::int64_t i = 0; i < width; ++i) sum += row[i] * 0.0F;
  if (sum != 0.0F || std::isnan(sum)) {
    throw Error("the vector of text " + std::to_string(text + 1) +
                " is not finite; the model's weights hold NaN or infinite values");
  }
}

/// The inputs of some examples: their texts, then their second texts, each longest first.
struct ExampleInputs {
  std::vector<std::int64_t> texts;  ///< numbers of examples, in the order of the inputs
  ModelInput input;
};

ExampleInputs inputs_of(std::span<const TokenizedText> tokenized, std::vector<std::int64_t> examples,
                        std::int64_t count, bool pairs, const BackboneShape& shape) {
  ExampleInputs result{.texts = std::move(examples), .input = {}};
  const auto sort = [&](std::vector<std::int64_t>& rows) {
    std::stable_sort(rows.begin(), rows.end(),
                     [&](auto a, auto b) { return tokenized[a].length() > tokenized[b].length(); });
  };
  std::vector<std::int64_t> rows = result.texts;
  if (pairs) {
    sort(result.texts);
    rows = result.texts;
    std::vector<std::int64_t> seconds;
    for (const std::int64_t example : result.texts) seconds.push_back(count + example);
    sort(seconds);
    std::map<std::int64_t, std::int64_t> place;
    for (std::size_t i = 0; i < seconds.size(); ++i)
      place[seconds[i] - count] = static_cast<std::int64_t>(rows.size() + i);
    rows.insert(rows.end(), seconds.begin(), seconds.end());
    for (std::size_t i = 0; i < result.texts.size(); ++i) {
      result.input.groups.begin_group();
      result.input.groups.add(static_cast<std::int64_t>(i), Role::first);
      result.input.groups.add(place.at(result.texts[i]), Role::second);
    }
  }
  result.input.singles = static_cast<std::int64_t>(result.texts.size());
  result.input.batch = make_batch(tokenized, rows, shape);
  return result;
}

}  // namespace

Inference::Inference(const MultiTaskModel& model, TextEncoder encoder, std::int64_t threads,
                     std::int64_t tokens_per_forward)
    : model_(model),
      encoder_(std::move(encoder)),
      threads_(threads),
      tokens_per_forward_(tokens_per_forward) {}

InferenceResult Inference::run(const std::vector<std::string>& texts, const InferenceRequest& request,
                               const std::vector<std::string>& second_texts) const {
  const auto& tasks = model_.tasks();
  const bool pairs = !second_texts.empty() && request.predictions &&
                     std::any_of(tasks.begin(), tasks.end(), [](const Task& task) { return task.grouped(); });
  const auto count = static_cast<std::int64_t>(texts.size());
  auto tokenized = tokenize(encoder_, texts, threads_);
  if (pairs) append(tokenized, tokenize(encoder_, second_texts, threads_));
  const auto length = [&](std::int64_t example) {
    return tokenized[example].length() + (pairs ? tokenized[count + example].length() : 0);
  };
  std::vector<std::int64_t> examples(texts.size());
  std::iota(examples.begin(), examples.end(), std::int64_t{0});
  const auto forwards = cut_by_length(std::move(examples), length, tokens_per_forward_);
  const std::int64_t width = model_.modules().width();

  InferenceResult result;
  for (const TokenizedText& text : tokenized) {
    result.truncated += text.tokens.truncated > 0;
    result.tokens += text.length();
  }
  if (request.sentences) result.sentences = at::empty({count, width}, at::kFloat);
  if (request.predictions)
    for (const Task& task : tasks)
      result.predictions.emplace_back(task.grouped() && !pairs ? 0 : texts.size());

  std::mutex progress_mutex;
  std::int64_t done = 0, done_tokens = 0;
  run_on_workers(threads_, static_cast<std::int64_t>(forwards.size()), [&](std::int64_t number) {
    const c10::InferenceMode no_graph;
    const ExampleInputs inputs =
        inputs_of(tokenized, forwards[number], count, pairs, model_.backbone().shape());
    const PackedBatch& batch = inputs.input.batch;
    const Outputs outputs = model_.forward(inputs.input, request.sentences, request.predictions);

    if (request.sentences) {
      const at::Tensor rows = outputs.sentences.contiguous();
      for (std::size_t r = 0; r < inputs.texts.size(); ++r) {
        const float* row = rows.const_data_ptr<float>() + static_cast<std::int64_t>(r) * width;
        check_finite(row, width, request.first + inputs.texts[r]);
        std::memcpy(result.sentences.mutable_data_ptr<float>() + inputs.texts[r] * width, row,
                    width * sizeof(float));
      }
    }
    const PackedBatch singles = pairs ? batch.part(0, inputs.input.singles) : PackedBatch();
    for (std::size_t t = 0; t < outputs.logits.size(); ++t) {
      if (!outputs.logits[t].defined()) continue;
      const PackedBatch& read = tasks[t].grouped() || !pairs ? batch : singles;
      auto decoded = tasks[t].decode(outputs.logits[t], read, inputs.texts.size(), request.top);
      for (std::size_t r = 0; r < inputs.texts.size(); ++r)
        result.predictions[t][inputs.texts[r]] = std::move(decoded[r]);
    }
    if (request.progress) {
      const std::lock_guard lock(progress_mutex);
      done += static_cast<std::int64_t>(inputs.texts.size());
      done_tokens += batch.tokens();
      request.progress(done, static_cast<double>(done_tokens) / static_cast<double>(result.tokens));
    }
  });
  return result;
}

bool predicts(const MultiTaskModel& model) {
  const auto& tasks = model.tasks();
  return std::any_of(tasks.begin(), tasks.end(), [](const Task& task) { return !task.grouped(); });
}

Value prediction_row(const std::string& text, const std::string* second_text, const std::vector<Task>& tasks,
                     const std::vector<std::vector<Value>>& predictions, std::int64_t row) {
  Value line(Value::Table{{"text", text}});
  if (second_text) line.set("text_pair", *second_text);
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    if (predictions[t].empty()) continue;
    Value prediction = predictions[t][row];
    if (!tasks[t].trained && prediction.is(Value::Kind::table)) prediction.set("untrained", true);
    line.set(tasks[t].name, std::move(prediction));
  }
  return line;
}

}  // namespace mtt
