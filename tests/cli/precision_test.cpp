#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "every_head.h"
#include "training_experiment.h"

namespace {

std::string texts(int count) {
  static const char* const kWords[] = {"play", "some", "music", "wake", "me",
                                       "up",   "at",   "six",   "rain", "now"};
  std::string all;
  for (int i = 0; i < count; ++i)
    all += std::string(kWords[i % 10]) + " " + kWords[i / 10 % 10] + " " + kWords[i / 100 % 10] + "\n";
  return all;
}

struct Encoded {
  std::vector<std::vector<double>> vectors;
  std::string err;
};

/// A model and a run on it with every head.
struct Reduced {
  EveryHead every;
  std::string model = (every.folder.path() / "model").string();

  Encoded encode(const std::string& precision, const std::string& input,
                 const std::vector<std::string>& environment = {}) const {
    const Outcome outcome =
        mtt_program({"encode", "--model", model, "--precision", precision}, input, environment);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    Encoded encoded{{}, outcome.err};
    for (const mtt::Value& row : lines_of(outcome.out)) {
      encoded.vectors.emplace_back();
      for (const mtt::Value& number : row.at("embedding").array())
        encoded.vectors.back().push_back(number.number());
    }
    return encoded;
  }
  /// Whether the processor computes in a precision, and no environment variable forbids it.
  bool has(const std::string& precision) const {
    const Outcome outcome = mtt_program({"encode", "--model", model, "--precision", precision}, texts(1));
    return outcome.code == 0 && outcome.err.find("fp32 is used") == std::string::npos;
  }
  Outcome evaluate(std::vector<std::string> more, const std::vector<std::string>& environment = {}) const {
    more.insert(more.begin(), {"evaluate", "--model", every.out});
    return mtt_program(more, "", environment);
  }
};

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace

TEST_CASE("vectors of a reduced precision are near those of fp32, and the same in any batch") {
  const Reduced reduced;
  if (!reduced.has("int8")) MTT_SKIP("this processor has no int8 kernel");
  const auto exact = reduced.encode("fp32", texts(50)).vectors;
  for (const char* precision : {"bf16", "int8"}) {
    const auto near = reduced.encode(precision, texts(50)).vectors;
    REQUIRE(near.size() == 50);
    if (reduced.has(precision)) CHECK(near != exact);
    double lowest = 1;
    for (std::size_t i = 0; i < 50; ++i) lowest = std::min(lowest, cosine(exact[i], near[i]));
    CHECK(lowest > 0.99);
    CHECK(reduced.encode(precision, texts(1)).vectors.front() == near.front());
    CHECK(reduced.encode(precision, texts(7)).vectors.back() == near[6]);
  }
}

TEST_CASE("a precision that the processor lacks is refused, or replaced by fp32 with a warning") {
  const Reduced reduced;
  const std::vector<std::string> plain = {"ATEN_CPU_CAPABILITY=default"};
  const Outcome int8 =
      mtt_program({"encode", "--model", reduced.model, "--precision", "int8"}, texts(1), plain);
  check_sentence(int8, "use --precision fp32");
  const Encoded bf16 = reduced.encode("bf16", texts(3), plain);
  CHECK_THAT(bf16.err, Contains("mtt: warning:") && Contains("fp32 is used"));
  CHECK(bf16.vectors == reduced.encode("fp32", texts(3), plain).vectors);
  CHECK_THAT(mtt_program({"encode", "--model", reduced.model, "--precision", "int4"}, texts(1)).err,
             Contains("--precision"));
}

TEST_CASE("scores name their precision where it is not fp32") {
  const Reduced reduced;
  if (!reduced.has("int8")) MTT_SKIP("this processor has no int8 kernel");
  reduced.every.run();
  const Outcome text = reduced.evaluate({"--precision", "int8"});
  CHECK_THAT(text.out, Contains("examples of test.jsonl, int8)"));
  const auto rows = lines_of(reduced.evaluate({"--precision", "int8", "--json"}).out);
  CHECK(rows.size() >= 7);
  for (const mtt::Value& row : rows) CHECK(row.at("precision").string() == "int8");
  const Outcome exact = reduced.evaluate({"--json"});
  CHECK(exact.code == 0);
  CHECK_THAT(exact.out, Contains("intent") && !Contains("precision\":\"fp32"));
}

TEST_CASE("the gate compares with fp32 and says what is too far") {
  const Reduced reduced;
  if (!reduced.has("int8")) MTT_SKIP("this processor has no int8 kernel");
  reduced.every.run();
  const std::string few = reduced.every.folder.write("few.txt", texts(10)).string(),
                    many = reduced.every.folder.write("many.txt", texts(1000)).string();
  check_sentence(reduced.evaluate({"--gate", many}), "give --precision int8 or bf16");
  check_sentence(reduced.evaluate({"--precision", "bf16", "--gate", many}, {"ATEN_CPU_CAPABILITY=default"}),
                 "cannot be compared");
  const std::string same = reduced.every.folder
                               .write("same.txt",
                                      [] {
                                        std::string all;
                                        for (int i = 0; i < 1000; ++i) all += "play some music\n";
                                        return all;
                                      }())
                               .string();
  CHECK_THAT(reduced.evaluate({"--precision", "int8", "--gate", same}).err,
             Contains("has 1 different texts; at least 1000 are needed to compare int8 with fp32"));
  const Outcome refused = reduced.evaluate({"--precision", "int8", "--gate", few});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("has 10 different texts; at least 1000 are needed"));
  const Outcome outcome = reduced.evaluate({"--precision", "int8", "--gate", many, "--json"});
  const auto rows = lines_of(outcome.out);
  const mtt::Value& gate = rows.back();
  CHECK(gate.at("failures").array().empty() == (outcome.code == 0));
  CHECK(gate.at("texts").integer() == 1000);
  CHECK(gate.at("cosine_mean").number() > 0.99);
  CHECK(gate.at("cosine_min").number() <= gate.at("cosine_quantile").number());
  CHECK(gate.at("scores").array().size() + 1 == rows.size() - 1);  // without that of all tasks together
  for (const mtt::Value& score : gate.at("scores").array()) {
    const auto row = std::find_if(rows.begin(), rows.end() - 1, [&](const mtt::Value& one) {
      return one.at("task").string() == score.at("task").string();
    });
    CHECK(score.at("reduced").number() == row->at("metrics").at(score.at("metric").string()).number());
  }
}

TEST_CASE("a report shows the figures of a precision, of exports and of saved scores") {
  const Reduced reduced;
  if (!reduced.has("int8")) MTT_SKIP("this processor has no int8 kernel");
  reduced.every.run();
  const std::string many = reduced.every.folder.write("many.txt", texts(1000) + "\n\n").string(),
                    saved = reduced.every.path("saved"), page = reduced.every.path("r.html"),
                    tables = reduced.every.path("tables");
  CHECK_THAT(reduced.evaluate({"--precision", "int8", "--gate", many, "--save", saved}).out,
             Contains("texts with the same nearest text: "));
  const Outcome outcome = mtt_program({"report", saved, "--output", page, "--tables", tables});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK_THAT(file_text(page), Contains("<title>Precision comparison saved") &&
                                  Contains("int8, compared with fp32") && Contains("many.txt") &&
                                  Contains("at least 0.998"));
  CHECK_THAT(file_text(tables + "/vectors.csv"), Contains("texts,1000,at least 1000"));
  CHECK_THAT(file_text(tables + "/precision.csv"),
             Catch::Matchers::StartsWith("task,metric,file,examples,fp32,int8,") &&
                 Contains("\nintent,accuracy,test.jsonl,"));
  std::string record = file_text(saved + "/precision.json");
  const std::size_t at = record.find("\"failures\":[");
  REQUIRE(at != std::string::npos);
  record = record.substr(0, at) + "\"failures\":[\"<b>far\"]}}";
  reduced.every.folder.write("saved/precision.json", record);
  REQUIRE(mtt_program({"report", saved, "--output", page}).code == 0);
  CHECK_THAT(file_text(page), Contains("difference too large: &lt;b&gt;far"));
  reduced.every.folder.write("saved/precision.json", "{}");
  check_sentence(mtt_program({"report", saved, "--output", page}), "precision.json");
}

TEST_CASE("an export in int8 gives the vectors of the run in int8, and nothing else reads it") {
  const Reduced reduced;
  if (!reduced.has("int8")) MTT_SKIP("this processor has no int8 kernel");
  const auto& folder = reduced.every.folder;
  const std::string many = folder.write("many.txt", texts(1000)).string(), out = reduced.every.path("int8");
  folder.write("one.toml",
               "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"train.jsonl\"\n[tasks.intent]\nhead = "
               "\"classification\"\n");
  const std::string run = reduced.every.path("one");
  REQUIRE(mtt_program({"run", reduced.every.path("one.toml"), "--out", run}).code == 0);
  check_sentence(mtt_program({"export", run, out, "--precision", "int8"}), "needs --texts");
  CHECK_THAT(mtt_program({"export", run, out, "--texts", many}).err, Contains("--precision"));
  const Outcome exported = mtt_program({"export", run, out, "--precision", "int8", "--texts", many});
  INFO(exported.err);
  REQUIRE(exported.code == 0);
  CHECK_THAT(exported.out, Contains("cosine to fp32 over 1000 texts"));
  const mtt::Value record = mtt::parse_json(file_text(out + "/precision.json"), "precision.json");
  CHECK(record.at("gate").at("texts").integer() == 1000);
  CHECK(record.at("texts_digest").string().size() == 32);
  const std::string page = reduced.every.path("r.html");
  REQUIRE(mtt_program({"report", out, "--output", page}).code == 0);
  CHECK_THAT(file_text(page), Contains("within the limits"));
  CHECK(std::filesystem::exists(out + "/model.int8.safetensors"));
  CHECK_FALSE(std::filesystem::exists(out + "/model.safetensors"));

  const auto vectors = [&](const std::string& model, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"encode", "--model", model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = mtt_program(arguments, texts(20));
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return outcome.out;
  };
  CHECK(vectors(out, {}) == vectors(run, {"--precision", "int8"}));
  CHECK(vectors(out, {}) != vectors(run, {}));
  check_sentence(mtt_program({"encode", "--model", out, "--precision", "fp32"}, "a\n"), "exported in int8");
  std::filesystem::copy_file(out + "/model.int8.safetensors", out + "/model.safetensors");
  check_sentence(mtt_program({"encode", "--model", out}, "a\n"), "remove one of them");
  std::filesystem::remove(out + "/model.safetensors");
  folder.write("again.toml",
               "[backbone]\nmodel = \"./int8\"\n[data]\ntrain = \"train.jsonl\"\n[tasks.intent]\nhead = "
               "\"classification\"\n");
  check_sentence(mtt_program({"run", reduced.every.path("again.toml"), "--out", reduced.every.path("x")}),
                 "for inference alone");
}

TEST_CASE("the gate of an export is that of the exported vectors, with adapters merged") {
  const Reduced reduced;
  if (!reduced.has("int8")) MTT_SKIP("this processor has no int8 kernel");
  const auto& folder = reduced.every.folder;
  const std::string many = folder.write("many.txt", texts(1000)).string(), run = reduced.every.path("lora"),
                    out = reduced.every.path("lora-int8");
  folder.write(
      "lora.toml",
      "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"train.jsonl\"\n[tasks.intent]\nhead = "
      "\"classification\"\n[freeze]\npolicy = \"lora\"\n[train]\nepochs = 3\nhead_learning_rate = 0.05\n");
  REQUIRE(mtt_program({"run", reduced.every.path("lora.toml"), "--out", run}).code == 0);
  const Outcome exported = mtt_program({"export", run, out, "--precision", "int8", "--texts", many});
  INFO(exported.err);
  REQUIRE(exported.code == 0);
  const auto vectors = [&](const std::string& model) {
    std::vector<std::vector<double>> all;
    for (const mtt::Value& row : lines_of(mtt_program({"encode", "--model", model}, texts(1000)).out)) {
      all.emplace_back();
      for (const mtt::Value& number : row.at("embedding").array()) all.back().push_back(number.number());
    }
    return all;
  };
  const auto exact = vectors(run), near = vectors(out);
  double sum = 0;
  for (std::size_t i = 0; i < 1000; ++i) sum += cosine(exact[i], near[i]);
  const mtt::Value record = mtt::parse_json(file_text(out + "/precision.json"), "precision.json");
  CHECK(record.at("gate").at("cosine_mean").number() == Approx(sum / 1000).epsilon(1e-6));
}

TEST_CASE("training in bf16 says where the processor cannot") {
  const Reduced reduced;
  const std::vector<std::string> plain = {"ATEN_CPU_CAPABILITY=default"};
  reduced.every.folder.write(
      "bf16.toml",
      "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"train.jsonl\"\n[tasks.intent]\nhead = "
      "\"classification\"\n[train]\nepochs = 1\nmatmul_precision = \"bf16\"\n");
  const Outcome outcome =
      mtt_program({"run", reduced.every.path("bf16.toml"), "--out", reduced.every.path("bf16")}, "", plain);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.err,
             Contains("mtt: warning: [train] matmul_precision is \"bf16\"") && Contains("fp32 is used"));
}

TEST_CASE("training in bf16 starts from the losses of fp32 and follows them", "[model]") {
  if (mtt_program({"tokenize", "--model", "all-MiniLM-L6-v2"}, "a\n").code != 0)
    MTT_SKIP("all-MiniLM-L6-v2 is not on this machine");
  const TemporaryFolder folder;
  const auto losses = [&](const std::string& precision) {
    const std::string out = (folder.path() / precision).string();
    const Outcome outcome =
        mtt_program({"run", std::string(MTT_SOURCE) + "/configs/quickstart.toml", "--out", out, "--set",
                     "train.epochs=1", "--set", "train.matmul_precision=" + precision});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    const bool has_bf16 = outcome.err.find("fp32 is used") == std::string::npos;
    std::vector<double> all;
    for (const mtt::Value& row : lines_of(file_text(out + "/metrics.jsonl")))
      if (const mtt::Value* loss = row.find("loss"))
        for (const auto& [task, value] : loss->table())
          if (value.is(mtt::Value::Kind::number)) all.push_back(value.number());
    return std::pair{all, has_bf16};
  };
  const auto exact = losses("fp32").first;
  const auto [rounded, has_bf16] = losses("bf16");
  REQUIRE(exact.size() >= 40);
  REQUIRE(rounded.size() == exact.size());
  if (has_bf16) CHECK(rounded != exact);
  for (std::size_t i = 0; i < exact.size(); ++i)
    CHECK(rounded[i] == Approx(exact[i]).epsilon(0.05).margin(0.002));
}

TEST_CASE("an export that is too far from fp32 is refused and leaves nothing") {
  const Reduced reduced;
  if (!reduced.has("int8")) MTT_SKIP("this processor has no int8 kernel");
  reduced.every.run();
  const std::string few = reduced.every.folder.write("few.txt", texts(10)).string(),
                    out = reduced.every.path("int8");
  const Outcome outcome =
      mtt_program({"export", reduced.every.out, out, "--precision", "int8", "--texts", few});
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err, Contains("has 10 different texts; at least 1000 are needed"));
  CHECK_FALSE(std::filesystem::exists(out));
}
