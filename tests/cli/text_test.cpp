#include <cstring>
#include <filesystem>

#include "catch.h"
#include "io/safetensors.h"
#include "npy.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace {

struct Tiny {
  TemporaryFolder folder;
  std::string model = (folder.path() / "model").string();
  Tiny() { write_tiny_model(model); }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
};

mtt::Value first_line(const std::string& text) {
  return mtt::parse_json(text.substr(0, text.find('\n')), "out");
}

}  // namespace

TEST_CASE("tokenize prints ids, tokens and offsets") {
  const Tiny tiny;
  const Outcome outcome = mtt_program({"tokenize", "--model", tiny.model}, "Play LOUDER.\n\n");
  CHECK(outcome.code == 0);
  CHECK(outcome.out ==
        "{\"ids\":[2,5,13,14,15,3],\"tokens\":[\"[CLS]\",\"play\",\"loud\",\"##er\",\".\",\"[SEP]\"],"
        "\"offsets\":[[0,0],[0,4],[5,9],[9,11],[11,12],[0,0]]}\n"
        "{\"ids\":[2,3],\"tokens\":[\"[CLS]\",\"[SEP]\"],\"offsets\":[[0,0],[0,0]]}\n");
}

TEST_CASE("tokenize encodes lines with text_pair as pairs") {
  const Tiny tiny;
  const auto tokenize = [&](const std::string& input, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"tokenize", "--model", tiny.model, "--field", "text"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments, input);
  };
  const std::string pair = R"({"text": "Play", "text_pair": "some music"})";
  const Outcome outcome = tokenize(pair + "\n" + R"({"text": "rain", "text_pair": ""})");
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(
      outcome.out ==
      "{\"ids\":[2,5,3,11,12,3],\"tokens\":[\"[CLS]\",\"play\",\"[SEP]\",\"some\",\"music\",\"[SEP]\"],"
      "\"offsets\":[[0,0],[0,4],[0,0],[0,4],[5,10],[0,0]],\"type_ids\":[0,0,0,1,1,1],"
      "\"sequence_ids\":[null,0,null,1,1,null]}\n"
      "{\"ids\":[2,16,3,3],\"tokens\":[\"[CLS]\",\"rain\",\"[SEP]\",\"[SEP]\"],"
      "\"offsets\":[[0,0],[0,4],[0,0],[0,0]],\"type_ids\":[0,0,0,1],\"sequence_ids\":[null,0,null,null]}\n");
  CHECK_THAT(tokenize(pair, {"--max-tokens", "5"}).out, Contains("\"ids\":[2,5,3,11,3]"));
  CHECK_THAT(
      tokenize(pair, {"--prompt", "wake "}).out,
      Contains("\"ids\":[2,6,5,3,11,12,3]") && Contains("[[0,0],[0,0],[0,4],[0,0],[0,4],[5,10],[0,0]]"));
  CHECK_THAT(tokenize(pair, {"--max-tokens", "2"}).err, Contains("no room for the 3 special tokens"));
  CHECK(tokenize(pair + "\n{\"text\": \"rain\"}").out ==
        tokenize(pair).out + tokenize("{\"text\": \"rain\"}").out);

  const Outcome second = mtt_program({"tokenize", "--model", tiny.model, "--field", "text_pair"}, pair);
  CHECK(second.out ==
        "{\"ids\":[2,11,12,3],\"tokens\":[\"[CLS]\",\"some\",\"music\",\"[SEP]\"],"
        "\"offsets\":[[0,0],[0,4],[5,10],[0,0]]}\n");
}

TEST_CASE("encode writes the same vectors in every format, in the caller's order") {
  const Tiny tiny;
  const std::string texts = "play some music\nwake me up at six\nrain\n\nplay some music\n";
  const std::string lines = mtt_program({"encode", "--model", tiny.model}, texts).out;
  REQUIRE(mtt_program({"encode", "--model", tiny.model, "--output", tiny.path("a.npy")}, texts).code == 0);
  REQUIRE(
      mtt_program({"encode", "--model", tiny.model, "--output", tiny.path("a.safetensors")}, texts).code ==
      0);
  const std::vector<float> values = npy_values(tiny.path("a.npy"), {5, 8});
  const auto file = mtt::SafetensorsFile::open(tiny.path("a.safetensors"));
  CHECK(std::memcmp(file.tensors.at(0).data, values.data(), values.size() * sizeof(float)) == 0);
  const mtt::Value first = first_line(lines);
  CHECK(first.at("text").string() == "play some music");
  for (int i = 0; i < 8; ++i) {
    CHECK(first.at("embedding").array()[i].number() == Approx(values[i]).margin(1e-9));
    CHECK(values[i] == Approx(values[32 + i]).margin(1e-6));
  }
  double square = 0;
  for (int i = 0; i < 8; ++i) square += values[i] * values[i];
  CHECK(square == Approx(1).margin(1e-6));
}

TEST_CASE("a sentence's vector does not depend on its neighbours or on threads") {
  const Tiny tiny;
  std::string texts;
  for (int i = 0; i < 200; ++i) texts += std::string("play some music loud").substr(0, 4 + i % 17) + "\n";
  const auto run = [&](const std::string& name, const std::vector<std::string>& more,
                       const std::string& input) {
    std::vector<std::string> arguments = {"encode", "--model", tiny.model, "--output", tiny.path(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    REQUIRE(mtt_program(arguments, input).code == 0);
    const auto count = std::count(input.begin(), input.end(), '\n');
    return npy_values(tiny.path(name), {count, 8});
  };
  const auto one = run("1.npy", {"--threads", "1"}, texts);
  CHECK(one == run("2.npy", {"--threads", "2"}, texts));
  const auto alone = run("3.npy", {}, "play\n");
  for (int i = 0; i < 8; ++i) CHECK(alone[i] == Approx(one[i]).margin(1e-6));
}

TEST_CASE("prompts by name and by text, JSONL fields, token limits") {
  const Tiny tiny;
  const auto encode = [&](const std::vector<std::string>& more, const std::string& input) {
    std::vector<std::string> arguments = {"encode", "--model", tiny.model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = mtt_program(arguments, input);
    REQUIRE(outcome.code == 0);
    return first_line(outcome.out).at("embedding").json();
  };
  const std::string plain = encode({}, "play : rain\n");
  CHECK(encode({"--prompt", "query"}, "rain\n") == plain);
  CHECK(encode({"--prompt", "play : "}, "rain\n") == plain);
  CHECK(encode({}, "rain\n") != plain);
  CHECK(encode({"--field", "x"}, "{\"x\": \"play : rain\"}\n") == plain);
  CHECK(encode({"--max-tokens", "3"}, "rain rain\n") == encode({}, "rain\n"));
  CHECK_THAT(mtt_program({"encode", "--model", tiny.model, "--max-tokens", "3"}, "rain rain\n").err,
             Contains("1 of 1 texts were truncated to 3 tokens"));
}

TEST_CASE("no text, wrong text, wrong models") {
  const Tiny tiny;
  REQUIRE(mtt_program({"encode", "--model", tiny.model, "--output", tiny.path("e.npy")}, "").code == 0);
  CHECK(npy_values(tiny.path("e.npy"), {0, 8}).empty());
  const auto fails = [&](const std::string& input, const std::string& with,
                         const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"encode", "--model", tiny.model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = mtt_program(arguments, input);
    INFO(outcome.err);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("mtt: error: ") && Contains(with));
  };
  fails("ok\n\xff\n", "standard input:2:1");
  fails("{\"text\": 1}\n", "expected a string", {"--field", "text"});
  fails("rain\n", "positions", {"--max-tokens", "64"});

  const auto broken = [&](const std::string& file, const std::string& from, const std::string& to,
                          const std::string& with) {
    const auto path = std::filesystem::path(tiny.model) / file;
    const std::string whole = file_text(path);
    std::string changed = whole;
    if (from.empty())
      changed = to;
    else
      changed.replace(changed.find(from), from.size(), to);
    tiny.folder.write("model/" + file, changed);
    INFO(file << " " << to);
    fails("rain\n", with);
    tiny.folder.write("model/" + file, whole);
  };
  broken("config.json", "\"vocab_size\":18", "\"vocab_size\":19", "embeddings.word");
  broken("config.json", "\"vocab_size\":18", "\"vocab_size\":1000000000000", "vocab_size is 1000000000000");
  broken("config.json", "\"num_hidden_layers\":2", "\"num_hidden_layers\":3", "the tensor 'encoder.layer.2.");
  broken("config.json", "\"num_hidden_layers\":2", "\"num_hidden_layers\":1", "does not have");
  broken("config.json", "\"num_hidden_layers\":2", "\"num_hidden_layers\":1000000000",
         "num_hidden_layers is 1000000000");
  broken("config.json", "\"num_attention_heads\":2", "\"num_attention_heads\":3", "is not divisible");
  broken("config.json", "\"hidden_size\":8", "\"hidden_size\":-8", "hidden_size is -8");
  broken("config.json", "\"type_vocab_size\":2", "\"type_vocab_size\":2,\"hidden_act\":\"swish7\"",
         "unknown activation 'swish7'");
  broken("config.json", "\"model_type\":\"bert\"", "\"model_type\":\"deberta\"",
         "no plugin has the backbone for model_type 'deberta'");
  broken("config.json", "", "{", "config.json:1:");
  broken("modules.json", "models.Pooling", "models.LSTM", "module type");
  broken("modules.json", "1_Pooling", "../1_Pooling", "'..'");
  broken("1_Pooling/config.json", "mean_tokens", "mean_token", "did you mean 'pooling_mode_mean_tokens'");
  broken("model.safetensors", "",
         file_text(std::filesystem::path(tiny.model) / "model.safetensors").substr(0, 5000), "truncated");
  std::filesystem::remove(std::filesystem::path(tiny.model) / "model.safetensors");
  fails("rain\n", "neither model.safetensors nor");
}

TEST_CASE("a model without a pooling mode is mean-pooled, and says so") {
  const Tiny tiny;
  const std::vector<std::string> arguments = {"encode", "--model", tiny.model, "--output", "-"};
  const Outcome mean = mtt_program(arguments, "rain\n");
  CHECK(mean.err.find("pooling mode") == std::string::npos);
  const auto with = [&](const std::string& modes) {
    tiny.folder.write("model/1_Pooling/config.json", "{\"word_embedding_dimension\":8," + modes + "}");
    return mtt_program(arguments, "rain\n");
  };
  const Outcome none = with("\"pooling_mode_mean_tokens\":false");
  CHECK(none.code == 0);
  CHECK(none.out == mean.out);
  CHECK_THAT(none.err, Contains("1_Pooling/config.json: no pooling mode is set; mean is used"));
  const Outcome empty = with("\"pooling_mode\":[]");
  CHECK(empty.code == 1);
  CHECK_THAT(empty.err, Contains("pooling_mode is an empty list"));
}
