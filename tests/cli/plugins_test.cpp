#include <cstdlib>
#include <filesystem>
#include <map>

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

/// A command of the shell; its output is in `log`.
int shell(const std::string& command, const fs::path& log) {
  return std::system((command + " > '" + log.string() + "' 2>&1").c_str());
}

std::string code_of(const std::string& page, const std::string& language) {
  const std::string begin = "```" + language + "\n";
  const std::size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find("```", from) - from);
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
    CHECK_THAT(outcome.out, Contains("the plugin keeps its contract") && !Contains("FAILED"));
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
  CHECK(check(file).code == 0);
  const std::map<std::string, std::string> wrong = {
      {"flat", "expected [6, K], one row a sentence"},
      {"mixes", "depend on the sentences beside it"},
      {"changes", "two forwards of the same features differ"},
      {"mean", "loss must be the sum over rows, not their mean"},
      {"biased", "the loss of a batch is"},
      {"detaches", "the loss has no gradient"},
      {"unused", "no gradient reaches the parameter 'spare'"},
      {"words", "a prediction is a table"},
      {"loses", "decode gives 5 predictions for 6 sentences"},
      {"silent", "without examples score gives other names"},
      {"forgets", "state() must hold all that build() depends on"},
      {"crashes", "it died of signal 11"},
      {"exits", "it ended the process, at \"logits"},
  };
  for (const auto& [how, sentence] : wrong) {
    const Outcome outcome = check(file, {"--set", "how=" + how});
    INFO(how << "\n" << outcome.out << outcome.err);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.out,
               Contains("FAILED") && Contains(sentence) && Contains("does not keep its contract"));
  }
  const Outcome hangs = check(file, {"--set", "how=hangs", "--seconds", "2"});
  CHECK(hangs.code == 1);
  CHECK_THAT(hangs.out, Contains("it did not end within 2 seconds, at \"logits"));
}

TEST_CASE("a check of what is no plugin, or with options that it has not, says so") {
  const TemporaryFolder folder;
  folder.write("text.so", "no plugin");
  CHECK_THAT(check((folder.path() / "text.so").string()).out, Contains("FAILED  loads and registers"));
  CHECK(check((folder.path() / "missing.so").string()).code == 1);
  const Outcome registers_nothing = check(std::string(MTT_BAD_PLUGINS) + "/good.so");
  CHECK_THAT(registers_nothing.out, Contains("registers neither a backbone nor a head nor a weighting"));
  const Outcome option = check(std::string(MTT_PLUGINS) + "/regression.so", {"--set", "hwo=1"});
  CHECK(option.code == 1);
  CHECK_THAT(option.out, Contains("unknown key \"hwo\""));
}

TEST_CASE("a new plugin's name and folder are checked, and nothing is left behind") {
  const TemporaryFolder folder;
  const std::string target = (folder.path() / "mine").string();
  for (const char* name : {"Mine", "9lives", "a-b", "../x", ""}) {
    const Outcome outcome = mtt_program({"plugins", "new", "head", name, target});
    INFO(name);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("is no name for a new plugin"));
  }
  CHECK(mtt_program({"plugins", "new", "tail", "mine", target}).code == 2);
  folder.write("mine/notes.txt", "mine");
  CHECK_THAT(mtt_program({"plugins", "new", "head", "mine", target}).err, Contains("is there already"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  REQUIRE(mtt_program({"plugins", "new", "weighting", "word_count", target + "2"}).code == 0);
  CHECK_THAT(file_text(folder.path() / "mine2/word_count.cpp"),
             Contains("class WordCount") && Contains("MTT_PLUGIN(\"word_count\"") && !Contains("@"));
}

TEST_CASE("the head of docs/writing-a-plugin.md is the one that a new project has") {
  const TemporaryFolder folder;
  REQUIRE(mtt_program({"plugins", "new", "head", "mood", (folder.path() / "mood").string()}).code == 0);
  const std::string page = file_text(fs::path(MTT_SOURCE) / "docs/writing-a-plugin.md");
  CHECK(code_of(page, "cpp") == file_text(folder.path() / "mood/mood.cpp"));
}

TEST_CASE("what an author does: install, move, generate, build, check, train and predict", "[sdk]") {
  const TemporaryFolder folder;
  const fs::path log = folder.path() / "log", prefix = folder.path() / "moved";
  const auto run = [&](const std::string& command) {
    INFO(command);
    const int code = shell(command, log);
    INFO(file_text(log));
    REQUIRE(code == 0);
  };
  const std::string cmake = MTT_CMAKE, at = folder.path().string();
  run(cmake + " --install '" MTT_BUILD "' --prefix '" + at + "/first'");
  fs::rename(folder.path() / "first", prefix);
  const std::string mtt = "'" + (prefix / "bin/mtt").string() + "'";
  write_tiny_model(folder.path() / "model");
  const std::string model = " --set 'backbone.model=" + at + "/model' --threads 1";
  for (const std::string kind : {"head", "weighting", "backbone"}) {
    const std::string name = "my_" + kind, project = at + "/" + name, built = project + "/build";
    run(mtt + " plugins new " + kind + " " + name + " " + project);
    run(cmake + " -G Ninja -S " + project + " -B " + built + " -DCMAKE_PREFIX_PATH='" + prefix.string() +
        "'");
    run(cmake + " --build " + built);
    run(mtt + " plugins check " + built + "/" + name + ".so");
    const std::string found = " --plugin-path " + built;
    run(mtt + " run " + project + "/experiment.toml" + found + model + " --out " + project + "/run");
    run("echo 'my phone broke again' | " + mtt + " predict --model " + project + "/run" + found);
    CHECK_THAT(file_text(log), Contains("\"mood\":{\"label\":"));
  }
  const std::string elsewhere = "cd / && " + mtt + " plugins " + at + "/my_head/build/my_head.so";
  run(elsewhere);
  CHECK_THAT(file_text(log), Contains("my_head"));
}
