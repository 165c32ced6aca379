#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "training_experiment.h"
#include "value/json.h"

namespace {

struct TinyEncoder {
  TemporaryFolder folder;
  std::string model = (folder.path() / "model").string();

  TinyEncoder() { write_tiny_model(model); }
  Outcome encode(std::vector<std::string> more,
                 const std::string& texts = "play some music\nrain\nnow\n") const {
    more.insert(more.begin(), {"encode", "--model", model});
    return mtt_program(more, texts);
  }
  /// The numbers of a key, a row for each line.
  std::vector<std::vector<double>> rows(std::vector<std::string> more) const {
    const Outcome outcome = encode(std::move(more));
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    std::vector<std::vector<double>> all;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
      const mtt::Value vector = mtt::parse_json(line, "line").at("embedding");
      all.emplace_back();
      for (const mtt::Value& number : vector.array()) all.back().push_back(number.number());
    }
    return all;
  }
};

}  // namespace

TEST_CASE("vectors of fewer dimensions are the first ones, of length 1 again") {
  const TinyEncoder tiny;
  const auto all = tiny.rows({}), three = tiny.rows({"--truncate-dim", "3"});
  REQUIRE(three.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE(three[i].size() == 3);
    const double length = std::hypot(all[i][0], all[i][1], all[i][2]);
    for (std::size_t k = 0; k < 3; ++k) CHECK(three[i][k] == Approx(all[i][k] / length).epsilon(1e-5));
  }
  check_sentence(tiny.encode({"--truncate-dim", "9999"}), "--truncate-dim is 9999");
}

TEST_CASE("quantized vectors are bytes in the ranges of their dimensions, or signs") {
  const TinyEncoder tiny;
  const auto all = tiny.rows({}), bytes = tiny.rows({"--quantize", "uint8"}),
             bits = tiny.rows({"--quantize", "ubinary"});
  const std::size_t width = all[0].size();
  REQUIRE(bytes[0].size() == width);
  REQUIRE(bits[0].size() == (width + 7) / 8);
  for (std::size_t k = 0; k < width; ++k) {
    const double least = std::min({all[0][k], all[1][k], all[2][k]}),
                 most = std::max({all[0][k], all[1][k], all[2][k]});
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(bytes[i][k] - std::floor((all[i][k] - least) / (most - least) * 255)) <= 1);
      const auto byte = static_cast<int>(bits[i][k / 8]);
      CHECK((byte >> (7 - k % 8) & 1) == (all[i][k] > 0));
    }
  }
  CHECK_THAT(tiny.encode({"--quantize", "int8"}).err, Contains("of only 3 texts"));
  check_sentence(tiny.encode({"--quantize", "int8"}, "play\n"), "give more than one text");
}

TEST_CASE("quantized vectors in files have the type and shape that the kind says") {
  const TinyEncoder tiny;
  for (const auto& [kind, type, dtype] : std::vector<std::array<std::string, 3>>{{"int8", "|i1", "I8"},
                                                                                 {"uint8", "|u1", "U8"},
                                                                                 {"binary", "|i1", "I8"},
                                                                                 {"ubinary", "|u1", "U8"}}) {
    INFO(kind);
    const std::string npy = (tiny.folder.path() / "v.npy").string(),
                      tensors = (tiny.folder.path() / "v.safetensors").string();
    REQUIRE(tiny.encode({"--quantize", kind, "--output", npy}).code == 0);
    REQUIRE(tiny.encode({"--quantize", kind, "--output", tensors}).code == 0);
    CHECK_THAT(file_text(npy), Contains("'descr': '" + type + "'"));
    CHECK_THAT(file_text(tensors), Contains("\"dtype\":\"" + dtype + "\""));
  }
}

TEST_CASE("the vectors of all tokens have the length of the text in tokens") {
  const TinyEncoder tiny;
  const Outcome outcome = tiny.encode({"--token-vectors"}, "play some music\n");
  REQUIRE(outcome.code == 0);
  const Outcome tokens = mtt_program({"tokenize", "--model", tiny.model}, "play some music\n");
  CHECK(mtt::parse_json(outcome.out.substr(0, outcome.out.find('\n')), "line")
            .at("token_embeddings")
            .array()
            .size() ==
        mtt::parse_json(tokens.out.substr(0, tokens.out.find('\n')), "line").at("ids").array().size());
  check_sentence(tiny.encode({"--token-vectors", "--output", (tiny.folder.path() / "v.npy").string()}),
                 "write them to .jsonl");
  CHECK(tiny.encode({"--token-vectors", "--quantize", "int8"}).code == 2);
}

TEST_CASE("--task selects the heads that predict") {
  const Training training;
  REQUIRE(training.run("run").code == 0);
  const std::string run = training.out("run").string();
  const auto predict = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"predict", "--model", run});
    return mtt_program(more, "play\n");
  };
  const mtt::Value all = mtt::parse_json(predict({}).out.substr(0, predict({}).out.find('\n')), "line");
  const std::string some = predict({"--task", "mood", "--task", "slots"}).out;
  const mtt::Value chosen = mtt::parse_json(some.substr(0, some.find('\n')), "line");
  CHECK(chosen.table().size() == 3);
  CHECK(chosen.at("mood").json() == all.at("mood").json());
  CHECK(chosen.at("slots").json() == all.at("slots").json());
  check_sentence(predict({"--task", "nothing"}), "no task \"nothing\"; it has 'intent', 'slots', 'mood'");
  CHECK_THAT(predict({"--task", "slots", "--top", "2"}).err, Contains("'slots'") && !Contains("'mood'"));
}
