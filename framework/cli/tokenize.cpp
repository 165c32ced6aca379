#include <algorithm>
#include <memory>

#include "output.h"
#include "text_option.h"
#include "value/utf8.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Tokenize {
  ModelOption model;
  TextOption text;

  void run() const;
};

/// A JSON array of what text(i) gives for each token.
template <class Text>
std::string array(const Tokens& tokens, const Text& text) {
  std::string list;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) list += (i > 0 ? "," : "") + text(i);
  return "[" + list + "]";
}

std::string row(const Tokenizer& tokenizer, const Tokens& tokens, bool is_pair) {
  std::string line =
      "{\"ids\":" + array(tokens, [&](std::size_t i) { return std::to_string(tokens.ids[i]); }) +
      ",\"tokens\":" +
      array(tokens,
            [&](std::size_t i) { return Value(std::string(tokenizer.token(tokens.ids[i]))).json(); }) +
      ",\"offsets\":" + array(tokens, [&](std::size_t i) {
        return "[" + std::to_string(tokens.chars[i].begin) + "," + std::to_string(tokens.chars[i].end) + "]";
      });
  if (is_pair)
    line +=
        ",\"type_ids\":" + array(tokens, [&](std::size_t i) { return std::to_string(tokens.type_ids[i]); }) +
        ",\"sequence_ids\":" + array(tokens, [&](std::size_t i) {
          const int text = tokens.text_of(i);
          return text < 0 ? "null" : std::to_string(text);
        });
  return line + "}";
}

/// A pair behind a prompt, which belongs to no text: the offsets of its tokens are {0, 0}.
Tokens encode_pair(const Tokenizer& tokenizer, const std::string& prompt, const std::string& first,
                   const std::string& second, std::int64_t max_tokens) {
  Tokens tokens;
  tokenizer.encode_pair(prompt + first, second, max_tokens, tokens);
  const auto characters = static_cast<std::int32_t>(count_code_points(prompt));
  for (std::size_t i = 0; i < tokens.ids.size(); ++i)
    if (tokens.text_of(i) == 0)
      tokens.chars[i] = {std::max(0, tokens.chars[i].begin - characters),
                         std::max(0, tokens.chars[i].end - characters)};
  return tokens;
}

void Tokenize::run() const {
  text.check();
  const OpenTokenizer open = open_tokenizer(model);
  const Tokenizer& tokenizer = *open.directory.tokenizer;
  const TextEncoder encoder(tokenizer, model.max_tokens, open.prompt);
  LineOutput output(text.output);
  for_each_window(text, [&](const TextWindow& window) {
    const auto& [texts, partners, rows] = window.lines;
    for (std::size_t i = 0; i < texts.size(); ++i)
      output.add(partners.empty()
                     ? row(tokenizer, encoder.encode(texts[i]).tokens, false)
                     : row(tokenizer,
                           encode_pair(tokenizer, open.prompt, texts[i], partners[i], model.max_tokens),
                           true));
    output.flush();
  });
  output.finish();
}

}  // namespace

void add_tokenize(CLI::App& app) {
  auto tokenize = std::make_shared<Tokenize>();
  CLI::App* verb = app.add_subcommand("tokenize",
                                      "Compute token ids, tokens and offsets in code points (JSONL), without "
                                      "truncation by default; lines with "
                                      "the key 'text_pair' are encoded as pairs");
  tokenize->model.add_to(*verb);
  tokenize->text.add_to(*verb, {".jsonl"});
  verb->callback([tokenize] { tokenize->run(); });
}

}  // namespace mtt
