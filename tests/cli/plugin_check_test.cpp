#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

namespace fs = std::filesystem;

namespace {

Outcome check(const std::string& file, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"plugins", "check", file};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return mtt_program(arguments);
}

/// A plugin that is well until its option `how` names a way to break the contract: the sentence that says so.
void check_each(const std::string& file, const std::map<std::string, std::string>& wrong) {
  const Outcome well = check(file);
  INFO(well.out << well.err);
  CHECK(well.code == 0);
  for (const auto& [how, sentence] : wrong) {
    const Outcome outcome = check(file, {"--set", "how=" + how});
    INFO(how << "\n" << outcome.out << outcome.err);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.out,
               Contains("FAILED") && Contains(sentence) && Contains("does not meet its contract"));
  }
}

}  // namespace

TEST_CASE("every plugin of ours keeps its contract") {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(MTT_PLUGINS)) {
    if (entry.path().extension() != ".so") continue;
    ++count;
    std::vector<std::string> more;
    if (entry.path().stem() == "static") more = {"--set", "weights={task0=1.0,task1=2.0,task2=0.5}"};
    if (entry.path().stem() == "token_classification")
      CHECK(check(entry.path().string(), {"--set", "crf=true"}).code == 0);
    const Outcome outcome = check(entry.path().string(), more);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out, Contains("the plugin meets its contract") && !Contains("FAILED"));
    CHECK_THAT(outcome.err, !Contains("warning"));
  }
  CHECK(count >= 25);
}

TEST_CASE("the bert backbone keeps its contract for every model type that it serves") {
  const TemporaryFolder folder;
  const std::string sizes = R"("vocab_size": 100, "max_position_embeddings": 64, )";
  const std::string usual =
      R"("hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48)";
  const std::map<std::string, std::string> configs = {
      {"bert", usual},
      {"roberta", usual + R"(, "pad_token_id": 1, "type_vocab_size": 1)"},
      {"xlm-roberta", usual + R"(, "pad_token_id": 1, "type_vocab_size": 1)"},
      {"camembert", usual},
      {"electra", usual + R"(, "embedding_size": 16)"},
      {"albert", usual + R"(, "embedding_size": 16, "num_hidden_groups": 1)"},
      {"mpnet", usual + R"(, "relative_attention_num_buckets": 8)"},
      {"distilbert", R"("dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48)"}};
  for (const auto& [type, rest] : configs) {
    folder.write("config.json", "{" + sizes + R"("model_type": ")" + type + "\", " + rest + "}");
    const Outcome outcome =
        check(std::string(MTT_PLUGINS) + "/bert.so", {"--config", (folder.path() / "config.json").string()});
    INFO(type << "\n" << outcome.out << outcome.err);
    CHECK(outcome.code == 0);
  }
  folder.write("config.json",
               "{" + sizes + R"("model_type": "albert", "num_hidden_groups": 2, )" + usual + "}");
  CHECK_THAT(
      check(std::string(MTT_PLUGINS) + "/bert.so", {"--config", (folder.path() / "config.json").string()})
          .out,
      Contains("num_hidden_groups is 2"));
  folder.write("config.json",
               "{" + sizes + R"("model_type": "mpnet", "relative_attention_num_buckets": 7, )" + usual + "}");
  CHECK_THAT(
      check(std::string(MTT_PLUGINS) + "/bert.so", {"--config", (folder.path() / "config.json").string()})
          .out,
      Contains("expected a multiple of 4"));
}

TEST_CASE("the modernbert backbone keeps its contract where its window is narrower than the sentences") {
  const TemporaryFolder folder;
  folder.write("config.json",
               R"({"model_type": "modernbert", "vocab_size": 100, "max_position_embeddings": 64,
                   "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 48,
                   "local_attention": 4, "global_attn_every_n_layers": 2})");
  const Outcome outcome = check(std::string(MTT_PLUGINS) + "/modernbert.so",
                                {"--config", (folder.path() / "config.json").string()});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.code == 0);
}

TEST_CASE("what breaks the contract of a head is found and said") {
  const std::string file = std::string(MTT_BAD_PLUGINS) + "/breaks_contract.so";
  check_each(file, {
                       {"flat", "expected [6, K], one row per input"},
                       {"mixes", "depend on the other examples of the batch"},
                       {"changes", "two forward passes over the same features differ"},
                       {"mean", "loss must be the sum over rows, not their mean"},
                       {"biased", "the loss of a batch is"},
                       {"detaches", "the loss has no gradient"},
                       {"unused", "no gradient reaches the parameter 'spare'"},
                       {"words", "a prediction is a table"},
                       {"loses", "decode returns 5 predictions for 6 inputs"},
                       {"misdeclares", "label_kind declares sets of classes: "},
                       {"nameless", "is not among label_names(), which are [\"violet\"]"},
                       {"bad_examples", "does not accept the labels of its example_labels(): "},
                       {"overconfident", "expected 0 to 1"},
                       {"too_few", "returned probabilities of another shape than [6, 3]"},
                       {"silent", "score returns other metric names without examples"},
                       {"forgets", "state() must hold all that build() depends on"},
                       {"crashes", "it was terminated by signal 11"},
                       {"exits", "it ended the process, at \"logits"},
                       {"divides", "where there is no example; expected 0"},
                       {"undeclared", "the option 'warmth' is read, but not declared"},
                       {"prints_and_flattens", "expected [6, K], one row per input"},
                   });
  const Outcome hangs = check(file, {"--set", "how=hangs", "--seconds", "2"});
  CHECK(hangs.code == 1);
  CHECK_THAT(hangs.out, Contains("it did not end within 2 seconds, at \"logits"));
  CHECK_THAT(check(file, {"--set", "how=lingers", "--seconds", "2"}).out,
             Contains("it did not end within 2 seconds"));
}

TEST_CASE("the check of a head says which closed forms and convex losses there are") {
  const auto lines = [](const std::string& plugin) {
    return check(std::string(MTT_PLUGINS) + "/" + plugin + ".so").out;
  };
  CHECK_THAT(lines("classification"),
             Contains("  ok      closed forms") && Contains("  ok      a convex loss, also in float64"));
  CHECK_THAT(lines("similarity"),
             Contains("  none    closed forms") && Contains("  none    a convex loss, also in float64"));
}

TEST_CASE("a metric that has the name of a loss and is better if higher gets a warning") {
  const Outcome outcome =
      check(std::string(MTT_BAD_PLUGINS) + "/breaks_contract.so", {"--set", "how=misnames"});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, Contains("  ok      metrics"));
  CHECK_THAT(outcome.err,
             Contains("warning: the metric 'squared_error' is declared to be better if higher") &&
                 !Contains("log_loss"));
}

TEST_CASE("what a plugin prints does not hide what its check says") {
  const Outcome outcome =
      check(std::string(MTT_BAD_PLUGINS) + "/breaks_contract.so", {"--set", "how=prints"});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, Contains("ok      loss is a sum over rows") && !Contains("is wrong"));
  CHECK_THAT(outcome.err, Contains("is wrong"));
}

TEST_CASE("what breaks the contract of a weighting is found and said") {
  check_each(std::string(MTT_BAD_PLUGINS) + "/breaks_weighting.so",
             {
                 {"refuses", "it accepts no number of tasks: there are 3 tasks"},
                 {"short", "weights returns 0 weights for 1 tasks"},
                 {"infinite", "a weight is not finite"},
                 {"absent", "tasks that are absent from a step"},
                 {"few", "the list of coefficients has 0 entries; expected 1"},
                 {"divides", "gradients that are 0, equal and opposite"},
                 {"wide", "combine returns another shape than [P]"},
                 {"forgets", "after restore(state()) step 6 returns other weights"},
                 {"mixes_up", "after restore(state()) the state is {\"steps\":7}; it was {\"steps\":6}"},
                 {"crashes", "at \"tasks that are absent from a step\""},
             });
}

TEST_CASE("what breaks the contract of a backbone is found and said") {
  check_each(std::string(MTT_BAD_PLUGINS) + "/breaks_backbone.so",
             {
                 {"named", "the parameter 'words.weight' begins neither with 'embeddings.' nor"},
                 {"counts_from_one", "the parameter 'layers.2.weight' belongs to no layer from 0 to 1"},
                 {"transposes", "hidden states have another shape than [tokens, hidden]"},
                 {"doubles", "hidden states are not float32"},
                 {"divides", "hidden states are not finite"},
                 {"draws", "two passes over the same tokens differ"},
                 {"whole", "layers(0, depth) differs from calls layer by layer"},
                 {"overwrites", "layers() writes into its input"},
                 {"counts", "layers(0, 0) changes its input"},
                 {"mixes", "depend on the other sentences of the batch"},
                 {"unused", "no gradient reaches the parameter 'layers.0.spare'"},
                 {"drops", "in training mode with dropout 0 hidden states differ"},
                 {"draws_anew", "after reseed with the same seed, dropout makes other draws"},
                 {"classless", "hugging_face_classes() has an empty name"},
                 {"misplaced", "the adapter place 'ffn.output' has rows that its linear layer does not have"},
                 {"crashes", "at \"a sentence does not depend on its neighbours\""},
             });
}

TEST_CASE("a check of what is no plugin, or with options that it has not, says so") {
  const TemporaryFolder folder;
  folder.write("text.so", "no plugin");
  CHECK_THAT(check((folder.path() / "text.so").string()).out, Contains("FAILED  loads and registers"));
  CHECK(check((folder.path() / "missing.so").string()).code == 1);
  const Outcome registers_nothing = check(std::string(MTT_BAD_PLUGINS) + "/good.so");
  CHECK_THAT(registers_nothing.out, Contains("registers neither a backbone nor a head nor a weighting"));
  const Outcome makes_nothing = check(std::string(MTT_BAD_PLUGINS) + "/parts_fail.so");
  CHECK(makes_nothing.code == 1);
  for (const char* sentence :
       {"out of luck", "it threw something that is not a std::exception", "its create function returned null",
        "'share' in the plugin's options is 1.5; expected 0 to 1"})
    CHECK_THAT(makes_nothing.out, Contains(sentence));
  const Outcome option = check(std::string(MTT_PLUGINS) + "/regression.so", {"--set", "hwo=1"});
  CHECK(option.code == 1);
  CHECK_THAT(option.out, Contains("unknown key \"hwo\""));
  const Outcome config = check(std::string(MTT_PLUGINS) + "/bert.so", {"--config", "nowhere.json"});
  CHECK(config.code == 1);
  CHECK(config.out.empty());
  CHECK_THAT(config.err, Contains("file 'nowhere.json' does not exist"));
}
