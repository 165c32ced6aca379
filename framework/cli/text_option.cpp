#include "text_option.h"

#include "output.h"
#include "report/progress.h"

namespace mtt {

void TextOption::add_to(CLI::App& verb, std::vector<std::string> output_endings) {
  endings = std::move(output_endings);
  std::string list;
  for (const std::string& ending : endings)
    list += (list.empty() ? "" : &ending == &endings.back() ? " or " : ", ") + ending;
  verb.add_option("--input", input, "A file with one text a line; - is standard input")->type_name("FILE|-");
  verb.add_option("--field", field, "The input is JSONL, and this key of a line holds the text")
      ->type_name("KEY");
  verb.add_option("--output", output, "A file that ends in " + list + "; - is JSONL on standard output")
      ->type_name("FILE|-");
}

void TextOption::check() const { check_output(output, endings); }

TextLines TextOption::read() const { return read_texts(input, field); }

InferenceResult infer(const OpenModel& open, const std::vector<std::string>& texts, const std::string& what,
                      bool predictions, Console& console, std::int64_t top) {
  InferenceResult result;
  {
    Progress progress(what, static_cast<std::int64_t>(texts.size()));
    result = open.inference().run(
        texts, {.sentences = !predictions,
                .predictions = predictions,
                .progress = [&](std::int64_t done, double share) { progress.update(done, share); },
                .top = top});
  }
  if (result.truncated > 0)
    console.warn(std::to_string(result.truncated) + " of " + std::to_string(texts.size()) +
                 " texts were cut to " + std::to_string(open.encoder.max_tokens) + " tokens");
  return result;
}

}  // namespace mtt
