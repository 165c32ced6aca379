#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

namespace fs = std::filesystem;

namespace {

const char kConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"
dev = "dev.jsonl"
test = "test.jsonl"

[tasks.intent]
head = "classification"
init = "none"

[tasks.slots]
head = "token_classification"
init = "none"

[tasks.loudness]
head = "regression"
init = "none"

[train]
epochs = 4
batch_size = 2
)";

const char kTrain[] =
    R"({"text": "play some music", "intent": "play", "loudness": 0.5, "slots": [{"start": 10, "end": 15, "label": "what"}]}
{"text": "play music louder", "intent": "play", "loudness": 1.0, "slots": [{"start": 5, "end": 10, "label": "what"}]}
{"text": "wake me up", "intent": "alarm", "loudness": 0.1, "slots": []}
{"text": "wake me at six", "intent": "alarm", "slots": [{"start": 11, "end": 14, "label": "when"}]}
{"text": "me up at six now"}
)";
const char kDev[] =
    "{\"text\": \"play rain\", \"intent\": \"play\"}\n{\"text\": \"up now\", \"intent\": \"alarm\"}\n";
const char kTest[] =
    "{\"text\": \"rain now\", \"intent\": \"play\", \"loudness\": 0.4, \"slots\": []}\n"
    "{\"text\": \"music\", \"loudness\": 0.9}\n";

/// The cells of the line that begins with a name, a blank between them.
std::string cells(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\n  " + name + " ");
  if (at == std::string::npos) return "no such line";
  std::string line;
  for (std::size_t i = at + 3; i < text.size() && text[i] != '\n'; ++i)
    if (text[i] != ' ' || line.back() != ' ') line += text[i];
  return line;
}

struct Checked {
  TemporaryFolder folder;
  std::string config = (folder.path() / "e.toml").string();
  fs::path out = folder.path() / "out";

  Checked() {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", kConfig);
    folder.write("train.jsonl", kTrain);
    folder.write("dev.jsonl", kDev);
    folder.write("test.jsonl", kTest);
  }
  Outcome check(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"run", config, "--check"};
    if (std::find(more.begin(), more.end(), "--out") == more.end())
      arguments.insert(arguments.end(), {"--out", out.string()});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments);
  }
  void refused(const std::vector<std::string>& parts, const std::vector<std::string>& more = {}) const {
    const Outcome outcome = check(more);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.out, !Contains("the experiment can run"));
    for (const std::string& part : parts) CHECK_THAT(outcome.err, Contains(part));
  }
};

}  // namespace

TEST_CASE("--check counts examples, steps and trainable parameters, and writes nothing") {
  const Checked c;
  const Outcome outcome = c.check();
  INFO(outcome.out << outcome.err);
  REQUIRE(outcome.code == 0);
  for (const char* part :
       {"            train  dev  test\n", "  intent        4    2     1\n", "  slots         4    0     1\n",
        "  loudness      3    0     2\n", "               examples  per step  passes\n",
        "  train.jsonl         5       1.7       4\n", "  12 steps: 3 steps per epoch, 4 epochs\n",
        "  sampler all, weighting equal, freeze policy none\n", "Trainable parameters\n", "  embeddings ",
        "  layer 0 ", "  layer 1 ", "  head intent ", "Estimate, with ", "  time    about ", " at peak\n",
        "the experiment can run"})
    CHECK_THAT(outcome.out, Contains(part));
  CHECK_THAT(outcome.out, !Contains("heads.intent.classifier.weight"));
  CHECK_FALSE(fs::exists(c.out));
  const Outcome verbose = c.check({"--verbose"});
  CHECK_THAT(verbose.out, Contains("heads.intent.classifier.weight") && Contains("  trainable\n"));
}

TEST_CASE("--check shows what each phase trains, also of many phases and of adapters") {
  const Checked c;
  const auto shown = [&](const std::vector<std::string>& set) {
    std::vector<std::string> more;
    for (const std::string& assignment : set) more.insert(more.end(), {"--set", assignment});
    const Outcome outcome = c.check(more);
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    return outcome.out;
  };
  const std::string probe = shown({"freeze.policy=backbone"});
  CHECK_THAT(cells(probe, "layer 0"), Catch::Matchers::EndsWith(" frozen"));
  CHECK(cells(probe, "head intent") == "head intent 18 18");
  const std::string gradual = shown({"freeze.policy=gradual", "freeze.epochs=1"});
  CHECK(cells(gradual, "phase 2") == "phase 2 from epoch 2 layer 1 and above");
  CHECK_THAT(cells(gradual, "layer 1"), Contains(" frozen "));
  const std::string lora = shown({"freeze.policy=lora"});
  CHECK(lora.find("\n  layer 1 ") < lora.find("\n  adapters "));
  CHECK_THAT(cells(lora, "layer 1"), Catch::Matchers::EndsWith(" frozen"));
  CHECK_THAT(cells(lora, "adapters"), !Contains("frozen"));
  write_tiny_model(c.folder.path() / "model", 8);
  const std::string many = shown({"freeze.policy=gradual", "freeze.epochs=1", "train.epochs=12"});
  CHECK_THAT(many, Contains("trainable  in phases\n"));
  CHECK_THAT(cells(many, "layer 7"), Catch::Matchers::EndsWith(" 2-10"));
  CHECK_THAT(cells(many, "embeddings"), Catch::Matchers::EndsWith(" 10"));
  const std::string closed = shown({"tasks.intent.init=ridge"});
  CHECK_THAT(closed, Contains("init ridge"));
}

TEST_CASE("--check finds invalid spans in train, dev and test files, with their place") {
  for (const auto& [span, message] : std::vector<std::pair<std::string, std::string>>{
           {R"({"start": 5, "end": 5, "label": "what"})", "the span 5..5 is empty or negative"},
           {R"({"start": -1, "end": 3, "label": "what"})", "the span -1..3 is empty or negative"},
           {R"({"start": 5, "end": 11, "label": "what"})", "ends beyond the text of 10 characters"},
           {R"({"start": 0, "end": 4, "label": "what"}, {"start": 3, "end": 6, "label": "what"})",
            "the spans 0..4 and 3..6 overlap"}}) {
    const std::string line = "{\"text\": \"music rain\", \"intent\": \"play\", \"slots\": [" + span + "]}\n";
    const Checked c;
    c.folder.write("train.jsonl", kTrain + line);
    c.refused({"mtt: error: task 'slots': ", "train.jsonl:6:", message});
    c.folder.write("train.jsonl", kTrain);
    c.folder.write("dev.jsonl", kDev + line + line);
    c.refused({"dev.jsonl:3:", message, "1 more example of the file"});
    c.folder.write("dev.jsonl", kDev);
    c.folder.write("test.jsonl", kTest + line);
    c.refused({"test.jsonl:3:", message});
  }
}

TEST_CASE("--check finds labels that a head refuses, and tells all problems at once") {
  const Checked c;
  c.folder.write("test.jsonl", std::string(kTest) + "{\"text\": \"up\", \"loudness\": \"loud\"}\n");
  c.refused({"task 'loudness': ", "test.jsonl:3:"});
  c.folder.write("dev.jsonl", std::string(kDev) + "{\"text\": \"up\", \"intent\": {\"a\": 1}}\n");
  const Outcome both = c.check();
  CHECK(both.code == 1);
  CHECK_THAT(both.out, Contains("Problems\n  1. task 'intent': ") && Contains("\n  2. task 'loudness': "));
  CHECK_THAT(both.err, Contains("the run would fail; the 2 problems are listed above"));
}

TEST_CASE("--check finds tables that do not fit each other") {
  const Checked c;
  const std::string model = "[backbone]\nmodel = \"./model\"\n", data = "[data]\ntrain = \"train.jsonl\"\n",
                    task = "[tasks.intent]\nhead = \"classification\"\n";
  const auto refused = [&](const std::string& tables, const std::string& with) {
    c.folder.write("e.toml", model + tables);
    c.refused({"e.toml:", with});
  };
  refused(task, "[tasks.intent] there are no training examples; set their file with train = ");
  refused("[data]\ndev = \"dev.jsonl\"\n" + task, "there are no training examples");
  refused(data, "[data] has training examples, but there is no task; add a table [tasks.<name>]");
  refused(data + task + "tags = [\"O\"]\n", "'tags' names the tags of tokens");
  refused(data + task + "[train]\n[weighting]\nintent = 2\n",
          "write weights = { intent = ... } with method = \"static\"");
  refused(data + task + "[train]\n[weighting]\nweights = { intent = 2 }\n",
          "write weights in [weighting] with method = \"static\"");
  refused(data + task + "weight = 2\n", "write weights in [weighting] with method = \"static\"");
  refused(data + task + "[train]\nfp16 = true\n",
          "\"fp16\" in [train]; it is not available: everything is computed");
}

TEST_CASE("--check names what is wrong with a line, and what to write") {
  const Checked c;
  const auto refused = [&](const std::string& head, const std::string& file, const std::string& lines,
                           const std::string& with) {
    c.folder.write(file, lines);
    c.folder.write("e.toml", "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"" + file +
                                 "\"\n[tasks.y]\nhead = \"" + head + "\"\n");
    c.refused({with});
  };
  refused("classification", "y.csv", "text;y\nup;a\n",
          "separated by commas in .csv, here they seem to be by ';'");
  refused("classification", "y.tsv", "text,y\nup,a\n",
          "separated by tabs in .tsv, here they seem to be by ','");
  refused("classification", "y.csv", "text, y\nup,a\n",
          "no example has the key \"y\", the first line has \"text\", \" y\"");
  refused("classification", "y.jsonl", "{\"text\":\"up\",\"y\":\"a\"},\n",
          "y.jsonl:1:22: found a comma after the object");
  refused("classification", "y.jsonl", "{\n\"text\":\"up\"}\n", "expected one JSON object on a single line");
  refused("classification", "y.jsonl", "up\n", "the line does not begin with '{'");
  refused("classification", "y.jsonl", "{\"text\":\"up\",\"y\":True}\n",
          "found True, which JSON does not have; write true");
  refused("classification", "y.jsonl", "{\"text\":\"up\",\"y\":'a'}\n",
          "JSON has double quotes around strings");
  refused("multi_label", "y.jsonl", "{\"text\":\"up\",\"y\":[1,0,1]}\n",
          "the label \"1\" occurs twice in [1,0,1]");
  refused("multi_label", "y.jsonl", "{\"text\":\"up\",\"y\":[{\"start\":0,\"end\":2,\"label\":\"a\"}]}\n",
          "spans are for head = \"token_classification\"");
  refused("token_classification", "y.jsonl",
          "{\"text\":\"up\",\"y\":[{\"begin\":0,\"end\":2,\"label\":\"a\"}]}\n",
          "found {\"begin\":0,\"end\":2,\"label\":\"a\"}, expected spans");
  refused("token_classification", "y.jsonl",
          "{\"text\":\"h\u00e9 up\",\"y\":[{\"start\":4,\"end\":6,\"label\":\"a\"}]}\n",
          "offsets count characters, and these may count bytes");
}

TEST_CASE("labels that training lacks are told by --check, and are no problem") {
  const Checked c;
  c.folder.write("test.jsonl", std::string(kTest) + "{\"text\": \"up\", \"intent\": \"sing\"}\n");
  const Outcome outcome = c.check();
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.err, Contains("1 label that the head does not know: \"sing\" (1)"));
}

TEST_CASE("--check finds what a plugin throws for held-out labels") {
  const Checked c;
  c.folder.write("e.toml",
                 "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"train.jsonl\"\ntest = \"test.jsonl\"\n"
                 "[tasks.intent]\nhead = \"breaks_contract\"\n[train]\nepochs = 1\n");
  c.folder.write("test.jsonl",
                 "{\"text\": \"rain\", \"intent\": \"play\"}\n{\"text\": \"up\", \"intent\": \"alarm\"}\n");
  const auto how = [&](const std::string& what) {
    return std::vector<std::string>{"--plugin-path", MTT_BAD_PLUGINS, "--set", "tasks.intent.how=" + what};
  };
  const Outcome fine = c.check(how("not at all"));
  INFO(fine.err);
  CHECK(fine.code == 0);
  c.refused(
      {"task 'intent': the head 'breaks_contract' failed in score: no score for alarm", "test.jsonl:2:"},
      how("refuses_alarm_in_score"));
  c.refused(
      {"task 'intent': the head 'breaks_contract' failed in prepare: no target for up", "test.jsonl:2:"},
      how("refuses_up_in_prepare"));
  c.refused({"task 'intent': the head 'breaks_contract' failed in forward: the sky fell"}, how("throws"));
  c.refused({"without a gradient"}, how("detaches"));
}

TEST_CASE("--check finds test files that are missing, empty or unreadable") {
  const Checked c;
  c.refused({"gone.jsonl' does not exist"},
            {"--set", "data.test=" + (c.folder.path() / "gone.jsonl").string()});
  c.folder.write("none.jsonl", "");
  c.refused({"none.jsonl' holds no examples"},
            {"--set", "data.test=" + (c.folder.path() / "none.jsonl").string()});
  c.refused({"ends in none of .jsonl"}, {"--set", "data.test=" + (c.folder.path() / "model").string()});
  c.folder.write("torn.jsonl", "{\"text\": \"up\"");
  c.refused({"torn.jsonl:1:"}, {"--set", "data.test=" + (c.folder.path() / "torn.jsonl").string()});
  fs::create_directory(c.folder.path() / "folder.jsonl");
  c.refused({"folder.jsonl"}, {"--set", "data.test=" + (c.folder.path() / "folder.jsonl").string()});
}

TEST_CASE("--check finds an output directory that cannot be used") {
  const Checked c;
  c.folder.write("out/notes.txt", "mine");
  c.refused({"contains files that do not belong to a run"});
  fs::remove_all(c.out);
  c.folder.write("out", "a file");
  c.refused({"'" + c.out.string() + "' is not a directory"});
  fs::remove(c.out);
  c.refused({"is not a directory"}, {"--out", (c.folder.path() / "e.toml" / "run").string()});
  c.refused({"in the path of the run directory has 300 characters"},
            {"--out", (c.folder.path() / std::string(300, 'r')).string()});
  if (::geteuid() == 0) return;  // root may write anywhere
  const fs::path closed = c.folder.path() / "closed";
  fs::create_directory(closed);
  REQUIRE(::chmod(closed.c_str(), 0555) == 0);
  c.refused({"cannot be created in"}, {"--out", (closed / "run").string()});
}

TEST_CASE("--check finds names that no file can have") {
  const Checked c;
  const std::string long_name(300, 'x');
  c.folder.write("e.toml", std::string(kConfig) + "\n[tasks." + long_name +
                               "]\nhead = \"classification\"\nfield = \"intent\"\n");
  c.refused({"e.toml:", "has 300 characters; its head is saved in heads/<task>"});
  c.folder.write("e.toml", std::string(kConfig) + "\n[sweep]\nseeds = 2\n\n[tasks." +
                               long_name.substr(0, 240) +
                               "]\nhead = \"classification\"\nfield = \"intent\"\n");
  c.refused({"the sweep's chart of the metric", "would have a file name of"});
}

TEST_CASE("--check finds that there are too few examples for dev_share, and names the file") {
  const Checked c;
  c.refused({"train.jsonl", "dev_share = 0.01 leaves no examples for dev of the 5"},
            {"--set", "data.dev=\"\"", "--set", "data.dev_share=0.01"});
}

TEST_CASE("test data that is also training data is told, above 1 % of its examples") {
  const Checked c;
  std::string train, test;
  for (int i = 0; i < 200; ++i) {
    const std::string label = i % 2 ? "play" : "alarm";
    train += "{\"text\": \"Play  number " + std::to_string(i) + "\", \"intent\": \"" + label + "\"}\n";
    test += "{\"text\": \"wake " + std::to_string(i) + "\", \"intent\": \"" + label + "\"}\n";
  }
  const std::string twice = "{\"text\": \"play number 7 \", \"intent\": \"play\"}\n";
  c.folder.write("train.jsonl", train);
  c.folder.write("e.toml",
                 "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"train.jsonl\"\ntest = \"test.jsonl\"\n"
                 "[tasks.intent]\nhead = \"classification\"\ninit = \"ridge\"\n");
  c.folder.write("test.jsonl", test + twice + twice);
  CHECK(c.check().err.empty());  // 2 of 202
  c.folder.write("test.jsonl", test + twice + twice + twice);
  const Outcome told = c.check();
  CHECK(told.code == 0);
  CHECK_THAT(told.err, Contains("warning: 3 of 203 examples (1.5 %) of the test file") &&
                           Contains("The first is at line 201, also in train.jsonl") &&
                           Contains("set drop_overlap = true in [data]"));
  const Outcome run = mtt_program({"run", c.config, "--out", c.out.string()});
  CHECK(run.code == 0);
  CHECK_THAT(run.err, Contains("3 of 203 examples (1.5 %)"));
  CHECK_THAT(file_text(c.out / "console.txt"), Contains("3 of 203 examples (1.5 %)"));
  CHECK(c.check({"--set", "data.drop_overlap=true"}).err.empty());
  CHECK(c.check({"--set", "tasks.intent.init=none"}).err.empty());  // nothing is trained
}
