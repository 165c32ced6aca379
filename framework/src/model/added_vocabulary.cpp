#include "model/added_vocabulary.h"

#include <algorithm>

#include "text/component_json.h"

namespace mtt {

AddedVocabulary::AddedVocabulary(const Value& vocabulary) {
  const auto put = [&](const std::string& token, std::int64_t id) {
    vocabulary_[token] = id;
    largest_ = std::max(largest_, id);
  };
  if (vocabulary.is(Value::Kind::array)) {
    const Value::Array& entries = vocabulary.array();
    vocabulary_.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (!entries[i].array().empty()) put(entries[i].array()[0].string(), static_cast<std::int64_t>(i));
  } else {
    vocabulary_.reserve(vocabulary.table().size());
    for (const auto& [token, id] : vocabulary.table()) put(token, read_token_id(id));
  }
}

bool AddedVocabulary::has(std::string_view content) const { return ids_.contains(content); }

std::int64_t AddedVocabulary::id(std::string_view content) const {
  if (const auto added = ids_.find(content); added != ids_.end()) return added->second;
  const auto known = vocabulary_.find(content);
  return known == vocabulary_.end() ? -1 : known->second;
}

std::int64_t AddedVocabulary::next_id() const {
  const auto size = static_cast<std::int64_t>(vocabulary_.size());
  return by_id_.empty() ? size : std::max(size, by_id_.rbegin()->first + 1);
}

void AddedVocabulary::add(FileToken token) {
  if (token.content.empty()) return;
  token.bare = false;
  if (!token.normalized) token.normalized = !token.special;
  if (token.special) special_.insert(token.content);
  std::int64_t id = this->id(token.content);
  if (id < 0) id = next_id();
  ids_[token.content] = id;
  by_id_[id] = std::move(token);
}

Value AddedVocabulary::json() const {
  Value::Array list;
  for (const auto& [id, token] : by_id_)
    list.push_back(Value::Table{{"id", id},
                                {"content", token.content},
                                {"single_word", token.single_word},
                                {"lstrip", token.lstrip},
                                {"rstrip", token.rstrip},
                                {"normalized", *token.normalized},
                                {"special", special_.contains(token.content)}});
  return list;
}

}  // namespace mtt
