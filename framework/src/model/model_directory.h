// A sentence-transformers or plain Hugging Face directory, read and checked, without its weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/matryoshka_widths.h"
#include "model/module_list.h"
#include "model/pooling.h"
#include "model/word_marks.h"
#include "mtt/value.h"
#include "text/tokenizer.h"

namespace mtt {

/// All that a model directory says, both dialects of sentence-transformers alike. What it does not say is
/// decided as sentence-transformers does, and named in `warnings`.
struct ModelDirectory {
  std::filesystem::path path;         ///< the directory as given
  std::filesystem::path transformer;  ///< the folder of config.json, the tokenizer and model.safetensors
  Value config;                       ///< config.json
  std::string model_type;
  std::unique_ptr<const Tokenizer> tokenizer;
  std::int64_t listed_tokens = 0;  ///< largest id + 1 of the tokens that the tokenizer's files list
  WordMarks words;                 ///< how the tokenizer marks words
  std::int64_t mask = -1;          ///< id of the mask token; -1: the tokenizer has none
  std::int64_t max_tokens = 0;     ///< longest sentence in tokens, specials included
  Pooling pooling;
  std::vector<DenseModule> dense;
  bool normalize = false;
  std::int64_t truncate = 0;        ///< 0: all dimensions
  MatryoshkaWidths smaller_widths;  ///< that its vectors may be cut to
  bool lower_case = false;          ///< do_lower_case of the transformer's settings
  std::string similarity = "cosine";
  std::map<std::string, std::string> prompts;
  std::string default_prompt;  ///< a name within `prompts`, or ""
  std::vector<std::string> warnings;

  /// Reads a directory. Whatever is missing, unknown or contradictory throws Error with its place. Without
  /// `follows_modules` it is read as transformers does: of sentence-transformers' files only the prompts.
  static ModelDirectory read(const std::filesystem::path& path, bool follows_modules = true);

  /// The text of a prompt: a name within `prompts`, or else the text itself; "" gives the default prompt.
  std::string prompt_text(const std::string& name_or_text) const;
};

}  // namespace mtt
