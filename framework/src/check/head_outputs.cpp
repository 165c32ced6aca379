#include "check/head_outputs.h"

#include <string>
#include <thread>

#include "check/contract_report.h"
#include "value/json.h"

namespace mtt {
namespace {

void check_prediction(const Value& prediction) {
  require(prediction.is(Value::Kind::table),
          "decode returns " + prediction.json() + "; a prediction is a table");
  const std::string text = prediction.json();
  require(parse_json(text, "a prediction").json() == text,
          "a prediction changes when it is written and read as JSON: " + text);
}

}  // namespace

void check_logits(const HeadTrial& trial) {
  const PackedBatch& all = trial.batch();
  const at::Tensor together = trial.logits(trial.head(), all);
  require(together.dim() == 2 && together.size(0) == trial.rows(all),
          "forward returns a tensor with " + std::to_string(together.dim()) + " dimensions and " +
              std::to_string(together.dim() > 0 ? together.size(0) : 0) + " rows; expected [" +
              std::to_string(trial.rows(all)) + ", K], one row per " +
              (trial.grouped()  ? "group"
               : trial.tokens() ? "token"
                                : "input"));
  require(together.scalar_type() == at::kFloat, "forward returns logits that are not float32");
  require(together.device().is_cpu(), "forward returns logits that are not on the features' device");
  require(distance(together, trial.logits(trial.head(), all)) == 0,
          "two forward passes over the same features differ; random draws are allowed only in training mode");
  if (trial.head().coupled()) return;
  for (std::int64_t e = 0; e < trial.examples(all); ++e) {
    const at::Tensor alone = trial.logits(trial.head(), trial.part_of(e, 1));
    const std::int64_t from = !trial.grouped() && trial.tokens() ? all.offsets[e] : e;
    require(distance(alone, together.narrow(0, from, alone.size(0))) < kRounding,
            "the logits of an example depend on the other examples of the batch");
  }
}

void check_predictions(const HeadTrial& trial) {
  const auto predictions = trial.decoded(trial.head(), trial.batch());
  require(predictions.size() == trial.labels().size(),
          "decode returns " + std::to_string(predictions.size()) + " predictions for " +
              std::to_string(trial.labels().size()) + (trial.grouped() ? " groups" : " inputs"));
  for (const Value& prediction : predictions) check_prediction(prediction);
}

void check_long_and_empty(const HeadTrial& trial) {
  const SampleBatch longer(trial.inputs_of({510, 1})), no_words(trial.inputs_of({0, 2}));
  for (const SampleBatch* sample : {&longer, &no_words}) {
    const auto predictions = trial.decoded(trial.head(), sample->batch);
    require(predictions.size() == 2, "decode returns " + std::to_string(predictions.size()) +
                                         " predictions for 2 examples, one of them " +
                                         (sample == &longer ? "of 510 words" : "without words"));
    for (const Value& prediction : predictions) check_prediction(prediction);
  }
  const SampleBatch nothing({});
  require(trial.decoded(trial.head(), nothing.batch).empty(),
          "decode returns predictions for an empty batch");
}

void check_threads(const HeadTrial& trial) {
  const auto expected = trial.decoded(trial.head(), trial.batch());
  std::vector<std::thread> crew;
  std::vector<std::vector<Value>> results(4);
  for (auto& result : results)
    crew.emplace_back([&] {
      for (int i = 0; i < 20; ++i) result = trial.decoded(trial.head(), trial.batch());
    });
  for (std::thread& thread : crew) thread.join();
  for (const auto& result : results)
    for (std::size_t i = 0; i < expected.size(); ++i)
      require(
          result.at(i).json() == expected[i].json(),
          "predictions differ between one and several threads; forward and decode must not change the head");
}

void check_saving(const HeadTrial& trial) {
  const Value state = trial.head().state();
  const std::string text = state.json();
  require(parse_json(text, "the state").json() == text,
          "state() changes when it is written and read as JSON: " + text);
  const auto copy = trial.copy_of(trial.head());
  require(copy->state().json() == text,
          "after restore(state()) the state is " + copy->state().json() + "; it was " + text);
  require(distance(trial.logits(trial.head(), trial.batch()), trial.logits(*copy, trial.batch())) == 0,
          "after saving and loading, the head returns other logits");
  const auto one = trial.decoded(trial.head(), trial.batch()), other = trial.decoded(*copy, trial.batch());
  for (std::size_t i = 0; i < one.size(); ++i)
    require(one[i].json() == other[i].json(),
            "after saving and loading, the head predicts " + other[i].json() + "; it was " + one[i].json());
}

}  // namespace mtt
