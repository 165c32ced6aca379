#include <filesystem>
#include <sstream>

#include "catch.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

const char kConfig[] = R"([backbone]
model = "./model"
prompt = "now: "
[data]
train = "train.jsonl"
test = "train.jsonl"
[tasks.intent]
head = "classification"
init = "none"
[tasks.words]
head = "token_classification"
init = "none"
layer = 1
[train]
epochs = 3
batch_size = 2
learning_rate = 0.01
)";

struct Exported {
  TemporaryFolder folder;

  Exported() {
    write_tiny_model(folder.path() / "model");
    folder.write("train.jsonl",
                 R"({"text": "wake me up", "intent": "a", "words": [{"start": 0, "end": 4, "label": "w"}]}
{"text": "play rain", "intent": "b", "words": []}
{"text": "loud music", "intent": "b", "words": [{"start": 0, "end": 4, "label": "w"}]}
{"text": "up at six", "intent": "a", "words": []}
)");
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  void run(const std::string& out, const std::string& more = "", const std::string& before = kConfig) const {
    folder.write("e.toml", before + more);
    const Outcome outcome = mtt_program({"run", path("e.toml"), "--out", path(out), "--threads", "1"});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
  }
  Outcome write(const std::string& run, const std::string& to, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"export", path(run), path(to)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments);
  }
  std::string vectors(const std::string& model, const std::string& prompt = "") const {
    std::vector<std::string> arguments = {"encode", "--model", path(model), "--threads", "1"};
    if (!prompt.empty()) arguments.insert(arguments.end(), {"--prompt", prompt});
    const Outcome outcome = mtt_program(arguments, "wake me at six\nplay loud music\n");
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return outcome.out;
  }
  void refused(const std::string& run, const std::vector<std::string>& more, const std::string& part) const {
    const Outcome outcome = write(run, "refused", more);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains(part));
    for (const auto& entry : fs::directory_iterator(folder.path()))
      CHECK_FALSE(entry.path().filename().string().starts_with("refused"));
  }
};

}  // namespace

TEST_CASE("an exported encoder comes back with the same vectors, prompt and length") {
  const Exported e;
  e.run("run");
  REQUIRE(e.write("run", "st").code == 0);
  CHECK(e.vectors("st") == e.vectors("run"));
  CHECK(e.vectors("st") != e.vectors("model"));
  for (const char* file : {"modules.json", "1_Pooling/config.json", "config_sentence_transformers.json",
                           "sentence_bert_config.json", "README.md"})
    CHECK(fs::exists(e.path("st") + "/" + file));
  CHECK_THAT(file_text(e.path("st") + "/README.md"), Contains("library_name: sentence-transformers") &&
                                                         Contains("| intent | accuracy |") &&
                                                         Contains("learning_rate = 0.01"));
  CHECK_THAT(e.write("run", "st").err, Contains("already exists"));
  fs::create_directory(e.path("empty"));
  REQUIRE(e.write("run", "empty").code == 0);
  CHECK(e.vectors("empty") == e.vectors("run"));
  CHECK_THAT(e.write("model", "other").err, Contains("is not a run directory"));
}

TEST_CASE("LoRA is merged, or written as an adapter") {
  const Exported e;
  e.run("lora",
        "[freeze]\npolicy = \"lora\"\nplaces = [\"attention.query\", \"attention.output\", "
        "\"ffn.output\"]\nsize = 2\n");
  REQUIRE(e.write("lora", "st").code == 0);
  const std::string merged = e.vectors("st"), own = e.vectors("lora"), base = e.vectors("model");
  CHECK(merged != base);
  std::istringstream a(merged), b(own);
  for (std::string one, other; std::getline(a, one) && std::getline(b, other);) {
    const auto x = mtt::parse_json(one, "a").at("embedding").array(),
               y = mtt::parse_json(other, "b").at("embedding").array();
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(x[i].number() == Approx(y[i].number()).margin(1e-6));
  }
  REQUIRE(e.write("lora", "adapter", {"--adapter"}).code == 0);
  // A run says which adapters it has, whatever its experiment asks for; one without adapters.json is older.
  const std::string adapters = e.path("lora") + "/adapters.json";
  CHECK(file_text(adapters) ==
        "{\"kind\":\"lora\",\"places\":[\"attention.query\",\"attention.output\",\"ffn.output\"],\"size\":2,"
        "\"alpha\":16.0}\n");
  fs::remove(adapters);
  CHECK(e.vectors("lora") == own);
  std::ofstream(adapters) << "{\"kind\": \"lora\", \"places\": [\"attention.query\"], \"alpha\": 16.0}";
  CHECK_THAT(e.write("lora", "broken").err, Contains("adapters.json:1:1: 'size' is missing"));
  const mtt::Value config = mtt::parse_json(file_text(e.path("adapter") + "/adapter_config.json"), "c");
  CHECK(config.at("r").integer() == 2);
  CHECK(config.at("target_modules").json() ==
        R"(["attention.self.query","attention.output.dense","output.dense"])");
  std::istringstream back(e.vectors("adapter", "now: ")), trained(own);
  for (std::string one, other; std::getline(back, one) && std::getline(trained, other);) {
    const auto x = mtt::parse_json(one, "a").at("embedding").array();
    const auto y = mtt::parse_json(other, "b").at("embedding").array();
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(x[i].number() == Approx(y[i].number()).margin(1e-6));
  }
  std::string dora = file_text(e.path("adapter") + "/adapter_config.json");
  dora.replace(dora.find("\"bias\""), 0, "\"use_dora\":true,");
  e.folder.write("adapter/adapter_config.json", dora);
  CHECK_THAT(mtt_program({"encode", "--model", e.path("adapter")}, "a\n").err,
             Contains("use_dora true of an adapter is not supported"));
  e.run("full");
  e.refused("full", {"--adapter"}, "has no LoRA adapter");
}

TEST_CASE("what other programs cannot express is refused in one sentence, and nothing is left behind") {
  const Exported e;
  std::string plain = kConfig;
  plain.erase(plain.find("prompt"), plain.find("[data]") - plain.find("prompt"));
  plain.insert(plain.find("[data]"), "max_tokens = 12\n");
  plain.replace(plain.find("epochs = 3"), 10, "epochs = 60");
  e.run("plain", "", plain);
  REQUIRE(e.write("plain", "words", {"--head", "words"}).code == 0);
  const mtt::Value config = mtt::parse_json(file_text(e.path("words") + "/config.json"), "c");
  CHECK(config.at("architectures").json() == R"(["BertForTokenClassification"])");
  CHECK(config.at("num_hidden_layers").integer() == 1);
  CHECK(config.at("id2label").json() == R"({"0":"O","1":"B-w","2":"I-w"})");
  const auto entities = [&](const std::string& model, const std::string& task) {
    mtt::Value::Array all;
    std::istringstream lines(
        mtt_program({"predict", "--model", e.path(model)}, "wake me now\nloud rain\n").out);
    for (std::string line; std::getline(lines, line);) {
      const mtt::Value prediction = mtt::parse_json(line, "p");
      for (const mtt::Value& entity : prediction.at(task).at("entities").array()) all.push_back(entity);
    }
    return all;
  };
  const auto exported = entities("words", "tags"), own = entities("plain", "words");
  REQUIRE(exported.size() == own.size());
  CHECK_FALSE(own.empty());
  for (std::size_t i = 0; i < own.size(); ++i) {
    for (const char* key : {"start", "end", "label"})
      CHECK(exported[i].at(key).json() == own[i].at(key).json());
    CHECK(exported[i].at("score").number() == Approx(own[i].at("score").number()).margin(1e-6));
  }
  const mtt::Value tokenizer = mtt::parse_json(file_text(e.path("words") + "/tokenizer_config.json"), "t");
  CHECK(tokenizer.at("model_max_length").integer() == 12);
  CHECK_THAT(mtt_program({"predict", "--model", e.path("words")}, "rain\n").err, Contains("no modules.json"));
  e.refused("plain", {"--head", "slots"}, "the run has no task 'slots'; its tasks are 'intent', 'words'");
  std::string crf = plain;
  crf.replace(crf.find("layer = 1"), 9, "crf = true");
  e.run("crf", "", crf);
  e.refused("crf", {"--head", "words"}, "has a CRF");
  e.run("prompted");
  e.refused("prompted", {"--head", "words"}, "with a prompt");
  e.run("houlsby", "[freeze]\npolicy = \"houlsby\"\n");
  e.refused("houlsby", {}, "Houlsby adapters");
}

TEST_CASE("a head behind a pooler goes out and comes back") {
  const Exported e;
  e.folder.write("model/modules.json",
                 R"([{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
{"idx":2,"name":"2","path":"2_Dense","type":"sentence_transformers.models.Dense"}])");
  e.folder.write("model/1_Pooling/config.json",
                 R"({"word_embedding_dimension":8,"pooling_mode_cls_token":true})");
  e.folder.write("model/2_Dense/config.json", R"({"in_features":8,"out_features":8,"bias":true,
"activation_function":"torch.nn.modules.activation.Tanh"})");
  std::vector<float> weight(64, 0.1F), bias(8, 0.05F);
  for (std::size_t i = 0; i < 8; ++i) weight[9 * i] = 1;
  mtt::write_safetensors(
      e.folder.path() / "model/2_Dense/model.safetensors",
      {{"linear.weight", mtt::DType::F32, {8, 8}, reinterpret_cast<const std::byte*>(weight.data())},
       {"linear.bias", mtt::DType::F32, {8}, reinterpret_cast<const std::byte*>(bias.data())}},
      {});
  std::string plain = kConfig;
  plain.erase(plain.find("prompt"), plain.find("[data]") - plain.find("prompt"));
  e.run("run", "", plain);
  REQUIRE(e.write("run", "intent", {"--head", "intent"}).code == 0);
  const auto labels = [&](const std::string& model, const std::string& task) {
    const Outcome outcome = mtt_program({"predict", "--model", e.path(model)}, "wake me now\n");
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return mtt::parse_json(outcome.out, "p").at(task);
  };
  CHECK(labels("intent", "label").at("label").string() == labels("run", "intent").at("label").string());
  CHECK(labels("intent", "label").at("score").number() ==
        Approx(labels("run", "intent").at("score").number()));
}

TEST_CASE("a sentence head without a pooler goes out as head.safetensors and comes back") {
  const Exported e;
  std::string config = kConfig;
  config.replace(config.find("init = \"none\"\n[tasks.words]"), 14,
                 "init = \"none\"\nlayer = 1\npooling = [\"max\", \"cls\"]\n[tasks.unused]\nhead = "
                 "\"classification\"\nfield = \"intent\"\ninit = \"none\"\n");
  e.run("run", "", config);
  REQUIRE(e.write("run", "intent", {"--head", "intent"}).code == 0);
  REQUIRE(e.write("run", "unused", {"--head", "unused"}).code == 0);
  const auto label = [&](const std::string& model, const std::string& task) {
    const Outcome outcome = mtt_program({"predict", "--model", e.path(model)}, "wake me now\n");
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return mtt::parse_json(outcome.out, "p").at(task);
  };
  for (const char* task : {"intent", "unused"}) {
    CHECK(label(task, task).at("label").string() == label("run", task).at("label").string());
    CHECK(label(task, task).at("score").number() ==
          Approx(label("run", task).at("score").number()).margin(1e-6));
  }
  const auto head = mtt::SafetensorsFile::open(e.folder.path() / "intent/head.safetensors");
  CHECK(head.metadata.at("labels") == R"(["a","b"])");
  CHECK(head.metadata.at("head") == "classification");
  CHECK(head.tensors.size() == 2);
  const mtt::Value encoder = mtt::parse_json(file_text(e.path("intent") + "/config.json"), "c");
  CHECK(encoder.at("num_hidden_layers").integer() == 1);
  const std::string card = file_text(e.path("intent") + "/README.md");
  CHECK_THAT(card, Contains("head.get_tensor(\"weight\")") && Contains("train = \"train.jsonl\""));
  CHECK(card.find(e.folder.path().string()) == std::string::npos);
  CHECK(e.vectors("unused") == e.vectors("run"));
}

TEST_CASE("the export of a classifier's encoder names no head and keeps its pooler") {
  const Exported e;
  for (const char* file : {"modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"})
    fs::remove(e.folder.path() / "model" / file);
  std::string config = file_text(e.path("model") + "/config.json");
  config.replace(config.find("\"vocab_size\""), 0,
                 R"("architectures":["BertForSequenceClassification"],"id2label":{"0":"a","1":"b","2":"c"},
"label2id":{"a":0,"b":1,"c":2},"problem_type":"single_label_classification",)");
  e.folder.write("model/config.json", config);
  const fs::path weights = e.folder.path() / "model/model.safetensors";
  const auto file = mtt::SafetensorsFile::open(weights);
  std::vector<mtt::TensorToWrite> tensors;
  for (const auto& view : file.tensors)
    tensors.push_back({"bert." + view.name, view.dtype, view.shape, view.data});
  const std::vector<float> pooler(64, 0.25F);
  const auto* bytes = reinterpret_cast<const std::byte*>(pooler.data());
  tensors.push_back({"bert.pooler.dense.weight", mtt::DType::F32, {8, 8}, bytes});
  tensors.push_back({"bert.pooler.dense.bias", mtt::DType::F32, {8}, bytes});
  tensors.push_back({"classifier.weight", mtt::DType::F32, {3, 8}, bytes});
  tensors.push_back({"classifier.bias", mtt::DType::F32, {3}, bytes});
  mtt::write_safetensors(weights, tensors, {{"format", "pt"}});
  e.run("run");
  REQUIRE(e.write("run", "st").code == 0);
  CHECK(e.vectors("st") == e.vectors("run"));
  const mtt::Value written = mtt::parse_json(file_text(e.path("st") + "/config.json"), "c");
  CHECK(written.at("architectures").json() == R"(["BertModel"])");
  for (const char* key : {"id2label", "label2id", "problem_type"}) CHECK(written.find(key) == nullptr);
  const auto exported = mtt::SafetensorsFile::open(e.folder.path() / "st/model.safetensors");
  std::size_t poolers = 0, classifiers = 0;
  for (const auto& view : exported.tensors) {
    poolers += view.name.starts_with("bert.pooler.");
    classifiers += view.name.starts_with("classifier");
    if (view.name == "bert.pooler.dense.bias") CHECK(*reinterpret_cast<const float*>(view.data) == 0.25F);
  }
  CHECK(poolers == 2);
  CHECK(classifiers == 0);
}

TEST_CASE("poolings in another order than the old dialect's, and another similarity, are kept") {
  const Exported e;
  e.folder.write("model/1_Pooling/config.json",
                 R"({"embedding_dimension":8,"pooling_mode":["mean","cls"],"include_prompt":true})");
  e.folder.write("model/config_sentence_transformers.json",
                 R"({"prompts":{},"similarity_fn_name":"euclidean"})");
  e.run("run");
  REQUIRE(e.write("run", "st").code == 0);
  CHECK(e.vectors("st") == e.vectors("run"));
  CHECK(mtt::parse_json(file_text(e.path("st") + "/config_sentence_transformers.json"), "c")
            .at("similarity_fn_name")
            .string() == "euclidean");
}
