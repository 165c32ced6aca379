#include "model/pair_inference.h"

#include <c10/core/InferenceMode.h>

#include <cmath>

#include "mtt/error.h"

namespace mtt {

std::vector<Value> predict_pairs(const Task& task, const std::vector<std::string>& texts,
                                 const std::vector<std::string>& partners, const Inference& inference) {
  std::vector<std::string> both = texts;
  both.insert(both.end(), partners.begin(), partners.end());
  const at::Tensor vectors =
      inference.run(both, {.sentences = true, .predictions = false, .progress = {}}).sentences;
  const auto count = static_cast<std::int64_t>(texts.size());
  const c10::InferenceMode no_graph;
  const at::Tensor logits = task.head->forward(
      {.tokens = {}, .sentences = vectors.narrow(0, 0, count), .partners = vectors.narrow(0, count, count)});
  if (!std::isfinite(logits.sum().item<float>()))
    throw Error("task '" + task.name +
                "' gives values that are not finite; its weights or the model's are damaged");
  auto decoded = task.head->decode(logits, TokenBatch());
  if (decoded.size() != texts.size())
    throw Error("the head of task '" + task.name + "' gave " + std::to_string(decoded.size()) +
                " predictions for " + std::to_string(texts.size()) + " pairs; its decode is wrong");
  return decoded;
}

}  // namespace mtt
