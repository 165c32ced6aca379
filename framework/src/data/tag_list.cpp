#include "data/tag_list.h"

#include <algorithm>
#include <utility>

#include "data/tagged_sentence.h"
#include "mtt/error.h"

namespace mtt {
namespace {

bool all_are(const Value& list, Value::Kind kind) {
  return std::all_of(list.array().begin(), list.array().end(),
                     [&](const Value& item) { return item.is(kind); });
}

const std::string& tag_name(const Value& tag, const std::vector<std::string>& names) {
  if (tag.is(Value::Kind::string)) return tag.string();
  if (names.empty())
    tag.refuse("found the tag " + tag.json() +
               ", which has no name; list the names of the tags in the task's table, from that of 0, as in "
               "tags = [\"O\", \"B-person\", \"I-person\"]");
  const std::int64_t index = tag.integer();
  if (index < 0 || index >= static_cast<std::int64_t>(names.size()))
    tag.refuse("found the tag " + tag.json() + ", expected 0 to " + std::to_string(names.size() - 1) +
               ", since 'tags' has " + std::to_string(names.size()) + " names");
  return names[static_cast<std::size_t>(index)];
}

}  // namespace

bool is_tag_list(const Value& label) {
  return label.is(Value::Kind::array) && !label.array().empty() &&
         (all_are(label, Value::Kind::string) || all_are(label, Value::Kind::integer));
}

std::string joined_tokens(const Value& tokens) {
  std::string text;
  for (const Value& token : tokens.array()) {
    if (&token != &tokens.array().front()) text += ' ';
    text += token.string();
  }
  return text;
}

Value spans_of_tags(const Value& tags, const Value& tokens, const std::vector<std::string>& names) {
  if (tokens.is(Value::Kind::null))
    tags.refuse(
        "found tags, expected spans such as {\"start\": 0, \"end\": 4, \"label\": \"person\"}; tags need the "
        "tokens of the text: set their key with text = \"tokens\" in [data] or in the task's table");
  if (tags.array().size() != tokens.array().size())
    tags.refuse("found " + std::to_string(tags.array().size()) + " tags, expected " +
                std::to_string(tokens.array().size()) + ", one for each token");
  TaggedSentenceBuilder builder(tags.place());
  for (std::size_t i = 0; i < tags.array().size(); ++i) {
    const Value& tag = tags.array()[i];
    builder.add(tokens.array()[i].string(), tag_name(tag, names), tag.place());
  }
  return std::move(builder).sentence().spans;
}

}  // namespace mtt
