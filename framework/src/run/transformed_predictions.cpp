#include "run/transformed_predictions.h"

#include <c10/core/InferenceMode.h>

#include "model/batching.h"
#include "model/transformed_batch.h"
#include "model/run_on_workers.h"
#include "mtt/error.h"

namespace mtt {

TransformedPredictions predict_transformed(const Task& task, const Examples& examples,
                                           const std::string& file, const Session& session) {
  const bool joint = task.joint(true);
  if (joint && examples.partners.empty())
    throw Error("task '" + task.name + "': the task reads pairs of sentences, and its dev or test file '" +
                file + "' " + examples.why_no_partners);
  const MultiTaskModel& model = session.model();
  const BackboneShape& shape = model.backbone().shape();
  const TextEncoder& encoder = session.text_encoder();
  const std::int64_t threads = session.threads();
  const auto tokens = joint ? tokenize_pairs(encoder, examples.texts, examples.partners, threads)
                            : tokenize(encoder, examples.texts, threads);
  const auto forwards = plan_forwards(tokens, session.tokens_per_forward());
  TransformedPredictions result{.predictions = std::vector<Value>(tokens.size()),
                                .labels = std::vector<Value>(tokens.size())};
  run_on_workers(threads, static_cast<std::int64_t>(forwards.size()), [&](std::int64_t number) {
    const c10::InferenceMode no_graph;
    const std::vector<std::int64_t>& rows = forwards[number];
    const TransformedBatch changed =
        transform_batch(task, make_batch(tokens, rows, shape), rows, kScoringSeed, shape.vocabulary);
    const at::Tensor logits = task.forward(model.encode_for({&task}, changed.batch).front());
    auto predictions = task.decode(logits, changed.batch, {}, rows.size(), /*top=*/0);
    auto labels = target_labels(changed.targets, changed.batch, task.reads_tokens());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      result.predictions[rows[r]] = std::move(predictions[r]);
      result.labels[rows[r]] = std::move(labels[r]);
    }
  });
  return result;
}

}  // namespace mtt
