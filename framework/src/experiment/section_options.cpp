#include "experiment/section_options.h"

#include "model/backbone_options.h"

namespace mtt {

OptionList top_options() {
  return OptionList()
      .string("name", "", "The experiment's name; empty: the name of the file.")
      .strings("plugin_path", std::vector<std::string>{},
               "Folders that are searched for plugins before all others.")
      .table("backbone", "The shared encoder.")
      .table("data", "The examples that all tasks share.")
      .table("tasks", "The tasks: one table per task.")
      .table("train", "How encoder and heads are trained; without this table the heads are only fitted.")
      .table("freeze", "Which parameters are trainable, and when.")
      .table("weighting", "How the tasks' losses are balanced.")
      .table("sampler", "Which examples a step takes.")
      .table("cache", "The cache for the outputs of frozen layers.")
      .table("show", "Sentences that the run encodes, compares and predicts, and prints.")
      .table("run", "Seed, threads and output of the run.")
      .table("sweep", "What `mtt sweep` varies; ignored by `mtt run`.");
}

OptionList task_options() {
  return OptionList()
      .string("head", std::nullopt, "The head plugin.")
      .string("field", "", "Key of this task's label; empty: the task's name.")
      .string("text", "", "Key of this task's sentence; empty: as in [data].")
      .string("text_pair", "", "Key of the second sentence of this task's pairs; empty: as in [data].")
      .choice(
          "pair", "separate", {"separate", "joint"},
          "How the second sentence is read. separate: heads on pairs compare the vectors of both sentences, "
          "other heads read the first sentence alone. joint: both sentences are encoded as one input, as "
          "in a cross-encoder.")
      .strings("tags", std::vector<std::string>{},
               "Names of integer tags, beginning with that of 0, if labels have one tag per token: [\"O\", "
               "\"B-person\", ...].")
      .string("train", "", "This task's training set; empty: as in [data].")
      .string("dev", "", "This task's validation set; empty: as in [data].")
      .number("dev_share", 0, 0, 0.5,
              "Share of this task's training file that is held out as validation set; 0: as in [data].")
      .integer("train_examples", 0, 0, std::nullopt,
               "Number of examples drawn from this task's training file; 0: as in [data].")
      .strings("test", std::vector<std::string>{}, "This task's test sets; empty: as in [data].")
      .choices("pooling", std::vector<std::string>{"model"}, pooling_words(),
               "Pooling that a sentence head reads; model: the pooling and dense layers of [backbone].")
      .choice("normalize", "model", {"model", "yes", "no"},
              "Whether a sentence head reads normalised vectors; model: as in [backbone].")
      .integer("layer", -1, -1, 10'000,
               "Layer that the head reads; 0: the embeddings, 1: the first layer, -1: the last layer.")
      .string("init", "auto",
              "Initial weights of the head: logistic (the optimum of its own loss with an L2 penalty), "
              "another method of the head (ridge, class_means), none (random). auto: logistic if the loss is "
              "convex, otherwise ridge or another closed form, otherwise none.")
      .number_or(
          "penalty", {"auto"}, 1e-12, 1e12,
          "Inverse L2 penalty of the probe, like C in scikit-learn; auto: chosen from five values by the "
          "loss on the validation set, or on a held-out fifth of the training examples.");
}

OptionList show_options() {
  return OptionList()
      .strings("sentences", std::vector<std::string>{}, "Sentences to encode, compare and predict.")
      .string("file", "", "Text file with more sentences, one per line.");
}

OptionList run_options() {
  return OptionList()
      .string("out", "", "The run's directory; empty: runs/<name> in the working directory.")
      .string("init_from", "",
              "Directory of another run that provides the initial weights of the encoder and of heads of the "
              "same task; empty: the pretrained encoder.")
      .integer("seed", 1, 0, std::nullopt, "Seed of all random draws.")
      .integer("threads", 0, 0, 1024,
               "Number of threads; 0: one per processor. --threads and MTT_THREADS take precedence.")
      .integer("tokens_per_forward", 512, 1, 1 << 20,
               "Approximate maximum number of tokens per batch in inference; results do not depend on it, up "
               "to rounding.")
      .boolean("save_predictions", false,
               "Whether predictions for the test sets are saved with texts and labels in test_predictions/ "
               "of the run's directory.");
}

OptionList sweep_options() {
  return OptionList()
      .integer("seeds", 5, 1, 1000, "Number of seeds, counted up from run.seed.")
      .table("arms",
             "The configurations to compare: one table per arm, [sweep.arms.<name>], with the keys that "
             "differ from the file.")
      .table("grid",
             "Arrays of values, one per key; all arms are run with all combinations. Without arms, the "
             "combinations are compared.")
      .table("tuning",
             "How values are chosen for arms with a table `tune` of keys and arrays of values. Each value is "
             "tried in one run with a separate seed. `metric`: the score for the choice, "
             "\"<task>.<metric>\"; default: the mean of the tasks' main scores. `set`: keys that differ in "
             "these runs; data.test must be a validation set.")
      .string("baseline", "", "The arm that all others are compared with; empty: the first arm.")
      .strings("metrics", std::vector<std::string>{},
               "Scores in the table, \"<task>.<metric>\"; empty: the main metric of each task.")
      .string(
          "times", "",
          "The name of another sweep's directory beside that of this sweep, with the same arms on fewer "
          "examples, run one at a time. The table shows its times, multiplied by the ratio of the numbers "
          "of steps. Empty: the times of the sweep itself.");
}

OptionList tuning_options() {
  return OptionList()
      .string("metric", "mean",
              "The score for the choice, \"<task>.<metric>\"; mean: the mean of the tasks' main scores.")
      .table("set", "Keys that differ in tuning runs.");
}

}  // namespace mtt
