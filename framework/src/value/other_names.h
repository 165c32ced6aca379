// What options of other systems are called here.
#pragma once

#include <string_view>
#include <vector>

namespace mtt {

/// What to write instead of a key that PyTorch Lightning, transformers, sentence-transformers or scikit-learn
/// have, as the end of a sentence: "learning_rate in [train]"; "" for any other key.
std::string_view own_key(std::string_view key);

/// The same for a table: "model" → "[backbone]".
std::string_view own_table(std::string_view name);

/// What a word that others use as the value of an option is here: ("head", "classifier") → "classification";
/// "" for any other.
std::string_view own_word(std::string_view option, std::string_view word);

/// The options of commands that may be meant by a word behind "--", the likeliest first.
std::vector<std::string_view> own_options(std::string_view word);

/// Which command does what others call so: "train" → "run"; "" for any other word.
std::string_view own_command(std::string_view word);

}  // namespace mtt
