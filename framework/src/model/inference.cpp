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

/// All inputs of a pass, and the forwards that they are divided into.
struct PassInputs {
  std::vector<TokenizedText> texts;  ///< [N] or, with second texts for groups, [2N]
  std::vector<TokenizedText> joint;  ///< [N], or none
  bool groups = false, second_texts = false;
  struct Forward {
    bool joint = false;
    std::vector<std::int64_t> examples;
  };
  std::vector<Forward> forwards;
};

/// One forward pass: `examples` in the order of the inputs that are read one by one.
struct ForwardInput {
  std::vector<std::int64_t> examples;
  ModelInput input;
};

/// Joint pairs, or texts longest first and, for groups, their second texts behind them.
ForwardInput input_of(const PassInputs& pass, const PassInputs::Forward& forward, std::int64_t count,
                      const BackboneShape& shape) {
  ForwardInput result{.examples = forward.examples, .input = {}};
  result.input.singles = static_cast<std::int64_t>(forward.examples.size());
  result.input.joint = forward.joint;
  result.input.second_texts = pass.second_texts;
  if (forward.joint || !pass.groups) {
    result.input.batch = make_batch(forward.joint ? pass.joint : pass.texts, result.examples, shape);
    return result;
  }
  const auto sort = [&](std::vector<std::int64_t>& rows) {
    std::stable_sort(rows.begin(), rows.end(),
                     [&](auto a, auto b) { return pass.texts[a].length() > pass.texts[b].length(); });
  };
  sort(result.examples);
  std::vector<std::int64_t> rows = result.examples, seconds;
  for (const std::int64_t example : result.examples) seconds.push_back(count + example);
  sort(seconds);
  std::map<std::int64_t, std::int64_t> place;
  for (std::size_t i = 0; i < seconds.size(); ++i)
    place[seconds[i] - count] = static_cast<std::int64_t>(rows.size() + i);
  rows.insert(rows.end(), seconds.begin(), seconds.end());
  for (std::size_t i = 0; i < result.examples.size(); ++i)
    result.input.groups.add_pair(static_cast<std::int64_t>(i), place.at(result.examples[i]));
  result.input.batch = make_batch(pass.texts, rows, shape);
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
  const bool has_second = !second_texts.empty();
  const auto any = [&](const std::function<bool(const Task&)>& is) {
    return request.predictions && std::any_of(tasks.begin(), tasks.end(), is);
  };
  const auto count = static_cast<std::int64_t>(texts.size());
  PassInputs pass;
  pass.second_texts = has_second;
  pass.groups = has_second && any([](const Task& task) { return task.grouped(); });
  if (has_second && any([](const Task& task) { return task.joint(true); }))
    pass.joint = tokenize_pairs(encoder_, texts, second_texts, threads_);
  if (request.sentences || pass.groups ||
      any([&](const Task& task) { return !task.grouped() && !task.joint(has_second); }))
    pass.texts = tokenize(encoder_, texts, threads_);
  if (pass.groups) append(pass.texts, tokenize(encoder_, second_texts, threads_));
  const auto add_forwards = [&](bool joint, const std::function<std::int64_t(std::int64_t)>& length) {
    std::vector<std::int64_t> examples(texts.size());
    std::iota(examples.begin(), examples.end(), std::int64_t{0});
    for (auto& run : cut_by_length(std::move(examples), length, tokens_per_forward_))
      pass.forwards.push_back({joint, std::move(run)});
  };
  if (!pass.texts.empty())
    add_forwards(false, [&](std::int64_t example) {
      return pass.texts[example].length() + (pass.groups ? pass.texts[count + example].length() : 0);
    });
  if (!pass.joint.empty())
    add_forwards(true, [&](std::int64_t example) { return pass.joint[example].length(); });
  const std::int64_t width = model_.modules().width();

  InferenceResult result;
  std::vector<bool> truncated(texts.size(), false);
  for (const auto* inputs : {&pass.texts, &pass.joint})
    for (std::size_t i = 0; i < inputs->size(); ++i) {
      if ((*inputs)[i].truncated()) truncated[i % texts.size()] = true;
      result.tokens += (*inputs)[i].length();
    }
  result.truncated = std::count(truncated.begin(), truncated.end(), true);
  if (request.sentences) result.sentences = at::empty({count, width}, at::kFloat);
  if (request.predictions)
    for (const Task& task : tasks)
      result.predictions.emplace_back(has_second || task.reads_single_texts() ? texts.size() : 0);

  std::mutex progress_mutex;
  std::int64_t done = 0, done_tokens = 0;
  run_on_workers(threads_, static_cast<std::int64_t>(pass.forwards.size()), [&](std::int64_t number) {
    const c10::InferenceMode no_graph;
    const ForwardInput forward = input_of(pass, pass.forwards[number], count, model_.backbone().shape());
    const ModelInput& input = forward.input;
    const std::vector<std::int64_t>& examples = forward.examples;
    const bool sentences = request.sentences && !input.joint;
    const Outputs outputs = model_.forward(input, sentences, request.predictions);

    if (sentences) {
      const at::Tensor rows = outputs.sentences.contiguous();
      for (std::size_t r = 0; r < examples.size(); ++r) {
        const float* row = rows.const_data_ptr<float>() + static_cast<std::int64_t>(r) * width;
        check_finite(row, width, request.first + examples[r]);
        std::memcpy(result.sentences.mutable_data_ptr<float>() + examples[r] * width, row,
                    width * sizeof(float));
      }
    }
    const bool all = input.singles == input.batch.size();
    const PackedBatch singles = all ? PackedBatch() : input.batch.part(0, input.singles);
    for (std::size_t t = 0; t < outputs.logits.size(); ++t) {
      if (!outputs.logits[t].defined()) continue;
      const PackedBatch& read = all || tasks[t].grouped() ? input.batch : singles;
      auto decoded = tasks[t].decode(outputs.logits[t], read, input.groups, examples.size(), request.top);
      for (std::size_t r = 0; r < examples.size(); ++r)
        result.predictions[t][examples[r]] = std::move(decoded[r]);
    }
    if (request.progress) {
      const std::lock_guard lock(progress_mutex);
      done_tokens += input.batch.tokens();
      done += static_cast<std::int64_t>(examples.size());
      const double share = static_cast<double>(done_tokens) / static_cast<double>(result.tokens);
      request.progress(pass.texts.empty() || pass.joint.empty() ? done : done / 2, share);
    }
  });
  return result;
}

bool predicts(const MultiTaskModel& model) {
  const auto& tasks = model.tasks();
  return std::any_of(tasks.begin(), tasks.end(), [](const Task& task) { return task.reads_single_texts(); });
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
