#include <algorithm>

#include "text/component_json.h"

namespace mtt {
namespace {

constexpr std::int64_t kMostAddedTokens = 10'000;

class AddedReader {
 public:
  AddedReader(bool splits_special_tokens, TokenizerParts& parts)
      : splits_special_tokens_(splits_special_tokens),
        parts_(parts),
        next_(static_cast<std::int32_t>(parts.model->vocabulary().size())) {}

  void read(const Value& list) {
    if (static_cast<std::int64_t>(list.array().size()) > kMostAddedTokens)
      list.refuse("there are more than " + std::to_string(kMostAddedTokens) + " added tokens");
    std::vector<AddedToken> raw, normalized;
    for (const Value& entry : list.array()) {
      const Value& content = entry.at("content");
      const std::int32_t listed = read_token_id(entry.at("id"));
      AddedToken token;
      token.single_word = entry.at("single_word").boolean();
      token.lstrip = entry.at("lstrip").boolean();
      token.rstrip = entry.at("rstrip").boolean();
      token.passed_over = entry.at("special").boolean() && splits_special_tokens_;
      const bool in_normalized_text = entry.at("normalized").boolean();
      if (content.string().empty()) continue;
      token.id = id_of(content.string(), listed, entry);
      Symbols symbols = decode_utf8(content.string());
      if (in_normalized_text) parts_.normalizer.apply(symbols, 0);
      for (const Symbol& symbol : symbols) token.content += symbol.c;
      (in_normalized_text ? normalized : raw).push_back(std::move(token));
    }
    parts_.raw_added = AddedTokens(std::move(raw));
    parts_.normalized_added = AddedTokens(std::move(normalized));
  }

 private:
  std::int32_t id_of(const std::string& content, std::int32_t listed, const Value& entry) {
    std::int32_t id = parts_.id_of(content);
    if (id < 0) {
      id = next_;
      parts_.added_vocabulary.push_back({content, id});
    }
    next_ = std::max(next_, id + 1);
    if (id != listed) {
      entry.refuse("the added token " + Value(content).json() + " is listed with id " +
                   std::to_string(listed) + ", but its place in the vocabulary is " + std::to_string(id));
    }
    return id;
  }

  bool splits_special_tokens_;
  TokenizerParts& parts_;
  std::int32_t next_;  ///< the id of the next token that the model does not know
};

}  // namespace

void read_added_tokens(const Value& list, bool splits_special_tokens, TokenizerParts& parts) {
  AddedReader(splits_special_tokens, parts).read(list);
}

}  // namespace mtt
