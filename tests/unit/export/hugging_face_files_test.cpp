#include "export/hugging_face_files.h"

#include "catch.h"
#include "temporary_folder.h"
#include "value/json.h"

namespace {

std::string encoder_config(const std::string& config) {
  return mtt::encoder_config(mtt::parse_json(config, "config.json")).json();
}

}  // namespace

TEST_CASE("a configuration of an encoder names its class without a head, in float32") {
  const auto class_of = [](const std::string& name) {
    return encoder_config(R"({"architectures":[")" + name + R"("]})");
  };
  CHECK(class_of("BertForSequenceClassification") == R"({"architectures":["BertModel"]})");
  CHECK(class_of("XLMRobertaForMaskedLM") == R"({"architectures":["XLMRobertaModel"]})");
  CHECK(class_of("BertLMHeadModel") == R"({"architectures":["BertModel"]})");
  CHECK(class_of("BertModel") == R"({"architectures":["BertModel"]})");
  CHECK(encoder_config(R"({"torch_dtype":"float16","hidden_size":8})") ==
        R"({"torch_dtype":"float32","hidden_size":8})");
  CHECK(encoder_config(R"({"dtype":"bfloat16"})") == R"({"dtype":"float32"})");
}

TEST_CASE("what belongs to the head of the base is left out") {
  CHECK(
      encoder_config(
          R"({"id2label":{"0":"a"},"label2id":{"a":0},"num_labels":1,"problem_type":"x","vocab_size":9})") ==
      R"({"vocab_size":9})");
}

TEST_CASE("the number of layers is written under the key that the model has for it") {
  mtt::Value bert = mtt::parse_json(R"({"num_hidden_layers":6})", "f"),
             distil = mtt::parse_json(R"({"n_layers":6})", "f");
  mtt::set_layers(bert, 4);
  mtt::set_layers(distil, 3);
  CHECK(bert.json() == R"({"num_hidden_layers":4})");
  CHECK(distil.json() == R"({"n_layers":3})");
}

TEST_CASE("files of the tokenizer are copied, and no others") {
  const TemporaryFolder from, to;
  from.write("vocab.txt", "[PAD]\n");
  from.write("tokenizer_config.json", "{}");
  from.write("pytorch_model.bin", "weights");
  mtt::copy_tokenizer(from.path(), to.path());
  CHECK(file_text(to.path() / "vocab.txt") == "[PAD]\n");
  CHECK(file_text(to.path() / "tokenizer_config.json") == "{}");
  CHECK(std::distance(std::filesystem::directory_iterator(to.path()), {}) == 2);
}

TEST_CASE("a limit is added to the settings of the tokenizer") {
  const TemporaryFolder folder;
  mtt::write_token_limit(folder.path(), 12);
  CHECK(file_text(folder.path() / "tokenizer_config.json") == "{\"model_max_length\":12}\n");
  folder.write("tokenizer_config.json", R"({"do_lower_case":true,"model_max_length":512})");
  mtt::write_token_limit(folder.path(), 16);
  CHECK(file_text(folder.path() / "tokenizer_config.json") ==
        "{\"do_lower_case\":true,\"model_max_length\":16}\n");
}
