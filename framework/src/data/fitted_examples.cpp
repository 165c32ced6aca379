#include "data/fitted_examples.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "data/tag_list.h"

namespace mtt {
namespace {

void count_text(FittedFile& result, const ReadText& read, const TextReader& reader) {
  ++result.texts;
  result.longest = std::max(result.longest, read.tokens);
  result.truncated += reader.max_tokens() > 0 && read.tokens > reader.max_tokens();
}

/// The labels of each field; the tags of a CoNLL file once, since they are those of every field.
std::map<std::string, std::vector<Value>> labels_of(const Examples& examples, const SpanFields& fields) {
  std::map<std::string, std::vector<Value>> labels;
  for (const auto& [field, names] : fields)
    if (examples.spans.empty() || labels.empty()) labels.emplace(field, examples.labels(field));
  return labels;
}

}  // namespace

FittedFile fit_examples(ExampleFiles& files, const std::string& file, const ExampleReading& reading,
                        const TextReader& reader) {
  FittedFile result;
  const Examples& examples = files.get(file);
  const auto fit = [&](const SpanFields& fields, bool pairs) {
    const auto labels = labels_of(examples, fields);
    for (std::size_t row = 0; row < examples.texts.size(); ++row) {
      const ReadExample example = reader.read(examples.texts[row], pairs ? &examples.partners[row] : nullptr);
      count_text(result, example.first, reader);
      for (const auto& [field, of_rows] : labels) {
        const auto& tags = fields.at(field);
        const bool tagged = tags && is_tag_list(of_rows[row]);
        if (!tagged && !is_span_list(of_rows[row])) continue;
        const Value written =
            tagged ? spans_of_tags(of_rows[row], examples.tokens_of(row), *tags) : of_rows[row];
        WholeWordSpans spans = whole_word_spans(written, example);
        result.spans += spans.count;
        result.beyond += spans_beyond(spans.spans, example);
        if (spans.moved.empty() && !tagged) continue;
        if (result.moved == 0 && !spans.moved.empty()) result.first_moved = spans.moved.front();
        result.moved += static_cast<std::int64_t>(spans.moved.size());
        files.set_label(file, field, row, std::move(spans.spans));
      }
    }
  };
  if (reading.first_texts) fit(reading.texts, false);
  if (reading.joint && !examples.partners.empty()) fit(reading.joint_pairs, true);
  if (reading.second_texts)
    for (const std::string& text : examples.partners) count_text(result, reader.read(text), reader);
  return result;
}

}  // namespace mtt
