#include <memory>

#include "output.h"
#include "text_option.h"
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

void Tokenize::run() const {
  text.check();
  const OpenTokenizer open = open_tokenizer(model);
  const Tokenizer& tokenizer = *open.directory.tokenizer;
  const TextEncoder encoder(tokenizer, model.max_tokens, open.prompt);
  LineOutput output(text.output);
  TextWindow window;
  try {
    for (TextWindows windows(text); windows.next(window); output.flush()) {
      const auto& [texts, second_texts, rows] = window.lines;
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const bool pair = !second_texts.empty() && second_texts[i];
        const TokenizedText encoded =
            pair ? encoder.encode_pair(texts[i], *second_texts[i]) : encoder.encode(texts[i]);
        output.add(row(tokenizer, encoded.tokens, pair));
      }
    }
  } catch (const Error& error) {
    throw with_written(error, text, window.first);
  }
  output.finish();
}

}  // namespace

void add_tokenize(CLI::App& app) {
  auto tokenize = std::make_shared<Tokenize>();
  CLI::App* verb = app.add_subcommand(
      "tokenize",
      "Compute token ids, tokens and offsets in code points (JSONL), without truncation by default; lines "
      "with the key 'text_pair' are encoded as pairs");
  tokenize->model.add_texts_to(*verb, "no limit");
  tokenize->text.add_to(*verb, {".jsonl"});
  verb->callback([tokenize] { tokenize->run(); });
}

}  // namespace mtt
