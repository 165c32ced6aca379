#include "model/batching.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "model/run_on_workers.h"
#include "mtt/error.h"
#include "value/utf8.h"

namespace mtt {
namespace {

std::int64_t checked_id(std::int32_t id, const BackboneShape& shape) {
  if (id < 0 || id >= shape.vocabulary)
    throw Error("the tokenizer gives id " + std::to_string(id) + ", but the backbone's vocabulary has " +
                std::to_string(shape.vocabulary) + " rows; tokenizer and weights do not match");
  return id;
}

std::int64_t checked_type(std::int32_t id, const BackboneShape& shape) {
  if (id < 0 || (shape.token_types > 0 && id >= shape.token_types))
    throw Error("the tokenizer gives token type " + std::to_string(id) + ", but the backbone has " +
                std::to_string(shape.token_types) + " types; tokenizer and weights do not match");
  return id;
}

}  // namespace

TextEncoder::TextEncoder(const Tokenizer& tokenizer, std::int64_t max_tokens, std::string prompt)
    : tokenizer_(tokenizer), max_tokens_(max_tokens), prompt_(std::move(prompt)) {
  if (prompt_.empty()) return;
  Tokens alone;
  tokenizer_.encode(prompt_, max_tokens_, alone);
  prompt_characters_ = static_cast<std::int32_t>(count_code_points(prompt_));
  prompt_tokens_ = static_cast<std::int64_t>(alone.ids.size());
  if (prompt_tokens_ > 0 && alone.special.back()) --prompt_tokens_;
}

void TextEncoder::place_behind_prompt(Tokens& tokens) const {
  bool in_prompt = true;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    if (tokens.text_of(i) == 1) continue;
    auto& span = tokens.chars[i];
    span.begin = std::max(0, span.begin - prompt_characters_);
    span.end = std::max(0, span.end - prompt_characters_);
    if (in_prompt && !tokens.special[i]) {
      in_prompt = span.end == 0;
      tokens.first_subword[i] = !in_prompt;  // a word that straddles prompt and text begins with the text
    }
  }
}

TokenizedText TextEncoder::encode(std::string_view text) const {
  TokenizedText result{.text = text, .tokens = {}, .prompt = prompt_tokens_};
  if (prompt_.empty()) {
    tokenizer_.encode(text, max_tokens_, result.tokens, end_);
    return result;
  }
  tokenizer_.encode(prompt_ + std::string(text), max_tokens_, result.tokens, end_);
  place_behind_prompt(result.tokens);
  return result;
}

TokenizedText TextEncoder::encode_pair(std::string_view text, std::string_view second_text) const {
  TokenizedText result{.text = text, .second_text = second_text, .tokens = {}, .prompt = prompt_tokens_};
  if (prompt_.empty()) {
    tokenizer_.encode_pair(text, second_text, max_tokens_, result.tokens, end_);
    return result;
  }
  tokenizer_.encode_pair(prompt_ + std::string(text), second_text, max_tokens_, result.tokens, end_);
  place_behind_prompt(result.tokens);
  return result;
}

TokenizedText TextEncoder::encode_ids(const std::vector<std::int32_t>& ids) const {
  const std::size_t most = max_tokens_ > 0 ? static_cast<std::size_t>(max_tokens_) : ids.size();
  const std::size_t count = std::min(ids.size(), most);
  TokenizedText result;
  Tokens& tokens = result.tokens;
  tokens.ids.assign(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
  tokens.type_ids.resize(count);
  tokens.chars.resize(count);
  tokens.special.resize(count);
  tokens.first_subword.resize(count);
  tokens.truncated = static_cast<std::int32_t>(ids.size() - count);
  return result;
}

TextEncoder TextEncoder::with(std::optional<std::string> prompt, std::optional<TruncatedEnd> end) const {
  TextEncoder other = prompt ? TextEncoder(tokenizer_, max_tokens_, std::move(*prompt)) : *this;
  other.end_ = end;
  return other;
}

std::vector<TokenizedText> tokenize_each(std::size_t count, std::int64_t threads,
                                         const std::function<TokenizedText(std::int64_t)>& encode) {
  std::vector<TokenizedText> tokenized(count);
  const auto all = static_cast<std::int64_t>(count);
  run_on_workers(threads, (all + kTextsPerTokenizing - 1) / kTextsPerTokenizing, [&](std::int64_t chunk) {
    const std::int64_t end = std::min(all, (chunk + 1) * kTextsPerTokenizing);
    for (std::int64_t i = chunk * kTextsPerTokenizing; i < end; ++i) tokenized[i] = encode(i);
  });
  return tokenized;
}

std::vector<TokenizedText> tokenize(const TextEncoder& encoder, const std::vector<std::string>& texts,
                                    std::int64_t threads) {
  return tokenize_each(texts.size(), threads, [&](std::int64_t i) { return encoder.encode(texts[i]); });
}

std::vector<TokenizedText> tokenize_pairs(const TextEncoder& encoder, const std::vector<std::string>& texts,
                                          const std::vector<std::string>& second_texts,
                                          std::int64_t threads) {
  return tokenize_each(texts.size(), threads,
                       [&](std::int64_t i) { return encoder.encode_pair(texts[i], second_texts[i]); });
}

void append(std::vector<TokenizedText>& texts, std::vector<TokenizedText> more) {
  texts.insert(texts.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

PackedBatch make_batch(std::span<const TokenizedText> texts, const std::vector<std::int64_t>& rows,
                       const BackboneShape& shape) {
  std::vector<const TokenizedText*> chosen;
  for (const std::int64_t row : rows) chosen.push_back(&texts[row]);
  return make_batch(chosen, shape);
}

PackedBatch make_batch(const std::vector<const TokenizedText*>& texts, const BackboneShape& shape) {
  PackedBatch batch;
  for (const TokenizedText* text : texts)
    batch.offsets.push_back(batch.offsets.back() + static_cast<std::int64_t>(text->tokens.ids.size()));
  const std::int64_t total = batch.tokens();
  for (at::Tensor* tensor :
       {&batch.ids, &batch.type_ids, &batch.positions, &batch.row, &batch.text, &batch.word})
    *tensor = at::empty({total}, at::kLong);
  batch.starts = at::tensor(batch.offsets, at::kLong);
  batch.chars.reserve(total);

  auto* ids = batch.ids.mutable_data_ptr<std::int64_t>();
  auto* types = batch.type_ids.mutable_data_ptr<std::int64_t>();
  auto* positions = batch.positions.mutable_data_ptr<std::int64_t>();
  auto* inputs = batch.row.mutable_data_ptr<std::int64_t>();
  auto* of_text = batch.text.mutable_data_ptr<std::int64_t>();
  auto* words = batch.word.mutable_data_ptr<std::int64_t>();
  for (std::size_t b = 0; b < texts.size(); ++b) {
    const TokenizedText& text = *texts[b];
    const Tokens& tokens = text.tokens;
    for (const auto id : tokens.ids) *ids++ = checked_id(id, shape);
    for (const auto id : tokens.type_ids) *types++ = checked_type(id, shape);
    std::int64_t word = -1, before = 0;
    for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
      const int of = tokens.text_of(i);
      if (of == 1 && before != 1) word = -1;
      before = of;
      word += tokens.first_subword[i];
      const bool in_prompt = of == 0 && text.prompt > 0 && word < 0 && tokens.chars[i].end == 0;
      *positions++ = static_cast<std::int64_t>(i);
      *inputs++ = static_cast<std::int64_t>(b);
      *of_text++ = in_prompt ? -1 : of;
      *words++ = of < 0 ? -1 : word;
    }
    batch.chars.insert(batch.chars.end(), tokens.chars.begin(), tokens.chars.end());
    batch.prompt_lengths.push_back(text.prompt);
    batch.texts.push_back(text.text);
    if (text.is_pair()) batch.second_texts.push_back(text.second_text);
  }
  return batch;
}

std::vector<std::vector<std::int64_t>> cut_by_length(std::vector<std::int64_t> items,
                                                     const std::function<std::int64_t(std::int64_t)>& length,
                                                     std::int64_t budget) {
  std::stable_sort(items.begin(), items.end(), [&](auto a, auto b) { return length(a) > length(b); });
  std::vector<std::vector<std::int64_t>> runs;
  std::int64_t used = 0;
  for (const std::int64_t item : items) {
    if (runs.empty() || used + length(item) > budget) {
      runs.emplace_back();
      used = 0;
    }
    runs.back().push_back(item);
    used += length(item);
  }
  return runs;
}

std::vector<std::vector<std::int64_t>> plan_forwards(std::span<const TokenizedText> texts,
                                                     std::int64_t tokens_per_forward) {
  std::vector<std::int64_t> all(texts.size());
  std::iota(all.begin(), all.end(), 0);
  return cut_by_length(
      std::move(all), [&](std::int64_t i) { return texts[i].length(); }, tokens_per_forward);
}

}  // namespace mtt
