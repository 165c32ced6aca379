#include <algorithm>
#include <charconv>
#include <cmath>

#include "text/byte_pairs.h"
#include "text/character_pairs.h"
#include "text/component_json.h"
#include "text/unigram.h"
#include "text/word_piece.h"

namespace mtt {
namespace {

std::vector<VocabularyEntry> read_entries(const Value& vocabulary) {
  std::vector<VocabularyEntry> entries;
  entries.reserve(vocabulary.table().size());
  std::vector<bool> seen;
  for (const auto& [token, value] : vocabulary.table()) {
    const std::int32_t id = read_token_id(value);
    if (static_cast<std::size_t>(id) >= seen.size())
      seen.resize(std::max<std::size_t>(id + 1, seen.size() * 2));
    if (seen[id]) value.refuse("the id " + std::to_string(id) + " is given to two tokens");
    seen[id] = true;
    entries.push_back({token, id});
  }
  return entries;
}

std::int32_t id_of_unknown(const std::vector<VocabularyEntry>& entries, const Value& unknown) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const VocabularyEntry& entry) {
    return entry.token == unknown.string();
  });
  if (found == entries.end())
    unknown.refuse("the unknown token " + unknown.json() + " is not in the vocabulary");
  return found->id;
}

std::unique_ptr<const SubWordModel> read_word_piece(const Value& model) {
  const Value& unknown = model.at("unk_token");
  const Value& longest = model.at("max_input_chars_per_word");
  const std::string& prefix = model.at("continuing_subword_prefix").string();
  if (longest.integer() < 0) longest.refuse("max_input_chars_per_word is negative");
  std::vector<VocabularyEntry> entries = read_entries(model.at("vocab"));
  const std::int32_t id = id_of_unknown(entries, unknown);
  return std::make_unique<const WordPiece>(std::move(entries), id, prefix, longest.integer());
}

/// A merge as "left right" or as ["left", "right"].
std::pair<std::string, std::string> read_pair(const Value& merge) {
  if (merge.is(Value::Kind::array)) {
    if (merge.array().size() != 2)
      merge.refuse("a merge has " + std::to_string(merge.array().size()) + " parts; expected 2");
    return {merge.array()[0].string(), merge.array()[1].string()};
  }
  const std::string& text = merge.string();
  const std::size_t space = text.find(' ');
  if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos)
    merge.refuse("the merge " + merge.json() + " has not two parts with a space between them");
  return {text.substr(0, space), text.substr(space + 1)};
}

std::vector<Merge> read_merges(const Value& list, const Vocabulary& vocabulary) {
  std::vector<Merge> merges;
  merges.reserve(list.array().size());
  for (const Value& merge : list.array()) {
    if (merge.is(Value::Kind::string) && merge.string().starts_with("#version")) continue;
    const auto [left, right] = read_pair(merge);
    const auto id = [&](const std::string& token) {
      const std::int32_t found = vocabulary.id(token);
      if (found < 0)
        merge.refuse("the token " + Value(token).json() + " of a merge is not in the vocabulary");
      return found;
    };
    merges.push_back({id(left), id(right), id(left + right)});
  }
  return merges;
}

void refuse_unsupported(const Value& model) {
  for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"}) {
    const Value* value = model.find(key);
    if (!is_null(value) && !(value->is(Value::Kind::string) && value->string().empty()))
      value->refuse(std::string(key) + " " + value->json() + " of a BPE model is not supported");
  }
}

std::unique_ptr<const SubWordModel> read_byte_pairs(const Value& model) {
  refuse_unsupported(model);
  Vocabulary vocabulary(read_entries(model.at("vocab")));
  if (const int byte = BytePairs::missing_byte(vocabulary); byte >= 0)
    model.at("vocab").refuse("the vocabulary has no token for the byte " + std::to_string(byte) +
                             "; after a ByteLevel pre-tokenizer, a BPE model needs all 256 bytes");
  const std::vector<Merge> merges = read_merges(model.at("merges"), vocabulary);
  return std::make_unique<const BytePairs>(std::move(vocabulary), merges,
                                           flag_or(model, "ignore_merges", false));
}

std::unique_ptr<const SubWordModel> read_character_pairs(const Value& model) {
  refuse_unsupported(model);
  Vocabulary vocabulary(read_entries(model.at("vocab")));
  CharacterPairsOptions options = {.joins_unknown = flag_or(model, "fuse_unk", false),
                                   .byte_fallback = flag_or(model, "byte_fallback", false),
                                   .whole_words = flag_or(model, "ignore_merges", false)};
  if (const Value* unknown = model.find("unk_token"); !is_null(unknown))
    options.unknown = id_of_unknown(vocabulary.entries(), *unknown);
  const std::vector<Merge> merges = read_merges(model.at("merges"), vocabulary);
  return std::make_unique<const CharacterPairs>(std::move(vocabulary), merges, options);
}

/// A number as tokenizers reads it from a file: its digits as an integer, which a double may round, times or
/// by a power of ten. The last bit of the result decides between segmentations that are equally probable.
double rounded_score(double number) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, std::abs(number), std::chars_format::scientific).ptr;
  const std::string_view shortest(text, static_cast<std::size_t>(end - text));
  const std::size_t e = shortest.find('e');
  std::uint64_t digits = 0;
  int decimals = -1;  // the first digit stands before the point
  for (const char c : shortest.substr(0, e)) {
    if (c == '.') continue;
    digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
    ++decimals;
  }
  const std::size_t sign = shortest[e + 1] == '+' ? 1 : 0;
  int exponent = 0;
  std::from_chars(text + e + 1 + sign, end, exponent);
  exponent -= decimals;
  constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (std::abs(exponent) >= static_cast<int>(std::size(kPowers))) return number;
  const double power = kPowers[std::abs(exponent)];
  const double read =
      exponent < 0 ? static_cast<double>(digits) / power : static_cast<double>(digits) * power;
  return number < 0 ? -read : read;
}

double read_score(const Value& value, bool exact) {
  const double number = value.number();
  if (!std::isfinite(number)) value.refuse("the score of a token is not finite");
  return exact ? number : rounded_score(number);
}

std::unique_ptr<const SubWordModel> read_unigram(const Value& model, bool exact_scores) {
  const Value& vocabulary = model.at("vocab");
  std::vector<VocabularyEntry> entries;
  std::vector<double> scores;
  entries.reserve(vocabulary.array().size());
  scores.reserve(vocabulary.array().size());
  for (const Value& entry : vocabulary.array()) {
    if (entry.array().size() != 2)
      entry.refuse("an entry of the vocabulary has " + std::to_string(entry.array().size()) +
                   " parts; expected a token and its score");
    if (static_cast<std::int64_t>(entries.size()) > kLargestTokenId)
      entry.refuse("there are more than " + std::to_string(kLargestTokenId + 1) + " tokens");
    entries.push_back({entry.array()[0].string(), static_cast<std::int32_t>(entries.size())});
    scores.push_back(read_score(entry.array()[1], exact_scores));
  }
  const Value* unknown = model.find("unk_id");
  if (is_null(unknown))
    model.refuse("a Unigram model without unk_id is not supported; expected the id of its unknown token");
  const std::int32_t id = read_token_id(*unknown);
  if (static_cast<std::size_t>(id) >= entries.size())
    unknown->refuse("unk_id is " + std::to_string(id) + "; the vocabulary has " +
                    std::to_string(entries.size()) + " tokens");
  return std::make_unique<const Unigram>(std::move(entries), std::move(scores), id,
                                         flag_or(model, "byte_fallback", false));
}

}  // namespace

void read_model(const Value& model, bool exact_scores, TokenizerParts& parts) {
  const Value* type = model.find("type");
  const std::string name = is_null(type) ? "WordPiece" : type->string();
  if (name != "WordPiece" && name != "BPE" && name != "Unigram")
    type->refuse("the tokenizer model '" + name + "' is not supported; expected WordPiece, BPE or Unigram");
  if (parts.words_are_bytes && name != "BPE")
    model.refuse("a " + name + " model after a ByteLevel pre-tokenizer is not supported");
  if (name == "WordPiece") {
    parts.model = read_word_piece(model);
  } else if (name == "BPE") {
    parts.model = parts.words_are_bytes ? read_byte_pairs(model) : read_character_pairs(model);
  } else {
    parts.model = read_unigram(model, exact_scores);
    parts.unknown_shows_text = true;
  }
}

}  // namespace mtt
