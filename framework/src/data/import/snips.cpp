#include <memory>

#include "data/import/mixed_text.h"
#include "data/import/parsers.h"
#include "text/unicode.h"
#include "value/json.h"
#include "value/utf8.h"

namespace mtt {
namespace {

/// Where a text begins and ends when white space at its ends does not count.
struct Extent {
  std::int64_t begin = 0, end = 0, characters = 0;
  std::size_t first_byte = 0, end_byte = 0;
};

Extent extent_of(std::string_view utf8) {
  Extent extent;
  const char* const begin = utf8.data();
  for (const char* p = begin; p != begin + utf8.size(); ++extent.characters) {
    const char* const character = p;
    if (unicode::properties(read_code_point(p)).flags & unicode::kSpace) continue;
    if (extent.end == 0) {
      extent.begin = extent.characters;
      extent.first_byte = static_cast<std::size_t>(character - begin);
    }
    extent.end = extent.characters + 1;
    extent.end_byte = static_cast<std::size_t>(p - begin);
  }
  return extent;
}

Value example(const std::string& intent, const Value& sentence, Imported& data) {
  std::string text;
  std::int64_t characters = 0;
  Value::Array entities;
  for (const Value& piece : sentence.at("data").array()) {
    const std::string& words = piece.at("text").string();
    const Extent extent = extent_of(words);
    if (const Value* entity = piece.find("entity")) {
      if (entity->string().empty()) entity->refuse("the entity has no name");
      if (extent.end == 0)
        data.note("entities without text, dropped", piece.place());
      else
        entities.push_back(Value::Table{{"start", characters + extent.begin},
                                        {"end", characters + extent.end},
                                        {"label", entity->string()}});
    }
    text += words;
    characters += extent.characters;
  }
  const Extent extent = extent_of(text);
  for (Value& entity : entities)
    for (const char* edge : {"start", "end"}) entity.set(edge, entity.at(edge).integer() - extent.begin);
  return Value(Value::Table{{"text", text.substr(extent.first_byte, extent.end_byte - extent.first_byte)},
                            {"intent", intent},
                            {"entities", std::move(entities)}})
      .placed(sentence.place());
}

}  // namespace

void import_snips(std::string_view bytes, const std::string& source, Imported& data) {
  const MixedText text = read_mixed_text(bytes);
  const Value file = parse_json(text.utf8, source);
  for (const auto& [intent, sentences] : file.table()) {
    if (intent.empty()) sentences.refuse("the intent is empty");
    for (const Value& sentence : sentences.array()) data.add("", example(intent, sentence, data));
  }
  if (text.repaired > 0)
    data.note("characters that are not UTF-8, read as Latin-1 or as surrogate pairs",
              {std::make_shared<const std::string>(source), text.first_line, text.first_column},
              text.repaired);
}

}  // namespace mtt
