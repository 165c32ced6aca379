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

std::string row(const Tokenizer& tokenizer, const Tokens& tokens) {
  std::string ids, names, offsets;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    const char* comma = i > 0 ? "," : "";
    ids += comma + std::to_string(tokens.ids[i]);
    names += comma + Value(std::string(tokenizer.token(tokens.ids[i]))).json();
    offsets += comma + ("[" + std::to_string(tokens.chars[i].begin)) + "," +
               std::to_string(tokens.chars[i].end) + "]";
  }
  return "{\"ids\":[" + ids + "],\"tokens\":[" + names + "],\"offsets\":[" + offsets + "]}";
}

void Tokenize::run() const {
  text.check();
  const OpenTokenizer open = open_tokenizer(model);
  const Tokenizer& tokenizer = *open.directory.tokenizer;
  const TextEncoder encoder(tokenizer, model.max_tokens, open.prompt);
  LineOutput output(text.output);
  for_each_window(text, [&](const TextWindow& window) {
    for (const std::string& line : window.lines.texts)
      output.add(row(tokenizer, encoder.encode(line).tokens));
    output.flush();
  });
  output.finish();
}

}  // namespace

void add_tokenize(CLI::App& app) {
  auto tokenize = std::make_shared<Tokenize>();
  CLI::App* verb = app.add_subcommand(
      "tokenize", "Compute token ids, tokens and offsets in code points (JSONL), without truncation");
  tokenize->model.add_to(*verb);
  tokenize->text.add_to(*verb, {".jsonl"});
  verb->callback([tokenize] { tokenize->run(); });
}

}  // namespace mtt
