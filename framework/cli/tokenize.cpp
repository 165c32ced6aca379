#include <memory>

#include "data/text_lines.h"
#include "model_option.h"
#include "output.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Tokenize {
  ModelOption model;
  std::string input = "-";
  std::string output = "-";
  std::string field;

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
  check_output(output, {".jsonl"});
  const OpenTokenizer open = open_tokenizer(model);
  const std::vector<std::string> texts = read_texts(input, field);
  const Tokenizer& tokenizer = *open.directory.tokenizer;
  const TextEncoder encoder(tokenizer, model.max_tokens, open.prompt);
  write_lines(output, static_cast<std::int64_t>(texts.size()),
              [&](std::int64_t i) { return row(tokenizer, encoder.encode(texts[i]).tokens); });
}

}  // namespace

void add_tokenize(CLI::App& app) {
  auto tokenize = std::make_shared<Tokenize>();
  CLI::App* verb = app.add_subcommand(
      "tokenize", "Texts to ids, tokens and offsets in code points (JSONL), not cut to the model's length");
  tokenize->model.add_to(*verb);
  verb->add_option("--input", tokenize->input, "A file with one text a line; - is standard input")
      ->type_name("FILE|-");
  verb->add_option("--output", tokenize->output, "A file that ends in .jsonl; - is standard output")
      ->type_name("FILE|-");
  verb->add_option("--field", tokenize->field, "The input is JSONL, and this key of a line holds the text")
      ->type_name("KEY");
  verb->callback([tokenize] { tokenize->run(); });
}

}  // namespace mtt
