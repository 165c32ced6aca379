#include "model/shared_forward.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "mtt/error.h"

namespace mtt {
namespace {

/// A text of a request in a forward pass.
struct ForwardText {
  PendingRequest* request;
  std::int64_t number;
  const TokenizedText *first, *second;  ///< `second`: of a group
};

/// The texts of all parts, longest first.
std::vector<ForwardText> texts_of(const std::vector<ForwardPart>& parts) {
  std::vector<ForwardText> texts;
  for (const ForwardPart& part : parts)
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
ModelInput input_of(const std::vector<ForwardText>& texts, const ForwardPart& kind,
                    const BackboneShape& shape) {
  ModelInput input;
  input.joint = kind.joint;
  input.second_texts = kind.second_texts;
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
      input.groups.add_pair(static_cast<std::int64_t>(i), row_of_second[i]);
  input.batch = make_batch(rows, shape);
  if (!grouped.empty()) input.texts = input.batch.part(0, static_cast<std::int64_t>(texts.size()));
  return input;
}

void check_finite(const float* row, std::int64_t width, std::int64_t text) {
  float sum = 0;
  for (std::int64_t i = 0; i < width; ++i) sum += row[i] * 0.0F;
  if (sum != 0.0F || std::isnan(sum)) {
    throw Error("the vector of text " + std::to_string(text + 1) +
                " is not finite; the model's weights hold NaN or infinite values");
  }
}

}  // namespace

void run_forward(const MultiTaskModel& model, const std::vector<ForwardPart>& parts) {
  const c10::InferenceMode no_graph;
  const Request& asked = parts.front().request->request();
  const bool sentences = asked.sentences && !parts.front().joint;
  const std::vector<ForwardText> texts = texts_of(parts);
  const ModelInput input = input_of(texts, parts.front(), model.backbone().shape());
  const Outputs outputs = model.forward(input, sentences, asked.predictions);
  if (sentences) {
    const at::Tensor rows = outputs.sentences.contiguous();
    const std::int64_t width = rows.size(1);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto& [request, number, first, second] = texts[i];
      const float* row = rows.const_data_ptr<float>() + static_cast<std::int64_t>(i) * width;
      check_finite(row, width, request->request().first + number);
      std::memcpy(request->response().sentences.mutable_data_ptr<float>() + number * width, row,
                  static_cast<std::size_t>(width) * sizeof(float));
    }
  }
  for (std::size_t t = 0; t < outputs.logits.size(); ++t) {
    if (!outputs.logits[t].defined()) continue;
    const Task& task = model.tasks()[t];
    auto decoded = task.decode(outputs.logits[t], input.read_by(task), input.groups, texts.size(), asked.top);
    for (std::size_t i = 0; i < texts.size(); ++i)
      texts[i].request->response().predictions[t][texts[i].number] = std::move(decoded[i]);
  }
}

}  // namespace mtt
