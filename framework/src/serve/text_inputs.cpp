#include "serve/text_inputs.h"

#include <utility>

#include "serve/body_fields.h"

namespace mtt {

namespace {

/// The inputs of a string; none for an array. Other kinds throw Error.
std::optional<TextInputs> single_text(const Value& value) {
  if (value.is(Value::Kind::array)) return std::nullopt;
  if (!value.is(Value::Kind::string))
    value.refuse("expected a string or an array, found " + std::string(kind_name(value.kind())));
  return TextInputs{.texts = {value.string()}, .single = true};
}

std::vector<std::int32_t> read_ids(const Value& value, std::int64_t vocabulary) {
  std::vector<std::int32_t> ids;
  ids.reserve(value.array().size());
  for (const Value& entry : value.array()) {
    const std::int64_t id = whole_number(entry);
    if (id < 0 || id >= vocabulary)
      entry.refuse("the token id is " + std::to_string(id) + "; expected 0 to " +
                   std::to_string(vocabulary - 1));
    ids.push_back(static_cast<std::int32_t>(id));
  }
  if (ids.empty()) value.refuse("the list of token ids is empty");
  return ids;
}

/// Adds a text, or a text with a second one.
void add_input(TextInputs& inputs, std::string text, std::optional<std::string> second) {
  if (second && inputs.second_texts.empty()) inputs.second_texts.resize(inputs.texts.size());
  inputs.texts.push_back(std::move(text));
  if (second || !inputs.second_texts.empty()) inputs.second_texts.push_back(std::move(second));
}

void add_list(TextInputs& inputs, const Value& value) {
  const Value::Array& texts = value.array();
  if (texts.empty() || texts.size() > 2)
    value.refuse("expected a list of one or two texts, found " + std::to_string(texts.size()));
  add_input(inputs, texts[0].string(), texts.size() == 2 ? std::optional(texts[1].string()) : std::nullopt);
}

}  // namespace

TextInputs texts_or_ids(const Value& value, std::int64_t vocabulary) {
  if (std::optional<TextInputs> text = single_text(value)) return *std::move(text);
  TextInputs inputs;
  const Value::Array& entries = value.array();
  if (entries.empty()) return inputs;
  if (entries.front().is(Value::Kind::integer) || entries.front().is(Value::Kind::number)) {
    inputs.single = true;
    inputs.token_ids = {read_ids(value, vocabulary)};
    return inputs;
  }
  const bool ids = entries.front().is(Value::Kind::array);
  for (const Value& entry : entries) {
    if (ids)
      inputs.token_ids.push_back(read_ids(entry, vocabulary));
    else
      inputs.texts.push_back(entry.string());
  }
  return inputs;
}

TextInputs one_or_batch(const Value& value) {
  if (std::optional<TextInputs> text = single_text(value)) return *std::move(text);
  TextInputs inputs;
  const Value::Array& entries = value.array();
  if (entries.empty()) return inputs;
  if (entries.front().is(Value::Kind::string)) {
    if (entries.size() == 1)
      value.refuse(
          "expected a pair [\"text\", \"second text\"]; for a single text send \"text\" or [[\"text\"]]");
    inputs.single = true;
    add_list(inputs, value);
    return inputs;
  }
  for (const Value& entry : entries) add_list(inputs, entry);
  return inputs;
}

TextInputs texts_and_pairs(const Value& value) {
  if (std::optional<TextInputs> text = single_text(value)) return *std::move(text);
  TextInputs inputs;
  for (const Value& entry : value.array()) {
    if (entry.is(Value::Kind::string))
      add_input(inputs, entry.string(), std::nullopt);
    else if (entry.is(Value::Kind::array) && entry.array().size() == 2)
      add_list(inputs, entry);
    else
      entry.refuse("expected a text, or a pair [\"text\", \"second text\"]");
  }
  return inputs;
}

}  // namespace mtt
