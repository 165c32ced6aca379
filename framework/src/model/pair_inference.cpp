#include "model/pair_inference.h"

#include <c10/core/InferenceMode.h>

namespace mtt {

std::vector<Value> predict_pairs(const Task& task, const std::vector<std::string>& texts,
                                 const std::vector<std::string>& partners, const Inference& inference,
                                 std::int64_t top) {
  std::vector<std::string> both = texts;
  both.insert(both.end(), partners.begin(), partners.end());
  const at::Tensor vectors =
      inference.run(both, {.sentences = true, .predictions = false, .progress = {}}).sentences;
  const auto count = static_cast<std::int64_t>(texts.size());
  const c10::InferenceMode no_graph;
  const Encoding encoding{
      .tokens = {}, .sentences = vectors.narrow(0, 0, count), .partners = vectors.narrow(0, count, count)};
  const at::Tensor logits =
      call_plugin(call_of(task, "forward"), [&] { return task.head->forward(encoding); });
  return checked_predictions(task, logits, TokenBatch(), texts.size(), "pairs", top);
}

}  // namespace mtt
