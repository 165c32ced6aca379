#include "model/model_directory.h"

#include <algorithm>
#include <optional>

#include "io/file.h"
#include "model/json_file.h"
#include "model/tokenizer_directory.h"
#include "mtt/error.h"
#include "mtt/options.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::int64_t kLargestDimension = 1'000'000;

bool is_null(const Value* value) { return value == nullptr || value->is(Value::Kind::null); }

std::int64_t size_of(const Value& table, std::string_view key) {
  const Value& value = table.at(key);
  if (value.integer() < 1 || value.integer() > kLargestDimension) {
    value.refuse(std::string(key) + " is " + std::to_string(value.integer()) + "; expected 1 to " +
                 std::to_string(kLargestDimension));
  }
  return value.integer();
}

bool flag(const Value& table, std::string_view key, bool otherwise) {
  const Value* value = table.find(key);
  return is_null(value) ? otherwise : value->boolean();
}

void check_keys(const Value& table, const std::vector<std::string>& known, const std::string& what) {
  for (const auto& [key, value] : table.table()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = nearest(key, known);
    value.refuse("unknown key '" + key + "' in " + what +
                 (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
}

Pooling read_pooling(const fs::path& dir, std::int64_t& dimension, std::vector<std::string>& warnings) {
  constexpr std::pair<const char*, const char*> kFlags[] = {
      {"pooling_mode_cls_token", "cls"},
      {"pooling_mode_max_tokens", "max"},
      {"pooling_mode_mean_tokens", "mean"},
      {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"},
      {"pooling_mode_weightedmean_tokens", "weightedmean"},
      {"pooling_mode_lasttoken", "lasttoken"},
  };
  const Value config = read_json(dir / "config.json");
  std::vector<std::string> known = {"word_embedding_dimension", "embedding_dimension", "pooling_mode",
                                    "include_prompt"};
  std::vector<std::string> by_flags;
  for (const auto& [key, mode] : kFlags) {
    known.emplace_back(key);
    if (flag(config, key, false)) by_flags.emplace_back(mode);
  }
  check_keys(config, known, "the pooling module");

  std::vector<std::string> names;
  const Value* mode = config.find("pooling_mode");
  if (is_null(mode)) {
    names = by_flags;
  } else if (mode->is(Value::Kind::array)) {
    for (const Value& name : mode->array()) names.push_back(name.string());
  } else {
    names.push_back(mode->string());
  }
  if (!is_null(mode) && !by_flags.empty()) {
    auto sorted = names, flags = by_flags;
    std::sort(sorted.begin(), sorted.end());
    std::sort(flags.begin(), flags.end());
    if (sorted != flags)
      mode->refuse("pooling_mode contradicts the pooling_mode_... flags beside it; keep one of them");
  }
  if (names.empty()) {
    names.push_back("mean");
    warnings.push_back((dir / "config.json").string() +
                       ": no pooling mode is set; mean is taken, as sentence-transformers does");
  }

  Pooling pooling;
  pooling.modes.clear();
  for (const std::string& name : names) {
    try {
      pooling.modes.push_back(pooling_mode(name));
    } catch (const Error& error) {
      throw Error((dir / "config.json").string() + ": " + error.what());
    }
  }
  pooling.include_prompt = flag(config, "include_prompt", true);
  const Value* old_size = config.find("word_embedding_dimension");
  const Value* new_size = config.find("embedding_dimension");
  if (!is_null(old_size) && !is_null(new_size) && old_size->integer() != new_size->integer())
    new_size->refuse("embedding_dimension contradicts word_embedding_dimension");
  if (!is_null(old_size)) dimension = size_of(config, "word_embedding_dimension");
  if (!is_null(new_size)) dimension = size_of(config, "embedding_dimension");
  return pooling;
}

std::string activation_name(const Value& value) {
  constexpr std::pair<const char*, const char*> kClasses[] = {
      {"Tanh", "tanh"}, {"Identity", "identity"}, {"ReLU", "relu"}, {"GELU", "gelu"}, {"SiLU", "silu"}};
  const std::string& dotted = value.string();
  const std::string last = dotted.substr(dotted.rfind('.') + 1);
  if (dotted.starts_with("torch."))
    for (const auto& [theirs, ours] : kClasses)
      if (last == theirs) return ours;
  value.refuse("activation_function '" + dotted +
               "' is not known; expected Tanh, Identity, ReLU, GELU or SiLU of torch.nn.modules.activation");
}

DenseModule read_dense(const fs::path& dir) {
  const Value config = read_json(dir / "config.json");
  check_keys(config,
             {"in_features", "out_features", "bias", "activation_function", "module_input_name",
              "module_output_name", "use_residual"},
             "the dense module");
  for (const char* key : {"module_input_name", "module_output_name"}) {
    const Value* name = config.find(key);
    if (!is_null(name) && name->string() != "sentence_embedding")
      name->refuse(std::string(key) + " '" + name->string() +
                   "' is not served; expected 'sentence_embedding'");
  }
  DenseModule dense;
  dense.directory = dir;
  dense.shape.in = size_of(config, "in_features");
  dense.shape.out = size_of(config, "out_features");
  dense.shape.bias = flag(config, "bias", true);
  dense.shape.residual = flag(config, "use_residual", false);
  if (const Value* activation = config.find("activation_function"); !is_null(activation))
    dense.shape.activation = activation_name(*activation);
  return dense;
}

std::string module_kind(const Value& type) {
  const std::string& dotted = type.string();
  const std::string last = dotted.substr(dotted.rfind('.') + 1);
  const bool known = last == "Transformer" || last == "Pooling" || last == "Dense" || last == "Normalize";
  if (!dotted.starts_with("sentence_transformers.") || !known) {
    type.refuse(
        "module type '" + dotted +
        "' is not served; expected Transformer, Pooling, Dense or Normalize of sentence_transformers");
  }
  return last;
}

void read_modules(const Value& modules, ModelDirectory& model, std::int64_t& pooled) {
  std::vector<std::string> order, names;
  for (const Value& entry : modules.array()) {
    const std::string kind = module_kind(entry.at("type"));
    const std::string& relative = entry.at("path").string();
    const fs::path dir = relative.empty() ? model.path : inside(model.path, relative);
    if (const Value* name = entry.find("name"); !is_null(name)) {
      if (std::find(names.begin(), names.end(), name->string()) != names.end())
        name->refuse("two modules are named '" + name->string() + "'; names must differ");
      names.push_back(name->string());
    }
    const std::string before = order.empty() ? "" : order.back();
    const bool fits = kind == "Transformer" ? before.empty()
                      : kind == "Pooling"   ? before == "Transformer"
                      : kind == "Dense"     ? before == "Pooling" || before == "Dense"
                                            : before == "Pooling" || before == "Dense";
    if (!fits) {
      entry.at("type").refuse("a " + kind + " module " +
                              (before.empty() ? "comes first" : "follows " + before) +
                              "; expected Transformer, Pooling, any Dense, then at most one Normalize");
    }
    order.push_back(kind);
    if (kind == "Transformer") model.transformer = dir;
    if (kind == "Pooling") model.pooling = read_pooling(dir, pooled, model.warnings);
    if (kind == "Dense") model.dense.push_back(read_dense(dir));
    if (kind == "Normalize") model.normalize = true;
  }
  if (std::find(order.begin(), order.end(), "Pooling") == order.end())
    modules.refuse("modules.json needs a Transformer and a Pooling module");
}

void read_sentence_settings(const Value& settings, ModelDirectory& model) {
  check_keys(settings,
             {"model_type", "__version__", "prompts", "default_prompt_name", "similarity_fn_name",
              "truncate_dim", "requirements", "mtt"},
             "config_sentence_transformers.json");
  if (const Value* prompts = settings.find("prompts"); !is_null(prompts))
    for (const auto& [name, text] : prompts->table()) model.prompts[name] = text.string();
  if (const Value* name = settings.find("default_prompt_name"); !is_null(name)) {
    model.default_prompt = name->string();
    if (!model.prompts.contains(model.default_prompt))
      name->refuse("default_prompt_name '" + model.default_prompt + "' is not among the prompts");
  }
  if (const Value* similarity = settings.find("similarity_fn_name"); !is_null(similarity))
    if (similarity->string() != "cosine")
      model.warnings.push_back(similarity->place().prefix() +
                               "similarities are cosines here; the model's own function is '" +
                               similarity->string() + "'");
  if (const Value* cut = settings.find("truncate_dim"); !is_null(cut))
    model.truncate = size_of(settings, "truncate_dim");
}

struct LengthAndCase {
  std::int64_t max_tokens = 0;
  bool lower_case = false;
};

LengthAndCase read_transformer_settings(const fs::path& dir) {
  LengthAndCase result;
  const fs::path file = dir / "sentence_bert_config.json";
  const auto settings = read_json_if_there(file);
  if (!settings) return result;
  check_keys(*settings,
             {"max_seq_length", "do_lower_case", "transformer_task", "modality_config", "module_output_name",
              "processing_kwargs", "unpad_inputs", "query_length", "document_length", "query_expansion"},
             "sentence_bert_config.json");
  if (!is_null(settings->find("max_seq_length"))) result.max_tokens = size_of(*settings, "max_seq_length");
  result.lower_case = flag(*settings, "do_lower_case", false);
  if (const Value* task = settings->find("transformer_task");
      !is_null(task) && task->string() != "feature-extraction")
    task->refuse("transformer_task '" + task->string() + "' is not served; expected 'feature-extraction'");
  return result;
}

std::int64_t longest(const fs::path& dir, const Value& config, std::int64_t from_sentence_settings) {
  std::int64_t positions = 0;
  if (!is_null(config.find("max_position_embeddings")))
    positions = size_of(config, "max_position_embeddings");
  if (from_sentence_settings > 0) {
    if (positions > 0 && from_sentence_settings > positions) {
      throw Error(dir.string() + ": max_seq_length " + std::to_string(from_sentence_settings) +
                  " is beyond max_position_embeddings " + std::to_string(positions) + "; lower the former");
    }
    return from_sentence_settings;
  }
  std::int64_t length = positions;
  if (const auto settings = read_json_if_there(dir / "tokenizer_config.json")) {
    const Value* value = settings->find("model_max_length");
    if (value == nullptr) value = settings->find("max_len");
    if (!is_null(value) && value->number() >= 1 &&
        (length == 0 || value->number() < static_cast<double>(length)))
      length = static_cast<std::int64_t>(std::min(value->number(), 1e9));
  }
  return length;
}

/// A plain directory. A classifier of sentences reads [CLS] through BERT's pooler.
void read_without_modules(ModelDirectory& model) {
  const Value* classes = model.config.find("architectures");
  const bool classifier = classes && classes->is(Value::Kind::array) && classes->array().size() == 1 &&
                          classes->array()[0].json() == "\"BertForSequenceClassification\"";
  if (!classifier) {
    model.warnings.push_back(model.path.string() +
                             " has no modules.json; sentences are the mean of their tokens, not normalised");
    return;
  }
  const std::int64_t hidden = size_of(model.config, "hidden_size");
  model.pooling.modes = {PoolingMode::cls};
  DenseModule pooler;
  pooler.shape.in = pooler.shape.out = hidden;
  pooler.directory = model.transformer;
  pooler.is_pooler = true;
  model.dense.push_back(std::move(pooler));
}

}  // namespace

ModelDirectory ModelDirectory::read(const fs::path& path) {
  if (!fs::is_directory(path))
    throw Error(path.string() + " is no directory; a model is a directory with config.json");
  ModelDirectory model;
  model.path = path;
  model.transformer = path;
  std::int64_t pooled = 0;
  if (fs::exists(path / "modules.json")) {
    read_modules(read_json(path / "modules.json"), model, pooled);
  }
  if (const auto settings = read_json_if_there(path / "config_sentence_transformers.json"))
    read_sentence_settings(*settings, model);

  model.config = read_json(model.transformer / "config.json");
  const Value* type = model.config.find("model_type");
  if (is_null(type)) throw Error((model.transformer / "config.json").string() + ": model_type is missing");
  model.model_type = type->string();
  if (!fs::exists(path / "modules.json")) read_without_modules(model);
  if (const Value* hidden = model.config.find("hidden_size");
      pooled > 0 && hidden && hidden->integer() != pooled) {
    throw Error(path.string() + ": pooling expects vectors of size " + std::to_string(pooled) +
                ", but hidden_size in config.json is " + std::to_string(hidden->integer()));
  }
  const LengthAndCase settings = read_transformer_settings(model.transformer);
  model.max_tokens = longest(model.transformer, model.config, settings.max_tokens);
  DirectoryTokenizer read =
      read_tokenizer(model.transformer, model.config, settings.lower_case, model.warnings);
  model.tokenizer = std::make_unique<const Tokenizer>(std::move(read.tokenizer));
  model.listed_tokens = read.listed_tokens;
  return model;
}

std::string ModelDirectory::prompt_text(const std::string& name_or_text) const {
  const std::string& name = name_or_text.empty() ? default_prompt : name_or_text;
  if (name.empty()) return "";
  const auto found = prompts.find(name);
  return found == prompts.end() ? name : found->second;
}

}  // namespace mtt
