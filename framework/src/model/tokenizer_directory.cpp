#include "model/tokenizer_directory.h"

#include <algorithm>

#include "io/file.h"
#include "model/class_tokenizer.h"
#include "model/json_file.h"
#include "mtt/error.h"
#include "text/component_json.h"
#include "text/vocabulary_files.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

/// Arguments of transformers' own code, which no tokenizer_config.json has by right.
constexpr const char* kInternal[] = {"tokenizer_object",  "post_processor",   "tokenizer_truncation",
                                     "tokenizer_padding", "_json_truncation", "_json_padding",
                                     "gguf_file",         "processor_class",  "_spm_precompiled_charsmap"};

void check_settings(const Value& values, bool has_tokenizer_json) {
  const auto refuse = [](const Value& value, const std::string& key) {
    value.refuse(key + " of tokenizer_config.json is not supported; remove it");
  };
  for (const char* key : kInternal)
    if (const Value* value = values.find(key); !is_null(value)) refuse(*value, key);
  for (const char* key : {"vocab", "merges"})
    if (const Value* value = values.find(key); !is_null(value) && !has_tokenizer_json) refuse(*value, key);
  if (const Value* inputs = values.find("init_inputs"); !is_null(inputs) && !inputs->array().empty())
    refuse(*inputs, "init_inputs");
  if (const Value* files = values.find("fast_tokenizer_files"))
    for (const Value& file : files->array())
      if (file.string() != "tokenizer.json") refuse(file, "fast_tokenizer_files");
}

/// "left" or "right" from tokenizer_config.json, otherwise from a part of tokenizer.json.
bool is_left(const Value& values, const char* key, const Value* json, const char* part,
             std::string side = "right") {
  const Value* source = values.find(key);
  if (!source && json)
    if (const Value* table = json->find(part); !is_null(table)) source = table->find("direction");
  if (source) side = source->string();
  const bool left = side == "left" || side == "Left";
  if (!left && side != "right" && side != "Right")
    source->refuse(std::string(key) + " is " + source->json() + "; expected left or right");
  return left;
}

/// Models whose positions begin behind `pad_token_id` do not count that token; a tokenizer that pads with
/// another one shifts them, too.
bool counts_padding(const Value& config, std::int64_t padding) {
  const std::string& type = config.at("model_type").string();
  const auto is = [&](const char* name) { return type == name; };
  if (is("bert") || is("distilbert") || is("electra") || is("albert")) return true;
  if (is("mpnet")) return padding != 1;
  if (!is("roberta") && !is("xlm-roberta") && !is("camembert")) return false;
  const Value* own = config.find("pad_token_id");
  return padding != (is_null(own) ? 1 : own->integer());
}

void check_padding(TokenizerClass which, const Value& values, const Value* json, const Value& config,
                   std::int64_t padding) {
  const char* usual = is_character_pairs(which) ? "left" : "right";
  if (!is_left(values, "padding_side", json, "padding", usual) || !counts_padding(config, padding)) return;
  values.refuse("padding on the left shifts the positions of " + config.at("model_type").string() +
                " by the longest text of a batch, which is not supported; expected padding_side right");
}

/// -1: no such token
std::int64_t id_of(const NamedTokens& named, const char* name, const AddedVocabulary& added) {
  for (const auto& [key, token] : named)
    if (key == name) return added.id(token.content);
  return -1;
}

WordMarks word_marks(const Value& tokenizer, std::int64_t unknown) {
  const Value* prefix = tokenizer.at("model").find("continuing_subword_prefix");
  return {.prefix = !is_null(prefix) && !prefix->string().empty(), .unknown = unknown};
}

bool uses_type_ids(TokenizerClass which, const Value& values) {
  const Value* names = values.find("model_input_names");
  if (!names) return which == TokenizerClass::bert;
  const auto has = [&](const char* wanted) {
    return std::any_of(names->array().begin(), names->array().end(),
                       [&](const Value& name) { return name.string() == wanted; });
  };
  if (!has("attention_mask"))
    names->refuse("model_input_names lacks attention_mask, without which padding counts as text; add it");
  return has("token_type_ids");
}

/// A table with the model of vocab.txt, or of vocab.json and merges.txt.
Value model_of_files(const fs::path& dir, TokenizerClass which) {
  const bool word_pieces = is_word_piece(which);
  for (const char* name : {"tokenizer.model", "tiktoken.model", "tekken.json"})
    if (fs::exists(dir / name))
      throw Error((dir / name).string() +
                  " is read by transformers instead of other vocabularies, which is not supported; "
                  "remove it, or add a tokenizer.json");
  if (word_pieces && fs::exists(dir / "vocab.txt")) {
    const fs::path file = dir / "vocab.txt";
    return Value::Table{{"model", word_piece_model(read_file(file, kTokenizerCap), file.string())}};
  }
  const fs::path vocabulary = dir / "vocab.json", merges = dir / "merges.txt";
  if (which == TokenizerClass::roberta && fs::exists(vocabulary) && fs::exists(merges))
    return Value::Table{{"model", byte_pair_model(read_json(vocabulary, kTokenizerCap),
                                                  read_file(merges, kTokenizerCap), merges.string())}};
  for (const char* name : {"sentencepiece.bpe.model", "spiece.model", "spm.model"}) {
    if (!fs::exists(dir / name)) continue;
    throw Error(dir.string() + ": " + name +
                " is not read; create a tokenizer.json with transformers: "
                "AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)");
  }
  const char* wanted = word_pieces                        ? "tokenizer.json or vocab.txt"
                       : which == TokenizerClass::roberta ? "tokenizer.json, or vocab.json with merges.txt"
                                                          : "tokenizer.json";
  throw Error(dir.string() + ": " + class_name(which) + " needs " + wanted + ", which is missing");
}

bool lowers(const Value& normalizer) {
  const auto is_lowercase = [](const Value& part) { return type_of(part) == "Lowercase"; };
  if (type_of(normalizer) != "Sequence") return is_lowercase(normalizer);
  const Value::Array& parts = normalizer.at("normalizers").array();
  return std::any_of(parts.begin(), parts.end(), is_lowercase);
}

/// do_lower_case of sentence-transformers, which puts a Lowercase before the normalizer.
void lower_first(Value& json) {
  const Value* normalizer = json.find("normalizer");
  if (!is_null(normalizer) && lowers(*normalizer)) return;
  Value::Array steps = {Value(Value::Table{{"type", "Lowercase"}})};
  if (!is_null(normalizer)) {
    if (type_of(*normalizer) == "Sequence")
      for (const Value& part : normalizer->at("normalizers").array()) steps.push_back(part);
    else
      steps.push_back(*normalizer);
  }
  json.set("normalizer", Value::Table{{"type", "Sequence"}, {"normalizers", Value(std::move(steps))}});
}

void warn_of_ids(const fs::path& dir, const TokenizerSettings& settings, const AddedVocabulary& added,
                 std::vector<std::string>& warnings) {
  std::size_t count = 0;
  std::string first;
  for (const auto& [listed, token] : settings.added) {
    const std::int64_t id = added.id(token.content);
    if (id == listed || token.content.empty()) continue;
    if (count++ == 0)
      first = "the added token " + Value(token.content).json() + " is listed with id " +
              std::to_string(listed) + ", but its place in the vocabulary is " + std::to_string(id);
  }
  if (count > 0)
    warnings.push_back(dir.string() + ": " + first + ", which is used, as in transformers" +
                       (count > 1 ? " (" + std::to_string(count) + " such tokens)" : ""));
}

}  // namespace

DirectoryTokenizer read_tokenizer(const fs::path& dir, const Value& config, bool lower_case,
                                  std::vector<std::string>& warnings) {
  auto file = read_json_if_there(dir / "tokenizer.json", kTokenizerCap);
  const Value* json = file ? &*file : nullptr;
  Value own = read_json_if_there(dir / "tokenizer_config.json").value_or(Value::Table{});
  const TokenizerClass which = tokenizer_class(config, own, json, fs::exists(dir / "vocab.txt"));
  const TokenizerSettings settings = TokenizerSettings::read(dir, std::move(own), json);
  check_settings(settings.values, json != nullptr);
  const TokenizerOptions options = {
      .truncates_left = is_left(settings.values, "truncation_side", json, "truncation"),
      .splits_special_tokens = settings.values.find("split_special_tokens") &&
                               settings.values.at("split_special_tokens").boolean(),
      .type_ids = uses_type_ids(which, settings.values),
      .exact_scores = which != TokenizerClass::backend};  // the other classes read the file in Python
  const NamedTokens named = named_tokens(which, settings, json);

  Value source = file ? std::move(*file) : model_of_files(dir, which);
  if (is_null(source.find("model"))) source.refuse("tokenizer.json has no model");
  AddedVocabulary added(source.at("model").at("vocab"));
  if (which == TokenizerClass::backend)
    if (const Value* list = source.find("added_tokens"); !is_null(list))
      for (const Value& entry : list->array()) added.add(FileToken::of_table(entry));
  add_tokens(which, settings, named, added);
  warn_of_ids(dir, settings, added, warnings);
  check_padding(which, settings.values, file ? &source : nullptr, config, id_of(named, "pad_token", added));

  Value built = built_tokenizer(which, settings, named, added, std::move(source));
  built.set("added_tokens", added.json());
  if (lower_case) lower_first(built);
  std::int64_t listed = added.vocabulary_size();
  for (const auto& [id, token] : added.tokens())
    if (settings.listed.contains(token.content)) listed = std::max(listed, id + 1);
  return {.tokenizer = Tokenizer::from_json(built, options),
          .listed_tokens = listed,
          .words = word_marks(built, id_of(named, "unk_token", added)),
          .mask = id_of(named, "mask_token", added)};
}

void check_embedding(const fs::path& dir, const Tokenizer& tokenizer, std::int64_t listed_tokens,
                     std::int64_t rows, std::vector<std::string>& warnings) {
  const std::string found = ": the tokenizer has " + std::to_string(tokenizer.vocabulary_size()) +
                            " tokens, the embedding has " + std::to_string(rows) + " rows; ";
  if (listed_tokens > rows)
    throw Error(dir.string() + found + "the token " +
                Value(std::string(tokenizer.token(static_cast<std::int32_t>(rows)))).json() +
                " would need row " + std::to_string(rows) + ". Tokenizer and weights do not match");
  if (tokenizer.vocabulary_size() > rows)
    warnings.push_back(dir.string() + found + "a text that needs one of the others is refused");
  if (tokenizer.vocabulary_size() < rows)
    warnings.push_back(dir.string() + found + "the last " +
                       std::to_string(rows - tokenizer.vocabulary_size()) + " are never used");
}

}  // namespace mtt
