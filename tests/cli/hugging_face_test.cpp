#include <cmath>
#include <filesystem>

#include "catch.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kHidden = 8;

/// A directory of transformers whose head gives the same logits for every text: its weights are 0, so that
/// the biases are the logits.
struct Directory {
  TemporaryFolder folder;
  fs::path path = folder.path() / "model";

  explicit Directory(const std::string& config, const std::vector<float>& logits, bool half = false) {
    write_tiny_model(path);
    for (const char* file :
         {"modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"})
      fs::remove(path / file);
    configure(config);
    const auto count = static_cast<std::int64_t>(logits.size());
    const auto file = mtt::SafetensorsFile::open(path / "model.safetensors");
    std::vector<mtt::TensorToWrite> tensors;
    for (const auto& view : file.tensors)
      tensors.push_back({"bert." + view.name, view.dtype, view.shape, view.data});
    std::vector<float> zeros(static_cast<std::size_t>(kHidden * (kHidden + count)), 0.0F);
    const auto bytes = [](const auto& values) { return reinterpret_cast<const std::byte*>(values.data()); };
    tensors.push_back({"bert.pooler.dense.weight", mtt::DType::F32, {kHidden, kHidden}, bytes(zeros)});
    tensors.push_back({"bert.pooler.dense.bias", mtt::DType::F32, {kHidden}, bytes(zeros)});
    tensors.push_back({"classifier.weight", mtt::DType::F32, {count, kHidden}, bytes(zeros)});
    std::vector<std::uint16_t> halves;  // -1, 0, 1, 2, 4 as float16
    for (const float logit : logits)
      halves.push_back(logit == 0 ? 0
                                  : static_cast<std::uint16_t>((logit < 0 ? 0xBC00 : 0x3C00) +
                                                               0x400 * std::log2(std::abs(logit))));
    tensors.push_back({"classifier.bias",
                       half ? mtt::DType::F16 : mtt::DType::F32,
                       {count},
                       half ? bytes(halves) : bytes(logits)});
    mtt::write_safetensors(path / "model.safetensors", tensors, {{"format", "pt"}});
  }
  void configure(const std::string& more) const {
    folder.write("model/config.json",
                 R"({"model_type":"bert","vocab_size":18,"hidden_size":8,"num_hidden_layers":2,
"num_attention_heads":2,"intermediate_size":16,"max_position_embeddings":32,"type_vocab_size":2,)" +
                     more + "}");
  }
  Outcome predict(const std::vector<std::string>& more = {},
                  const std::string& text = "play some music") const {
    std::vector<std::string> arguments = {"predict", "--model", path.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments, text + "\n");
  }
  mtt::Value prediction(const std::string& task, const std::vector<std::string>& more = {},
                        const std::string& text = "play some music") const {
    const Outcome outcome = predict(more, text);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return mtt::parse_json(outcome.out, "out").at(task);
  }
  Outcome encode() const { return mtt_program({"encode", "--model", path.string()}, "play some music\n"); }
};

const std::string kClassifier = R"("architectures":["BertForSequenceClassification"])";
const std::string kTagger = R"("architectures":["BertForTokenClassification"])";
const std::string kThree = R"(,"id2label":{"0":"zeta","1":"alpha","2":"mid"})";

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// The spans of "play some music" as "0..4 PER 0.9".
std::string spans(const mtt::Value& prediction) {
  std::string text;
  for (const mtt::Value& entity : prediction.at("entities").array())
    text += (text.empty() ? "" : ", ") + std::to_string(entity.at("start").integer()) + ".." +
            std::to_string(entity.at("end").integer()) + " " + entity.at("label").string() + " '" +
            entity.at("text").string() + "'";
  return text;
}

}  // namespace

TEST_CASE("a classifier has a softmax, a sigmoid or a value, as its problem_type says") {
  const Directory three(kClassifier + kThree, {1, 0, 2});
  const double sum = std::exp(1.0) + 1 + std::exp(2.0);
  const mtt::Value softmax = three.prediction("label", {"--top", "all"});
  CHECK(softmax.at("label").string() == "mid");
  CHECK(softmax.at("score").number() == Approx(std::exp(2.0) / sum).margin(1e-6));
  CHECK(softmax.at("top").array().size() == 3);
  CHECK(softmax.at("top").array()[1].at("label").string() == "zeta");

  three.configure(kClassifier + kThree + R"(,"problem_type":"multi_label_classification")");
  const mtt::Value several = three.prediction("label");
  CHECK(several.at("labels").json() == R"(["zeta","alpha","mid"])");
  CHECK(several.at("scores").at("zeta").number() == Approx(sigmoid(1)).margin(1e-6));
  CHECK(several.at("scores").at("alpha").number() == Approx(0.5).margin(1e-6));

  const Directory one(kClassifier + R"(,"id2label":{"0":"relevance"})", {2});
  CHECK(one.prediction("label").at("scores").at("relevance").number() == Approx(sigmoid(2)).margin(1e-6));
  one.configure(kClassifier + R"(,"id2label":{"0":"stars"},"problem_type":"regression")");
  CHECK(one.prediction("label").at("value").number() == Approx(2).margin(1e-6));

  three.configure(kClassifier + kThree + R"(,"problem_type":"regression")");
  CHECK_THAT(three.predict().err, Contains("problem_type is 'regression' with 3 labels"));
  CHECK(three.encode().code == 0);
}

TEST_CASE("labels that config.json lacks are LABEL_0, LABEL_1, ..., and heads may be float16") {
  const Directory two(kClassifier, {0, 1});
  CHECK(two.prediction("label").at("label").string() == "LABEL_1");
  CHECK(two.prediction("label").at("score").number() == Approx(sigmoid(1)).margin(1e-6));
  const Directory half(kClassifier + kThree, {1, -1, 4}, /*half=*/true);
  CHECK(half.prediction("label").at("label").string() == "mid");
  half.configure(kClassifier + R"(,"num_labels":3)");
  CHECK(half.prediction("label").at("label").string() == "LABEL_2");
  half.configure(kClassifier);
  CHECK_THAT(half.predict().err, Contains("'classifier.weight' has 3 rows, but config.json has 2 labels"));
  half.configure(kClassifier + kThree + R"(,"num_labels":4)");
  CHECK_THAT(half.predict().err, Contains("num_labels is 4, but id2label has 3 labels"));
  half.configure(kClassifier + R"(,"id2label":{"0":"a","1":"a","2":"b"})");
  CHECK_THAT(half.predict().err, Contains("the label \"a\" twice"));
  CHECK(half.encode().code == 0);
}

TEST_CASE("tags are joined as in transformers' pipeline, whatever their scheme") {
  const auto with = [](const std::string& labels, const std::vector<float>& logits) {
    return Directory(kTagger + ",\"id2label\":" + labels, logits);
  };
  // IOB1: I- begins an entity, B- one directly behind another
  const std::string iob1 = R"({"0":"I-PER","1":"O","2":"B-PER"})";
  CHECK(spans(with(iob1, {4, 0, 0}).prediction("tags")) == "0..15 PER 'play some music'");
  CHECK(spans(with(iob1, {0, 0, 4}).prediction("tags")) ==
        "0..4 PER 'play', 5..9 PER 'some', 10..15 PER 'music'");
  CHECK(spans(with(iob1, {0, 4, 0}).prediction("tags")) == "");
  const mtt::Value first = with(iob1, {4, 0, 0}).prediction("tags").at("entities").array().at(0).at("score");
  CHECK(first.number() == Approx(std::exp(4.0) / (std::exp(4.0) + 2)).margin(1e-6));
  // IO and parts of speech
  CHECK(spans(with(R"({"0":"PER","1":"O"})", {4, 0}).prediction("tags")) == "0..15 PER 'play some music'");
  CHECK(spans(with(R"({"0":"NOUN","1":"VERB"})", {4, 0}).prediction("tags")) ==
        "0..15 NOUN 'play some music'");
  CHECK(spans(with(R"({"0":"-LRB-","1":"VERB"})", {4, 0}).prediction("tags")) ==
        "0..15 LRB- 'play some music'");
  // BIOES: labels without the prefix, and a warning
  const Directory bioes = with(R"({"0":"O","1":"S-PER"})", {0, 4});
  CHECK(spans(bioes.prediction("tags")) == "0..15 PER 'play some music'");
  CHECK_THAT(bioes.predict().err, Contains("the tag \"S-PER\" is none of O, B-x and I-x"));
  CHECK(bioes.encode().code == 0);
}

TEST_CASE("a tagger's words are those of transformers' pipeline, which compares a token with its text") {
  const Directory model(kTagger + R"(,"id2label":{"0":"I-PER","1":"O","2":"B-PER"})", {0, 0, 4});
  // The accents are removed, so that "some" is shorter than its text and joins the word before it.
  CHECK(spans(model.prediction("tags", {}, "play so\u0301me music")) ==
        "0..10 PER 'play so\u0301me', 11..16 PER 'music'");
  // An unknown token begins a word, whatever its length.
  CHECK(spans(model.prediction("tags", {}, "play x\u0301 loud")) ==
        "0..4 PER 'play', 5..6 PER 'x', 8..12 PER 'loud'");
}

TEST_CASE("a head reads texts by the tokenizer's settings, not by those beside modules.json") {
  const Directory model(kTagger + R"(,"id2label":{"0":"I-PER","1":"O","2":"B-PER"})", {0, 0, 4});
  const std::string whole = "0..4 PER 'play', 5..9 PER 'some', 10..15 PER 'music'";
  model.folder.write("model/modules.json",
                     R"([{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}])");
  model.folder.write("model/1_Pooling/config.json", R"({"word_embedding_dimension":8})");
  model.folder.write("model/sentence_bert_config.json", R"({"max_seq_length":3,"do_lower_case":true})");
  CHECK(spans(model.prediction("tags")) == whole);
  CHECK(model.predict().err.find("cut") == std::string::npos);
  CHECK_THAT(model.encode().err, Contains("truncated to 3 tokens"));
  model.folder.write("model/tokenizer_config.json", R"({"model_max_length":4})");
  CHECK(spans(model.prediction("tags")) == "0..4 PER 'play', 5..9 PER 'some'");
}

TEST_CASE("encode gives the mean of the tokens and never needs a head") {
  const Directory model(kClassifier + kThree, {1, 0, 2});
  const Outcome classifier = model.encode();
  REQUIRE(classifier.code == 0);
  CHECK_THAT(classifier.err, Contains("mean of the token vectors"));
  model.configure(R"("architectures":["BertModel"])");
  CHECK(model.encode().out == classifier.out);
  for (const std::string& head :
       {kTagger + R"(,"id2label":{"7":"x"})", std::string(R"("architectures":["BertForQuestionAnswering"])"),
        kClassifier + R"(,"id2label":{"0":"one"},"problem_type":"nonsense")"}) {
    model.configure(head);
    CHECK(model.encode().out == classifier.out);
    CHECK(model.predict().code == 1);
  }
  CHECK_THAT(model.predict().err, Contains("'nonsense'"));
  model.configure(R"("architectures":["BertForQuestionAnswering"])");
  CHECK_THAT(model.predict().err, Contains("the head of BertForQuestionAnswering is not supported"));
  model.configure(R"("architectures":["BertModel"])");
  CHECK_THAT(model.predict().err, Contains("model without heads"));
}

TEST_CASE("a head beside modules.json reads the encoder, not the modules and their prompt") {
  const Directory model(kClassifier + kThree, {1, 0, 2});
  model.folder.write("model/modules.json",
                     R"([{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}])");
  model.folder.write("model/1_Pooling/config.json",
                     R"({"word_embedding_dimension":8,"pooling_mode":["mean","max"]})");
  model.folder.write("model/config_sentence_transformers.json",
                     R"({"prompts":{"query":"rain "},"default_prompt_name":"query"})");
  CHECK(model.prediction("label").at("label").string() == "mid");
  CHECK_THAT(model.predict().err, Contains("the default prompt \"rain \" is not used for the head"));
  CHECK(mtt::parse_json(model.encode().out, "v").at("embedding").array().size() == 16);
  const auto file = mtt::SafetensorsFile::open(model.path / "model.safetensors");
  std::vector<mtt::TensorToWrite> kept;
  for (const auto& view : file.tensors)
    if (view.name != "bert.pooler.dense.bias") kept.push_back({view.name, view.dtype, view.shape, view.data});
  mtt::write_safetensors(model.path / "model.safetensors", kept, {{"format", "pt"}});
  CHECK_THAT(model.predict().err, Contains("the tensor 'bert.pooler.dense.bias' is missing"));
  CHECK(model.encode().code == 0);
}
