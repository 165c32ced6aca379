#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.h"
#include "mtt/value.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

const char kConfig[] = R"([backbone]
model = "./model"

[tasks.intent]
head = "classification"
init = "none"
train = "intent.jsonl"
test = "intent.jsonl"
label_smoothing = 0.1
class_weights = { "wake up" = 2.0, play = 0.5 }

[tasks.similarity]
head = "similarity"
train = "pairs.jsonl"
dev = "pairs.jsonl"
test = "pairs.jsonl"

[train]
epochs = 4
steps_per_epoch = 10
batch_size = 8
learning_rate = 0.01
head_learning_rate = 0.05
dropout = 0.0

[show]
sentences = ["play loud rain", "up at six now"]
)";

struct Pair {
  const char *text, *partner;
  double similarity;
};

const Pair kPairs[] = {{"play some music", "play loud music", 1},
                       {"wake me up", "wake me up now", 1},
                       {"rain now", "some rain", 0.9},
                       {"up at six", "wake me at six", 0.8},
                       {"play some music", "wake me up", 0},
                       {"rain now", "up at six", 0.1},
                       {"loud music", "some rain", 0.3},
                       {"wake me at six", "play rain", 0}};

std::string pair_lines(bool labelled = true) {
  std::ostringstream lines;
  for (const Pair& pair : kPairs) {
    lines << R"({"text": ")" << pair.text << R"(", "text_pair": ")" << pair.partner << '"';
    if (labelled) lines << R"(, "similarity": )" << pair.similarity;
    lines << "}\n";
  }
  return lines.str();
}

std::string pair_table() {
  std::ostringstream lines;
  lines << "text,text_pair,similarity\n";
  for (const Pair& pair : kPairs) lines << pair.text << ',' << pair.partner << ',' << pair.similarity << '\n';
  return lines.str();
}

struct Experiment {
  TemporaryFolder folder;

  Experiment() {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", kConfig);
    folder.write("pairs.jsonl", pair_lines());
    folder.write("unlabelled.jsonl", pair_lines(false));
    folder.write("pairs.csv", pair_table());
    folder.write("intent.jsonl", R"({"text": "wake me up", "intent": "wake up"}
{"text": "me up at six", "intent": "wake up"}
{"text": "play rain", "intent": "play"}
{"text": "music", "intent": "play"}
{"text": "wake me at six", "intent": "wake up"}
{"text": "up now", "intent": "wake up"}
{"text": "play some rain", "intent": "play"}
{"text": "loud music", "intent": "play"}
)");
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  Outcome run(const std::string& out, const std::vector<std::string>& settings = {},
              bool check = false) const {
    std::vector<std::string> arguments = {"run", path("e.toml"), "--out", path(out), "--threads", "1"};
    if (check) arguments.emplace_back("--check");
    for (const std::string& setting : settings) {
      arguments.emplace_back("--set");
      arguments.push_back(setting);
    }
    return mtt_program(arguments);
  }
  std::string file(const std::string& name) const { return file_text(folder.path() / name); }
  /// The training losses of a task, step by step.
  std::vector<double> losses(const std::string& out, const std::string& task) const {
    std::vector<double> found;
    std::istringstream lines(file(out + "/metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      const mtt::Value row = mtt::parse_json(line, "metrics.jsonl");
      if (const mtt::Value* loss = row.find("loss")) found.push_back(loss->at(task).number());
    }
    return found;
  }
  /// The metrics of a task, as `mtt evaluate --json` writes them; every task has one line.
  mtt::Value scores(const std::string& model, const std::string& data, const std::string& task) const {
    const Outcome outcome = mtt_program({"evaluate", "--model", path(model), "--data", path(data), "--json"});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    mtt::Value found;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
      const mtt::Value row = mtt::parse_json(line, "scores");
      if (row.at("task").string() != task) continue;
      CHECK(found.is(mtt::Value::Kind::null));
      found = row.at("metrics");
    }
    return found;
  }
};

}  // namespace

TEST_CASE("an encoder learns from pairs beside another task, and the run is taken by every verb") {
  const Experiment e;
  const double before = e.scores("model", "pairs.jsonl", "similarity").at("cosine_spearman").number();
  for (const char* loss : {"cosine", "cosent", "multiple_negatives"}) {
    INFO(loss);
    const std::string out = loss, setting = std::string("tasks.similarity.loss=\"") + loss + "\"";
    const Outcome outcome = e.run(out, {setting});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    for (const char* task : {"similarity", "intent"}) {
      const auto losses = e.losses(out, task);
      REQUIRE(losses.size() == 40);
      CHECK(losses.back() < losses.front() / 2);
    }
    CHECK_THAT(outcome.out, Contains("similarity.cosine_spearman"));
    CHECK_THAT(outcome.out, !Contains("null"));
    CHECK(fs::exists(e.path(out) + "/heads/similarity/model.safetensors"));

    const mtt::Value scores = e.scores(out, "pairs.jsonl", "similarity");
    CHECK_THAT(e.file(out + "/scores.jsonl"), Contains("\"metrics\":" + scores.json()));
    CHECK(scores.at("cosine_spearman").number() > before + 0.1);

    const Outcome predicted =
        mtt_program({"predict", "--model", e.path(out), "--input", "-"}, "play music\n");
    CHECK(predicted.code == 0);
    CHECK(predicted.err.empty());
    CHECK_THAT(predicted.out, Contains("\"intent\":{\"label\":") && !Contains("similarity"));
    CHECK_THAT(e.file(out + "/predictions.jsonl"), Contains("\"intent\"") && !Contains("similarity"));
  }
}

TEST_CASE("pairs from a table, and pairs that need no label") {
  const Experiment e;
  const std::string table = "tasks.similarity.train=\"" + e.path("pairs.csv") + "\"";
  REQUIRE(e.run("lines").code == 0);
  const Outcome csv = e.run("table", {table});
  INFO(csv.err);
  REQUIRE(csv.code == 0);
  const auto from_lines = e.losses("lines", "similarity"), from_table = e.losses("table", "similarity");
  for (std::size_t step = 0; step < 3; ++step)
    CHECK(from_table[step] == Approx(from_lines[step]).epsilon(1e-3));

  const std::string unlabelled = "tasks.similarity.train=\"" + e.path("unlabelled.jsonl") + "\"";
  const Outcome negatives = e.run("negatives", {unlabelled, "tasks.similarity.loss=\"multiple_negatives\""});
  INFO(negatives.err);
  REQUIRE(negatives.code == 0);
  CHECK(e.losses("negatives", "similarity").back() < e.losses("negatives", "similarity").front());
  CHECK_THAT(e.run("x", {unlabelled}).err, Contains("task 'similarity': no pair has a label"));
  const std::string field = "tasks.similarity.field=\"likeness\"";
  CHECK_THAT(e.run("x", {field, "tasks.similarity.loss=\"multiple_negatives\""}).err,
             Contains("no example has the key \"likeness\""));
}

TEST_CASE("pairs above frozen layers: the cache changes nothing") {
  const Experiment e;
  const std::vector<std::string> frozen = {"freeze.policy=\"bottom_layers\"", "freeze.layers=1"};
  const auto run = [&](const std::string& cache) {
    std::vector<std::string> settings = frozen;
    settings.push_back("cache.where=\"" + cache + "\"");
    const Outcome outcome = e.run(cache, settings);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return e.losses(cache, "similarity");
  };
  const auto without = run("none"), with = run("memory");
  REQUIRE(without.size() == 40);
  CHECK(without.back() < without.front());
  for (std::size_t step = 0; step < without.size(); ++step)
    CHECK(with[step] == Approx(without[step]).epsilon(1e-3));
}

TEST_CASE("a task on pairs alone has nothing to predict for single texts") {
  const Experiment e;
  std::string config = kConfig;
  const auto from = config.find("[tasks.intent]"), to = config.find("[tasks.similarity]");
  e.folder.write("e.toml", config.erase(from, to - from));
  const Outcome outcome = e.run("run");
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK_THAT(outcome.out, !Contains("Predictions"));
  CHECK_FALSE(fs::exists(e.path("run") + "/predictions.jsonl"));
  CHECK(e.scores("run", "pairs.csv", "similarity").json() ==
        e.scores("run", "pairs.jsonl", "similarity").json());
  const Outcome predicted = mtt_program({"predict", "--model", e.path("run"), "--input", "-"}, "rain\n");
  CHECK(predicted.code == 1);
  CHECK_THAT(predicted.err, Contains("read pairs of sentences") && Contains("text_pair"));
  const Outcome pair = mtt_program({"predict", "--model", e.path("run"), "--field", "text"},
                                   R"({"text": "rain", "text_pair": "rain"})");
  CHECK_THAT(pair.out, Contains("\"similarity\":{\"similarity\":"));
  const Outcome second = mtt_program({"predict", "--model", e.path("run"), "--field", "text_pair"},
                                     R"({"text": "rain", "text_pair": "rain"})");
  CHECK_THAT(second.err, Contains("read pairs of sentences"));

  std::string late;
  for (int i = 0; i < 70; ++i) late += "{\"text\": \"rain\"}\n";
  const Outcome lone = mtt_program({"predict", "--model", e.path("run"), "--field", "text"}, late);
  CHECK(lone.code == 1);
  CHECK_THAT(lone.err, Contains("read pairs of sentences"));
  const Outcome some = mtt_program({"predict", "--model", e.path("run"), "--field", "text"},
                                   late + R"({"text": "rain", "text_pair": "rain"})");
  CHECK(some.code == 0);
  CHECK_THAT(some.out, Contains("\"similarity\":{\"similarity\":"));
}

TEST_CASE("a run and its check refuse a training in which nothing is trainable") {
  const Experiment e;
  std::string config = kConfig;
  const auto from = config.find("[tasks.intent]"), to = config.find("[tasks.similarity]");
  e.folder.write("e.toml", config.erase(from, to - from));
  std::string said;
  for (const bool check : {false, true}) {
    const Outcome outcome = e.run("frozen", {"freeze.policy=\"backbone\""}, check);
    CHECK(outcome.code == 1);
    said = outcome.err.substr(outcome.err.find("mtt: error: "));
    CHECK_THAT(said, Contains("[freeze] no parameter is trainable with policy \"backbone\""));
  }
  CHECK(e.run("run", {}, /*check=*/true).code == 0);
}

TEST_CASE("a file in which some pairs lack their second text is refused alike by all commands") {
  const Experiment e;
  e.folder.write("some.jsonl", pair_lines() + "{\"text\": \"rain\", \"similarity\": 0.5}\n");
  const std::string set = "tasks.similarity.train=\"" + e.path("some.jsonl") + "\"";
  const std::string what =
      "task 'similarity' reads pairs of sentences, but its train file '" + e.path("some.jsonl") +
      "' has a second text (key \"text_pair\") in 8 of 9 examples only; the first without "
      "one is at " +
      e.path("some.jsonl") + ":9:1; give every example a second text";
  for (const bool check : {false, true}) {
    const Outcome run = e.run("run", {set}, check);
    CHECK(run.code == 1);
    CHECK_THAT(run.err, Contains(what));
  }
  const Outcome data = mtt_program({"data", "check", e.path("e.toml"), "--set", set});
  CHECK(data.code == 1);
  CHECK_THAT(data.out, Contains("error: " + what));
}

TEST_CASE("what a task on pairs cannot be is said in one sentence") {
  const Experiment e;
  const auto refused = [&](const std::string& setting, const std::string& with) {
    INFO(setting);
    const Outcome outcome = e.run("run", {setting});
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains(with));
    const auto error = outcome.err.find("mtt: error: ");
    REQUIRE(error != std::string::npos);
    CHECK(outcome.err.find('\n', error) == outcome.err.size() - 1);
  };
  refused("tasks.similarity.layer=9", "is beyond the backbone's");
  refused("tasks.similarity.init=\"ridge\"", "for the head 'similarity' it is one of \"auto\", \"none\"");
  refused("tasks.similarity.loss=\"triplet\"", "triplet");
  refused("tasks.intent.class_weights.plays=2.0", "did you mean 'play'?");
  e.folder.write("single.jsonl", "{\"text\": \"rain\", \"similarity\": 0.5}\n");
  const std::string single = e.path("single.jsonl");
  const std::string no_pairs = " file '" + single + "' has no key \"text_pair\"";
  refused("tasks.similarity.train=\"" + single + "\"", "its train" + no_pairs);
  refused("tasks.similarity.dev=\"" + single + "\"", "its dev" + no_pairs);
  refused("tasks.intent.train=\"" + e.path("pairs.jsonl") + "\"", "no example has the key \"intent\"");
}

TEST_CASE("a task on pairs reads the layer and pooling that it names") {
  const Experiment e;
  REQUIRE(e.run("run", {"tasks.similarity.layer=1", "tasks.similarity.pooling=\"cls\""}).code == 0);
  const double last = e.losses("run", "similarity").front();
  REQUIRE(e.run("own").code == 0);
  CHECK(last != e.losses("own", "similarity").front());
  const Outcome predicted = mtt_program({"predict", "--model", e.path("run"), "--field", "text"},
                                        R"({"text": "play music", "text_pair": "play music"})");
  CHECK_THAT(predicted.out, Contains("\"similarity\":{\"similarity\":1") || Contains(":0.99999"));
}

TEST_CASE("pairs are predicted where the input has them") {
  const Experiment e;
  REQUIRE(e.run("run").code == 0);
  const auto predict = [&](const std::string& input) {
    return mtt_program({"predict", "--model", e.path("run"), "--field", "text"}, input);
  };
  const Outcome both = predict(R"({"text": "play music", "text_pair": "music now"}
{"text": "wake me", "text_pair": "wake me"}
)");
  INFO(both.err);
  REQUIRE(both.code == 0);
  std::istringstream lines(both.out);
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK_THAT(first, Contains("\"text_pair\":\"music now\"") && Contains("\"intent\""));
  CHECK(mtt::parse_json(second, "p").at("similarity").at("similarity").number() == Approx(1).epsilon(1e-5));
  const Outcome mixed = predict(R"({"text": "play music"}
{"text": "play music", "text_pair": "music now"}
)");
  INFO(mixed.err);
  REQUIRE(mixed.code == 0);
  std::istringstream mixed_lines(mixed.out);
  std::string single, pair;
  std::getline(mixed_lines, single);
  std::getline(mixed_lines, pair);
  CHECK(pair == first);
  CHECK_THAT(single, Contains("\"intent\"") && !Contains("similarity") && !Contains("text_pair"));
}

TEST_CASE("heads of every kind learn together, and each says what it found") {
  const Experiment e;
  std::string lines, pairs;
  const char* texts[] = {"wake me up", "me up at six", "play rain", "play loud music", "up now", "some rain"};
  for (const char* text : texts) {
    const std::string t = text;
    const bool plays = t.find("rain") != std::string::npos || t.find("music") != std::string::npos;
    const auto word = t.find(' ');
    lines += R"({"text": ")" + t + R"(", "kind": )" + (plays ? R"(["sound"])" : R"(["time", "person"])") +
             R"(, "grade": )" +
             (plays           ? "3"
              : t == "up now" ? "1"
                              : "2") +
             R"(, "words": [{"start": 0, "end": )" + std::to_string(word) + R"(, "label": "first"}]})" + "\n";
    for (const char* other : texts)
      pairs += R"({"text": ")" + t + R"(", "text_pair": ")" + other + R"(", "same": ")" +
               ((std::string(other).find("rain") != std::string::npos ||
                 std::string(other).find("music") != std::string::npos) == plays
                    ? "yes"
                    : "no") +
               "\"}\n";
  }
  e.folder.write("lines.jsonl", lines);
  e.folder.write("same.jsonl", pairs);
  e.folder.write("e.toml", R"([backbone]
model = "./model"
[data]
train = "lines.jsonl"
test = "lines.jsonl"
[tasks.kind]
head = "multi_label"
init = "none"
[tasks.grade]
head = "ordinal"
init = "none"
[tasks.words]
head = "token_classification"
init = "none"
crf = true
[tasks.same]
head = "pair_classification"
init = "none"
train = "same.jsonl"
test = "same.jsonl"
[train]
epochs = 30
steps_per_epoch = 5
batch_size = 6
learning_rate = 0.01
head_learning_rate = 0.05
dropout = 0.0
[show]
sentences = ["play music"]
)");
  const Outcome outcome = e.run("all");
  INFO(outcome.err << outcome.out);
  REQUIRE(outcome.code == 0);
  CHECK(e.scores("all", "lines.jsonl", "kind").at("micro_f1").number() == 1);
  CHECK(e.scores("all", "lines.jsonl", "grade").at("quadratic_kappa").number() > 0.9);
  CHECK(e.scores("all", "lines.jsonl", "words").at("entity_f1").number() == 1);
  CHECK(e.scores("all", "same.jsonl", "same").at("accuracy").number() > 0.9);
  CHECK_THAT(outcome.out, Contains("sound 1.00") || Contains("sound 0.9"));
  CHECK_THAT(outcome.out, Contains("[play](first"));
  const Outcome predicted = mtt_program({"predict", "--model", e.path("all"), "--field", "text"},
                                        R"({"text": "play rain", "text_pair": "up now"})");
  CHECK_THAT(predicted.out,
             Contains("\"same\":{\"label\":\"no\"") && Contains("\"kind\":{\"labels\":[\"sound\"]"));
}

TEST_CASE("negatives of a line are learned from, and what is no list of texts is refused") {
  const Experiment e;
  const std::vector<std::string> unlabelled = {
      "tasks.similarity.train=\"" + e.path("unlabelled.jsonl") + "\"",
      "tasks.similarity.loss=\"multiple_negatives\"", "train.epochs=1"};
  REQUIRE(e.run("plain", unlabelled).code == 0);
  std::string lines = e.file("unlabelled.jsonl");
  lines.insert(lines.find('}'), R"(, "negatives": ["wake me up", "rain"])");
  e.folder.write("unlabelled.jsonl", lines);
  const Outcome outcome = e.run("negatives", unlabelled);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(e.losses("negatives", "similarity").front() > e.losses("plain", "similarity").front());
  lines.replace(lines.find("[\"wake"), 22, "\"wake me up\"");
  e.folder.write("unlabelled.jsonl", lines);
  const Outcome refused = e.run("refused", unlabelled);
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("unlabelled.jsonl:1:") && Contains("array of texts"));
}

TEST_CASE("a head of a plugin compares the tokens of two texts") {
  const std::string plugins = MTT_BAD_PLUGINS;
  const Outcome contract = mtt_program({"plugins", "check", plugins + "/late_interaction.so"});
  INFO(contract.out << contract.err);
  REQUIRE(contract.code == 0);
  const Experiment e;
  std::string config = kConfig;
  config.replace(config.find("head = \"similarity\""), 19, "head = \"late_interaction\"\nlayer = 1");
  e.folder.write("e.toml", "plugin_path = \"" + plugins + "\"\n" + config);
  const Outcome check = mtt_program({"run", e.path("e.toml"), "--out", e.path("run"), "--check"});
  INFO(check.err);
  REQUIRE(check.code == 0);
  const Outcome run = e.run("run");
  INFO(run.err);
  REQUIRE(run.code == 0);
  const auto losses = e.losses("run", "similarity");
  CHECK(losses.back() < losses.front());
  const Outcome again =
      mtt_program({"evaluate", "--model", e.path("run"), "--json", "--plugin-path", plugins});
  INFO(again.err);
  REQUIRE(again.code == 0);
  CHECK_THAT(again.out, Contains("\"task\":\"similarity\"") && Contains("spearman"));
}

TEST_CASE("a share of pairs that cannot be held out is told by a run, its check and data check") {
  const Experiment e;
  std::string lines;
  for (int i = 0; i < 40; ++i)
    lines += "{\"text\": \"" + (i < 38 ? std::string("play music") : "rain " + std::to_string(i)) +
             "\", \"text_pair\": \"wake " + std::to_string(i) + "\", \"similarity\": 0." +
             std::to_string(i % 10) + "}\n";
  e.folder.write("hub.jsonl", lines);
  const std::vector<std::string> settings = {"tasks.similarity.train=\"" + e.path("hub.jsonl") + "\"",
                                             "tasks.similarity.dev=\"\"", "tasks.similarity.dev_share=0.2",
                                             "train.epochs=1"};
  const std::string what =
      "file '" + e.path("hub.jsonl") +
      "': dev_share = 0.2 holds out 2 of 40 examples, expected about 8. Pairs that share a "
      "sentence, also through other pairs, stay together, and the largest such group has 38 "
      "of the 40 pairs. Give a validation file";
  for (const bool check : {false, true}) {
    const Outcome run = e.run("run", settings, check);
    INFO(run.err);
    CHECK(run.code == 0);
    CHECK_THAT(run.err, Contains("warning: " + what));
  }
  std::vector<std::string> arguments = {"data", "check", e.path("e.toml")};
  for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  CHECK_THAT(mtt_program(arguments).out, Contains("note: " + what));
}
