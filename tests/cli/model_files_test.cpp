#include <filesystem>

#include "catch.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "npy.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

namespace fs = std::filesystem;

namespace {

const char kTexts[] = "play some music loud now\nrain\n";

/// A tiny model whose files a test changes.
struct Model {
  TemporaryFolder folder;
  std::string path = (folder.path() / "model").string();
  Model() { write_tiny_model(path); }

  void write(const std::string& file, const std::string& text) const { folder.write("model/" + file, text); }
  Outcome encode(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"encode", "--model", path, "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments, kTexts);
  }
  std::string vectors(const std::vector<std::string>& more = {}) const {
    const Outcome outcome = encode(more);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return outcome.out;
  }
  /// Loads with these vectors and a warning.
  void warns(const std::string& file, const std::string& text, const std::string& vectors,
             const std::string& part) const {
    write(file, text);
    INFO(file << " " << text);
    const Outcome outcome = encode();
    CHECK(outcome.code == 0);
    CHECK(outcome.out == vectors);
    CHECK_THAT(outcome.err, Contains("warning") && Contains(file) && Contains(part));
  }
  void refuses(const std::string& file, const std::string& text, const std::string& part) const {
    write(file, text);
    INFO(file << " " << text);
    const Outcome outcome = encode();
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains(file) && Contains(part));
  }
  std::vector<mtt::TensorView> tensors() const {
    return mtt::SafetensorsFile::open(fs::path(path) / "model.safetensors").tensors;
  }
  void write_tensors(const std::vector<mtt::TensorView>& views) const {
    std::vector<mtt::TensorToWrite> kept;
    for (const auto& view : views) kept.push_back({view.name, view.dtype, view.shape, view.data});
    mtt::write_safetensors(fs::path(path) / "model.safetensors", kept, {{"format", "pt"}});
  }
};

std::string bert_settings(const std::string& more) { return "{\"max_seq_length\":16" + more + "}"; }

}  // namespace

TEST_CASE("limits of the tokenizer's call and of the processor are followed") {
  const Model model;
  const std::string file = "sentence_bert_config.json", four = model.vectors({"--max-tokens", "4"});
  CHECK(four != model.vectors());
  for (const char* more :
       {R"(,"processing_kwargs":{"text":{"max_length":4,"truncation":true}})",
        R"(,"processing_kwargs":{"text":{"max_length":9},"common":{"max_length":4}})",
        R"(,"processor_kwargs":{"model_max_length":4})", R"(,"tokenizer_args":{"model_max_length":4})"}) {
    INFO(more);
    model.write(file, bert_settings(more));
    CHECK(model.vectors() == four);
  }
  fs::remove(fs::path(model.path) / file);
  model.write("sentence_roberta_config.json", R"({"max_seq_length":4})");
  CHECK(model.vectors() == four);
}

TEST_CASE("settings of a transformer that would change vectors are refused by name") {
  const Model model;
  const std::string file = "sentence_bert_config.json";
  const auto refuses = [&](const std::string& more, const std::string& part) {
    model.refuses(file, bert_settings(more), part);
  };
  const std::string text = R"(,"modality_config":{"text":{"method":"forward","method_output_name":)";
  refuses(text + R"("pooler_output"}},"module_output_name":"token_embeddings")", "pooler_output");
  refuses(text + R"("last_hidden_state"}},"module_output_name":"sentence_embedding")", "sentence_embedding");
  refuses(text + R"("last_hidden_state"}})", "module_output_name");
  refuses(
      R"(,"modality_config":{"text":{"method":"get_text_features","method_output_name":"last_hidden_state"}})",
      "get_text_features");
  refuses(R"(,"modality_config":{"message":{"method":"forward","method_output_name":"last_hidden_state"}})",
          "chat template");
  refuses(R"(,"processing_kwargs":{"text":{"add_special_tokens":false}})", "add_special_tokens");
  refuses(R"(,"processing_kwargs":{"text":{"truncation":false}})", "truncation");
  refuses(R"(,"processing_kwargs":{"common":{"padding_side":"left"}})", "padding_side");
  refuses(R"(,"processor_kwargs":{"do_lower_case":true})", "do_lower_case");
  refuses(R"(,"config_kwargs":{"hidden_act":"relu"})", "hidden_act");
  refuses(R"(,"model_kwargs":{"variant":"fp16"})", "variant");
  refuses(R"(,"transformer_task":"fill-mask")", "fill-mask");
  refuses(R"(,"max_length":4)", "unknown key 'max_length'");
  model.write(file, bert_settings(text + R"("last_hidden_state"}},"module_output_name":"token_embeddings")"));
  CHECK(model.encode().err.find("warning") == std::string::npos);
}

TEST_CASE("what sentence-transformers ignores or decides is done alike, with a warning") {
  const Model model;
  const std::string vectors = model.vectors();
  model.warns("sentence_bert_config.json", bert_settings(R"(,"query_length":4)"), vectors, "query_length");
  model.warns("sentence_bert_config.json", R"({"max_seq_length":64})", vectors,
              "beyond max_position_embeddings 32");
  model.write("sentence_bert_config.json", bert_settings(""));
  const std::string pooling = "1_Pooling/config.json";
  model.write(pooling, R"({"word_embedding_dimension":9,"pooling_mode_mean_tokens":true})");
  const Outcome wrong_size = model.encode();
  CHECK(wrong_size.out == vectors);
  CHECK_THAT(wrong_size.err, Contains("expects vectors of size 9"));
  model.refuses(pooling, R"({"embedding_dimension":8,"pooling_mode":[]})", "pooling_mode is an empty list");
  model.warns(pooling, R"({"embedding_dimension":8,"pooling_mode":"mean","pooling_mode_cls_token":true})",
              vectors, "contradicts the flags");
  model.warns("2_Normalize/config.json", R"({"epsilon":1})", vectors, "unknown key 'epsilon'");
  model.refuses("2_Normalize/config.json", R"({"module_input_name":"token_embeddings"})", "token_embeddings");
  model.write("2_Normalize/config.json", "{}");
  model.warns("config_sentence_transformers.json", R"({"prompts":{},"promts":{"a":"b"}})", vectors,
              "did you mean 'prompts'");
  model.write("config_sentence_transformers.json", R"({"default_prompt_name":"query"})");
  CHECK(model.vectors() == vectors);
  std::string config = file_text(fs::path(model.path) / "config.json");
  config.replace(config.find("\"vocab_size\""), 0, "\"dtype\":\"float16\",");
  model.warns("config.json", config, vectors, "computing in float16");
  config.replace(config.find("\"vocab_size\""), 0, "\"quantization_config\":{\"quant_method\":\"gptq\"},");
  model.refuses("config.json", config, "quantised weights are not supported");
}

TEST_CASE("dense layers: unknown keys and activations, a null activation, sizes that do not fit") {
  const Model model;
  model.write("modules.json",
              R"([{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
{"idx":2,"name":"2","path":"2_Dense","type":"sentence_transformers.models.Dense"},
{"idx":3,"name":"3","path":"3_Dropout","type":"sentence_transformers.models.Dropout"}])");
  std::vector<float> weight(16, 0.1F);
  fs::create_directories(fs::path(model.path) / "2_Dense");
  mtt::write_safetensors(
      fs::path(model.path) / "2_Dense/model.safetensors",
      {{"linear.weight", mtt::DType::F32, {2, 8}, reinterpret_cast<const std::byte*>(weight.data())}}, {});
  const std::string file = "2_Dense/config.json", sizes = R"({"in_features":8,"out_features":2,"bias":false)";
  model.write(file, sizes + "}");
  const std::string tanh = model.vectors();
  CHECK_THAT(model.encode().err, Contains("the Dropout module is ignored"));
  model.warns(file, sizes + R"(,"activaton_function":"torch.nn.ReLU"})", tanh,
              "did you mean 'activation_function'");
  model.warns(file, sizes + R"(,"activation_function":"mine.Swish"})", tanh, "Tanh is used");
  model.refuses(file, sizes + R"(,"activation_function":null})", "activation_function is null");
  model.refuses(file, sizes + R"(,"module_output_name":"x"})", "'x'");
  model.refuses(file, R"({"in_features":4,"out_features":2,"bias":false})", "in_features is 4");
  model.refuses(file, R"({"in_features":4,"out_features":2,"bias":false})", "vectors of size 8");
  model.write(file, sizes.substr(0, sizes.find(",\"bias\"")) + "}");
  CHECK_THAT(model.encode().err, Contains("2_Dense") && Contains("the tensor 'linear.bias' is missing"));
}

TEST_CASE("a missing tensor, and one that occurs twice, are named as in the checkpoint") {
  const Model model;
  const auto all = model.tensors();
  const auto missing = [&](const std::string& name) {
    auto rest = all;
    std::erase_if(rest, [&](const mtt::TensorView& view) { return view.name == name; });
    REQUIRE(rest.size() + 1 == all.size());
    model.write_tensors(rest);
    const Outcome outcome = model.encode();
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("the tensor '" + name + "' is missing"));
  };
  for (const char* name :
       {"encoder.layer.1.attention.self.query.bias", "encoder.layer.0.attention.self.value.weight",
        "encoder.layer.1.output.LayerNorm.bias", "encoder.layer.0.intermediate.dense.weight",
        "embeddings.LayerNorm.weight", "embeddings.word_embeddings.weight",
        "embeddings.token_type_embeddings.weight"})
    missing(name);
  auto adapted = all;
  for (mtt::TensorView& view : adapted)
    if (view.name == "encoder.layer.0.attention.self.query.weight")
      view.name = "encoder.layer.0.attention.self.query.base_layer.weight";
  model.write_tensors(adapted);
  CHECK_THAT(model.encode().err, Contains("encoder.layer.0.attention.self.query.weight' is missing") &&
                                     Contains("merge_and_unload"));
  auto twice = all;
  for (const char* name : {"encoder.layer.1.attention.self.key.bias", "embeddings.LayerNorm.bias"}) {
    twice = all;
    for (const auto& view : all)
      if (view.name == name) {
        twice.push_back(view);
        twice.back().name = "bert." + view.name;
      }
    model.write_tensors(twice);
    const Outcome outcome = model.encode();
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains(std::string("'") + name + "'") &&
                                Contains(std::string("'bert.") + name + "'") && Contains("same part"));
  }
}

TEST_CASE("a file whose names are those of an adapter or have a prefix is named as such") {
  const Model model;
  const auto all = model.tensors();
  const auto renamed = [&](const std::string& from, const std::string& to) {
    auto tensors = all;
    for (mtt::TensorView& view : tensors)
      if (const auto at = view.name.find(from); at != std::string::npos)
        view.name.replace(at, from.size(), to);
    model.write_tensors(tensors);
    const Outcome outcome = model.encode();
    CHECK(outcome.code == 1);
    return outcome.err;
  };
  CHECK_THAT(renamed("self.query.", "self.query.base_layer."),
             Contains(".attention.self.query.base_layer.") &&
                 Contains("an adapter that was not merged into the model; merge it"));
  CHECK_THAT(renamed("e", "module.e"), Contains("the names have the prefix 'module.'"));
  CHECK_THAT(renamed("self.query.", "self.q."), Contains("the file lacks a part of the model"));
}

TEST_CASE("constants of a model type are those of transformers") {
  const Model model;
  std::string config = file_text(fs::path(model.path) / "config.json");
  config.replace(config.find("\"bert\""), 6, "\"electra\"");
  model.write("config.json", config);
  CHECK_THAT(model.encode().err, Contains("expected [128]"));  // without embedding_size
  config.replace(config.find("\"electra\""), 9, "\"distilbert\"");
  config.replace(config.find("\"vocab_size\""), 0, R"("dim":8,"n_layers":1,"n_heads":2,"hidden_dim":16,)");
  model.write("config.json", config);
  CHECK_THAT(model.encode().err, Contains("num_hidden_layers is 2, but n_layers, which is the same, is 1"));
}

TEST_CASE("directories of other model types, and without modules.json, are mean-pooled with a warning") {
  const Model model;
  const fs::path path = model.path;
  model.write("sentence_bert_config.json", R"({"max_seq_length":3})");
  model.write("config_sentence_transformers.json",
              R"({"prompts":{"query":"play "},"default_prompt_name":"query"})");
  fs::rename(path / "modules.json", path / "unused.json");
  const Outcome plain = model.encode();
  REQUIRE(plain.code == 0);
  CHECK_THAT(plain.err, Contains("no modules.json") && Contains("mean of the token vectors") &&
                            Contains("sentence_bert_config.json: the file is ignored") &&
                            Contains("config_sentence_transformers.json: the file is ignored"));
  fs::rename(path / "unused.json", path / "modules.json");
  CHECK(model.vectors() != plain.out);
  for (const char* type : {"SparseEncoder", "CrossEncoder"}) {
    model.write("config_sentence_transformers.json",
                std::string(R"({"default_prompt_name":"none","model_type":")") + type + "\"}");
    const Outcome outcome = model.encode();
    CHECK(outcome.out == plain.out);
    CHECK_THAT(outcome.err, Contains(std::string("model_type is '") + type + "'"));
  }
  fs::remove(path / "modules.json");
  std::string config = file_text(path / "config.json");
  config.replace(config.find("\"vocab_size\""), 0, R"("architectures":["BertForCausalLM"],)");
  model.write("config.json", config);
  const Outcome causal = model.encode();
  CHECK(causal.out != plain.out);
  CHECK_THAT(causal.err, Contains("the last token vector"));
}

TEST_CASE("a model is found by its name in the caches that the environment names") {
  const TemporaryFolder folder;
  const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
  write_tiny_model(path("models/mine"));
  write_tiny_model(path("hf/hub/models--org--net/snapshots/abc"));
  folder.write("hf/hub/models--org--net/refs/main", "abc\n");
  const auto tokenize = [&](const std::string& model) {
    return mtt_program(
        {"tokenize", "--model", model}, "play\n",
        {"MTT_MODEL_PATH=" + path("models"), "HF_HOME=" + path("hf"), "XDG_CACHE_HOME=" + path("cache")});
  };
  for (const std::string& model : {std::string("mine"), std::string("org/net"), path("models/mine")}) {
    INFO(model);
    CHECK(tokenize(model).code == 0);
  }
  const auto refused = [&](const std::string& model, const std::string& part, const std::string& other) {
    const Outcome outcome = tokenize(model);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains(part) && Contains(other));
  };
  refused("nothing", "the model 'nothing' was not found", path("models/nothing"));
  refused("./nothing", "'./nothing'", "does not exist");
  refused("a/b/c", "a/b/c", "neither a directory nor the name");
}
