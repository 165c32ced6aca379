#include "tiny_model.h"

#include <deque>
#include <fstream>
#include <random>
#include <vector>

#include "io/safetensors_writer.h"
#include "io/weights.h"

namespace fs = std::filesystem;

namespace {

constexpr int kHidden = 8, kInner = 16, kPositions = 32;
const char kVocabulary[] =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\nwake\nme\nup\nat\nsix\nsome\nmusic\nloud\n##er\n."
    "\nrain\nnow\n";
constexpr int kTokens = 18;

class Weights {
 public:
  void add(const std::string& name, std::vector<std::int64_t> shape, float mean = 0) {
    std::size_t count = 1;
    for (const auto size : shape) count *= static_cast<std::size_t>(size);
    auto& values = data_.emplace_back(count);
    for (float& value : values) value = mean + (static_cast<float>(random_() % 2000) / 1000.0F - 1) * 0.3F;
    tensors_.push_back(
        {name, mtt::DType::F32, std::move(shape), reinterpret_cast<const std::byte*>(values.data())});
  }
  void linear(const std::string& name, int in, int out) {
    add(name + ".weight", {out, in});
    add(name + ".bias", {out});
  }
  void norm(const std::string& name) {
    add(name + ".weight", {kHidden}, 1);
    add(name + ".bias", {kHidden});
  }
  void write(const fs::path& file) const { mtt::write_safetensors(file, tensors_, {{"format", "pt"}}); }

 private:
  std::mt19937 random_{5};
  std::deque<std::vector<float>> data_;
  std::vector<mtt::TensorToWrite> tensors_;
};

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

void write_tiny_model(const fs::path& folder, int layers) {
  write(folder / "config.json",
        R"({"model_type":"bert","vocab_size":18,"hidden_size":8,"num_hidden_layers":)" +
            std::to_string(layers) + R"(,
"num_attention_heads":2,"intermediate_size":16,"max_position_embeddings":32,"type_vocab_size":2})");
  write(folder / "vocab.txt", kVocabulary);
  write(folder / "modules.json",
        R"([{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
{"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}])");
  write(folder / "1_Pooling/config.json",
        R"({"word_embedding_dimension":8,"pooling_mode_mean_tokens":true})");
  write(folder / "sentence_bert_config.json", R"({"max_seq_length":16,"do_lower_case":false})");
  write(folder / "config_sentence_transformers.json", R"({"prompts":{"query":"play : "}})");
  Weights weights;
  weights.add("embeddings.word_embeddings.weight", {kTokens, kHidden});
  weights.add("embeddings.position_embeddings.weight", {kPositions, kHidden});
  weights.add("embeddings.token_type_embeddings.weight", {2, kHidden});
  weights.norm("embeddings.LayerNorm");
  for (int i = 0; i < layers; ++i) {
    const std::string layer = "encoder.layer." + std::to_string(i) + ".";
    for (const char* part : {"query", "key", "value"})
      weights.linear(layer + "attention.self." + part, kHidden, kHidden);
    weights.linear(layer + "attention.output.dense", kHidden, kHidden);
    weights.norm(layer + "attention.output.LayerNorm");
    weights.linear(layer + "intermediate.dense", kHidden, kInner);
    weights.linear(layer + "output.dense", kInner, kHidden);
    weights.norm(layer + "output.LayerNorm");
  }
  weights.write(folder / "model.safetensors");
}
