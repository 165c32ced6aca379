#include "train/train_settings.h"

#include <limits>

#include "train/schedule.h"

namespace mtt {
namespace {

std::optional<double> dropout_of(const Options& train) {
  const double dropout = train.number("dropout");
  if (dropout < 0 && dropout != -1)
    train.value("dropout").refuse("[train] dropout is " + Value(dropout).json() +
                                  "; expected 0 to 0.99, or -1 for the model's own");
  return dropout < 0 ? std::nullopt : std::optional(dropout);
}

std::vector<LearningRateRule> rules_of(const Value& rates) {
  std::vector<LearningRateRule> rules;
  if (rates.is(Value::Kind::null)) return rules;
  for (const auto& [selector, rate] : rates.table()) {
    if (rate.number() < 0)
      rate.refuse("[train.learning_rates] " + selector + " = " + rate.json() +
                  " is not a learning rate; expected at least 0");
    rules.push_back({selector, rate});
  }
  return rules;
}

}  // namespace

OptionList train_options() {
  return OptionList()
      .integer("epochs", 3, 0, 1'000'000,
               "Number of epochs; 0: nothing is trained, heads keep the weights of their init.")
      .integer("steps_per_epoch", 0, 0, 1'000'000'000,
               "Optimizer steps per epoch; 0: as many as the sampler needs for all examples.")
      .integer(
          "batch_size", 32, 1, 1'000'000,
          "Examples per step from each training file (in total, if the sampler draws one file per step).")
      .integer("tokens_per_forward", 1024, 1, 1 << 20,
               "Approximate maximum number of tokens per micro-batch; memory depends on it, results do not "
               "(up to rounding and dropout).")
      .number("learning_rate", 5e-5, 0, 1e3, "Learning rate of the topmost encoder layer.")
      .number_or("head_learning_rate", {"auto"}, 0, 1e3,
                 "Learning rate of heads and adapters; auto: 0.001 for adapters; for a head, 0.001 divided "
                 "by the root mean square of its inputs.")
      .table("learning_rates",
             "Learning rates of single parameters: selector = rate; the last matching selector takes "
             "precedence.")
      .number("layer_decay", 1, 0, 1,
              "Learning rate of a layer divided by that of the layer above it; 1: the same for all layers.")
      .number("weight_decay", 0.01, 0, 10,
              "AdamW weight decay; not applied to biases and normalisation layers.")
      .number("beta1", 0.9, 0, 0.999999, "AdamW β₁.")
      .number("beta2", 0.999, 0, 0.9999999, "AdamW β₂.")
      .number("epsilon", 1e-8, 1e-30, 1, "AdamW ε.")
      .choice("schedule", "linear", Schedule::names(), "Learning rate schedule after the warm-up.")
      .number("warm_up", 0.06, 0, 1, "Share of all steps during which the learning rate rises.")
      .number("clip_norm", 1, 0, 1e9,
              "Maximum norm of the gradients over all parameters; larger gradients are scaled down; 0: no "
              "clipping.")
      .number("dropout", -1, -1, 0.99, "Dropout of the backbone; -1: as in the model's config.json.")
      .choice("matmul_precision", "fp32", {"fp32", "bf16"},
              "Precision of the matrix products in trainable encoder layers, in the forward and the backward "
              "pass; weights, sums and the optimizer are float32. bf16 is faster on processors with "
              "AVX512-BF16 or AMX; on others fp32 is used, with a warning.")
      .integer("evaluate_every", 0, 0, 1'000'000'000,
               "Steps between evaluations on the validation set; 0: once per epoch.")
      .string("best", "mean",
              "Score for model selection: \"mean\" of the tasks' main metrics, or \"<task>.<metric>\".")
      .integer("patience", 0, 0, 1'000'000,
               "Number of evaluations without a better score after which training stops early; 0: no early "
               "stopping.")
      .integer("save_every", 0, 0, 1'000'000'000, "Steps between checkpoints; 0: once per epoch.")
      .integer("statistics_every", 0, 0, 1'000'000'000,
               "Steps between logs of the norms and cosines of the tasks' gradients; 0: never.");
}

TrainSettings TrainSettings::read(const Options& train) {
  const double clip_norm = train.number("clip_norm");
  return {.epochs = train.integer("epochs"),
          .steps_per_epoch = train.integer("steps_per_epoch"),
          .batch_size = train.integer("batch_size"),
          .tokens_per_forward = train.integer("tokens_per_forward"),
          .optimizer = {.adamw = {train.number("beta1"), train.number("beta2"), train.number("epsilon")},
                        .learning_rate = train.number("learning_rate"),
                        .head_learning_rate = train.number_if("head_learning_rate"),
                        .rules = rules_of(train.value("learning_rates")),
                        .layer_decay = train.number("layer_decay"),
                        .weight_decay = train.number("weight_decay"),
                        .schedule = train.string("schedule"),
                        .warm_up = train.number("warm_up"),
                        .clip_norm = clip_norm > 0 ? clip_norm : std::numeric_limits<double>::infinity()},
          .selection = {.best = train.string("best"),
                        .patience = train.integer("patience"),
                        .evaluate_every = train.integer("evaluate_every")},
          .dropout = dropout_of(train),
          .matmul_precision = precision_named(train.string("matmul_precision")),
          .save_every = train.integer("save_every"),
          .statistics_every = train.integer("statistics_every")};
}

}  // namespace mtt
