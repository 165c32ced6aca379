#include "model/inference.h"

#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>

#include "io/terminal_text.h"
#include "model/top_classes.h"
#include "model/worker_pool.h"
#include "mtt/error.h"
#include "value/utf8.h"

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

/// A string within a value, or a key, that is not valid UTF-8; else nullptr.
const std::string* invalid_text(const Value& value) {
  const auto invalid = [](const std::string& text) { return find_invalid_utf8(text) != std::string::npos; };
  if (value.is(Value::Kind::string)) return invalid(value.string()) ? &value.string() : nullptr;
  if (value.is(Value::Kind::array)) {
    for (const Value& item : value.array())
      if (const std::string* text = invalid_text(item)) return text;
  } else if (value.is(Value::Kind::table)) {
    for (const auto& [key, item] : value.table()) {
      if (invalid(key)) return &key;
      if (const std::string* text = invalid_text(item)) return text;
    }
  }
  return nullptr;
}

}  // namespace

Inference::Inference(const MultiTaskModel& model, TextEncoder encoder, std::int64_t threads,
                     std::int64_t tokens_per_forward)
    : model_(model),
      encoder_(std::move(encoder)),
      threads_(threads),
      tokens_per_forward_(tokens_per_forward) {}

InferenceResult Inference::run(const std::vector<std::string>& texts, const InferenceRequest& request) const {
  const auto tokenized = tokenize(encoder_, texts, threads_);
  const auto forwards = plan_forwards(tokenized, tokens_per_forward_);
  const auto count = static_cast<std::int64_t>(texts.size());
  const std::int64_t width = model_.modules().width();

  InferenceResult result;
  for (const TokenizedText& text : tokenized) {
    result.truncated += text.tokens.truncated > 0;
    result.tokens += static_cast<std::int64_t>(text.tokens.ids.size());
  }
  if (request.sentences) result.sentences = at::empty({count, width}, at::kFloat);
  if (request.predictions)
    for (const Task& task : model_.tasks())
      result.predictions.emplace_back(task.head->level() == Level::pair ? 0 : texts.size());

  std::mutex progress_mutex;
  std::int64_t done = 0, done_tokens = 0;
  run_on_workers(threads_, static_cast<std::int64_t>(forwards.size()), [&](std::int64_t number) {
    const c10::InferenceMode no_graph;
    const auto& indices = forwards[number];
    std::vector<const TokenizedText*> members;
    for (const std::int64_t i : indices) members.push_back(&tokenized[i]);
    const TokenBatch batch = make_batch(members, model_.backbone().shape());
    const Outputs outputs = model_.forward(batch, request.sentences, request.predictions);

    if (request.sentences) {
      const at::Tensor rows = outputs.sentences.contiguous();
      for (std::size_t r = 0; r < indices.size(); ++r) {
        const float* row = rows.const_data_ptr<float>() + static_cast<std::int64_t>(r) * width;
        check_finite(row, width, request.first + indices[r]);
        std::memcpy(result.sentences.mutable_data_ptr<float>() + indices[r] * width, row,
                    width * sizeof(float));
      }
    }
    if (request.predictions) {
      for (std::size_t t = 0; t < model_.tasks().size(); ++t) {
        const Task& task = model_.tasks()[t];
        if (task.head->level() == Level::pair) continue;
        auto decoded =
            checked_predictions(task, outputs.logits[t], batch, indices.size(), "sentences", request.top);
        for (std::size_t r = 0; r < indices.size(); ++r)
          result.predictions[t][indices[r]] = std::move(decoded[r]);
      }
    }
    if (request.progress) {
      const std::lock_guard lock(progress_mutex);
      done += static_cast<std::int64_t>(indices.size());
      done_tokens += batch.tokens();
      request.progress(done, static_cast<double>(done_tokens) / static_cast<double>(result.tokens));
    }
  });
  return result;
}

void Inference::for_each_batch(
    const std::vector<std::string>& texts,
    const std::function<void(const TokenBatch&, const std::vector<std::int64_t>&)>& consume) const {
  const auto tokenized = tokenize(encoder_, texts, threads_);
  for (const auto& indices : plan_forwards(tokenized, tokens_per_forward_)) {
    std::vector<const TokenizedText*> members;
    for (const std::int64_t i : indices) members.push_back(&tokenized[i]);
    consume(make_batch(members, model_.backbone().shape()), indices);
  }
}

std::vector<Value> checked_predictions(const Task& task, const at::Tensor& logits, const TokenBatch& batch,
                                       std::size_t expected, const char* units, std::int64_t top) {
  if (!logits.defined())
    throw Error("task '" + task.name + "': the head '" + task.plugin +
                "' gave no logits; its forward is wrong");
  if (!std::isfinite(logits.sum().item<float>()))
    throw Error("task '" + task.name +
                "' gives values that are not finite; its weights or the model's are damaged");
  auto decoded = call_plugin(call_of(task, "decode"), [&] { return task.head->decode(logits, batch); });
  if (decoded.size() != expected)
    throw Error("the head of task '" + task.name + "' gave " + std::to_string(decoded.size()) +
                " predictions for " + std::to_string(expected) + " " + units + "; its decode is wrong");
  if (top > 0) add_top_classes(task, logits, top, decoded);
  for (const Value& prediction : decoded)
    if (const std::string* text = invalid_text(prediction))
      throw Error("task '" + task.name + "': the head '" + task.plugin + "' gave the text \"" +
                  printable(*text) + "\", which is not valid UTF-8; its decode or its labels are wrong");
  return decoded;
}

bool predicts(const MultiTaskModel& model) {
  const auto& tasks = model.tasks();
  return std::any_of(tasks.begin(), tasks.end(),
                     [](const Task& task) { return task.head->level() != Level::pair; });
}

Value prediction_row(const std::string& text, const std::string* partner, const std::vector<Task>& tasks,
                     const std::vector<std::vector<Value>>& predictions, std::int64_t row) {
  Value line(Value::Table{{"text", text}});
  if (partner) line.set("text_pair", *partner);
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    if (predictions[t].empty()) continue;
    Value prediction = predictions[t][row];
    if (!tasks[t].trained && prediction.is(Value::Kind::table)) prediction.set("untrained", true);
    line.set(tasks[t].name, std::move(prediction));
  }
  return line;
}

}  // namespace mtt
