#include "model/answer_parts.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "model/transformed_batch.h"
#include "mtt/error.h"

namespace mtt {
namespace {

/// A text of a request in the forward pass.
struct AnsweredText {
  PendingRequest* request;
  std::int64_t number;
  const TokenizedText *first, *second;  ///< `second`: of a group
};

/// The texts of all parts, longest first.
std::vector<AnsweredText> texts_of(const std::vector<RequestPart>& parts) {
  std::vector<AnsweredText> texts;
  for (const RequestPart& part : parts)
    for (const std::int64_t number : part.texts) {
      PendingRequest& request = *part.request;
      const bool grouped = !part.joint && part.second_texts;
      texts.push_back({&request, number, request.first_input(part, number),
                       grouped ? request.second_input(number) : nullptr});
    }
  std::stable_sort(texts.begin(), texts.end(),
                   [](const auto& a, const auto& b) { return a.first->length() > b.first->length(); });
  return texts;
}

/// The texts as inputs, then the second texts of groups, longest first.
SharedInputs inputs_of(const std::vector<AnsweredText>& texts, const BackboneShape& shape) {
  SharedInputs inputs;
  std::vector<const TokenizedText*> rows;
  std::vector<std::size_t> grouped;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    rows.push_back(texts[i].first);
    if (texts[i].second) grouped.push_back(i);
  }
  std::stable_sort(grouped.begin(), grouped.end(),
                   [&](auto a, auto b) { return texts[a].second->length() > texts[b].second->length(); });
  std::vector<std::int64_t> row_of_second(texts.size());
  for (const std::size_t i : grouped) {
    row_of_second[i] = static_cast<std::int64_t>(rows.size());
    rows.push_back(texts[i].second);
  }
  if (!grouped.empty())
    for (std::size_t i = 0; i < texts.size(); ++i)
      inputs.groups.add_pair(static_cast<std::int64_t>(i), row_of_second[i]);
  inputs.batch = make_batch(rows, shape);
  if (!grouped.empty()) inputs.texts = inputs.batch.part(0, static_cast<std::int64_t>(texts.size()));
  return inputs;
}

void check_finite(const float* row, std::int64_t width, std::int64_t text) {
  float sum = 0;
  for (std::int64_t i = 0; i < width; ++i) sum += row[i] * 0.0F;
  if (sum != 0.0F || std::isnan(sum)) {
    throw Error("the vector of text " + std::to_string(text + 1) +
                " is not finite; the model's weights hold NaN or infinite values");
  }
}

/// The model's tasks that read these inputs.
std::vector<std::size_t> answering_tasks(const MultiTaskModel& model, const Request& asked,
                                         const RequestPart& kind) {
  std::vector<std::size_t> answering;
  for (std::size_t t = 0; asked.predictions && t < model.tasks().size(); ++t) {
    const Task& task = model.tasks()[t];
    if (asked.asks(t) &&
        (task.grouped() ? kind.second_texts && !kind.joint : task.joint(kind.second_texts) == kind.joint))
      answering.push_back(t);
  }
  return answering;
}

void put_token_vectors(const at::Tensor& tokens, const PackedBatch& batch,
                       const std::vector<AnsweredText>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    const at::Tensor vectors = tokens.narrow(0, batch.offsets[i], batch.length(row)).clone();
    check_finite(vectors.const_data_ptr<float>(), vectors.numel(),
                 texts[i].request->request().first + texts[i].number);
    texts[i].request->response().token_vectors[texts[i].number] = vectors;
  }
}

void put_logits(const at::Tensor& logits, const std::vector<AnsweredText>& texts, std::size_t task,
                bool tokens) {
  const auto count = static_cast<std::int64_t>(texts.size());
  if (tokens || logits.size(0) != count) return;
  const at::Tensor rows = logits.reshape({count, -1}).contiguous();
  const float* row = rows.const_data_ptr<float>();
  for (const AnsweredText& text : texts) {
    text.request->response().logits[task][text.number].assign(row, row + rows.size(1));
    row += rows.size(1);
  }
}

void put_sentences(const at::Tensor& sentences, const std::vector<AnsweredText>& texts) {
  const at::Tensor rows = sentences.contiguous();
  const std::int64_t width = rows.size(1);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto& [request, number, first, second] = texts[i];
    const float* row = rows.const_data_ptr<float>() + static_cast<std::int64_t>(i) * width;
    check_finite(row, width, request->request().first + number);
    std::memcpy(request->response().sentences.mutable_data_ptr<float>() + number * width, row,
                static_cast<std::size_t>(width) * sizeof(float));
  }
}

/// Changes the inputs as the head of a task does; its targets are the labels of the responses.
void transform_inputs(SharedInputs& inputs, const Task& task, const std::vector<AnsweredText>& texts,
                      std::int64_t vocabulary) {
  std::vector<std::int64_t> numbers;
  for (const AnsweredText& text : texts) numbers.push_back(text.request->request().first + text.number);
  TransformedBatch changed = transform_batch(task, inputs.batch, numbers, kScoringSeed, vocabulary);
  auto labels = target_labels(changed.targets, changed.batch, task.reads_tokens());
  for (std::size_t i = 0; i < texts.size(); ++i)
    texts[i].request->response().labels[texts[i].number] = std::move(labels[i]);
  inputs.batch = std::move(changed.batch);
}

}  // namespace

void answer_parts(const MultiTaskModel& model, const std::vector<RequestPart>& parts) {
  const c10::InferenceMode no_graph;
  const Request& asked = parts.front().request->request();
  const bool alone = !parts.front().joint;
  const OwnVectors own{asked.sentences && alone, asked.token_vectors && alone, asked.normalize};
  const std::vector<AnsweredText> texts = texts_of(parts);
  const BackboneShape& shape = model.backbone().shape();
  SharedInputs inputs = inputs_of(texts, shape);
  if (asked.transformed_by)
    transform_inputs(inputs, model.tasks()[*asked.transformed_by], texts, shape.vocabulary);
  const std::vector<std::size_t> answering = answering_tasks(model, asked, parts.front());
  std::vector<const Task*> tasks;
  for (const std::size_t t : answering) tasks.push_back(&model.tasks()[t]);
  const Outputs outputs = model.forward(inputs, tasks, own);
  if (own.sentences) put_sentences(outputs.sentences, texts);
  if (own.tokens) put_token_vectors(outputs.tokens, inputs.leading(), texts);
  for (std::size_t a = 0; a < tasks.size(); ++a) {
    if (asked.logits) put_logits(outputs.logits[a], texts, answering[a], tasks[a]->reads_tokens());
    auto decoded = tasks[a]->decode(outputs.logits[a], inputs.read_by(*tasks[a]), inputs.groups, texts.size(),
                                    asked.top);
    for (std::size_t i = 0; i < texts.size(); ++i)
      texts[i].request->response().predictions[answering[a]][texts[i].number] = std::move(decoded[i]);
  }
}

}  // namespace mtt
