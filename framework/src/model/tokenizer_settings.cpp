#include "model/tokenizer_settings.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "model/json_file.h"
#include "text/component_json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char *kExtra = "extra_special_tokens", *kAdditional = "additional_special_tokens",
                     *kSpecific = "model_specific_special_tokens", *kDecoder = "added_tokens_decoder";

bool is_named(const std::string& key) {
  return std::find(std::begin(kNamedTokens), std::end(kNamedTokens), key) != std::end(kNamedTokens);
}

bool is_empty(const Value* value) {
  if (is_null(value)) return true;
  switch (value->kind()) {
    case Value::Kind::boolean:
      return !value->boolean();
    case Value::Kind::string:
      return value->string().empty();
    case Value::Kind::array:
      return value->array().empty();
    case Value::Kind::table:
      return value->table().empty();
    default:
      return value->number() == 0;
  }
}

bool is_plain_table(const Value* value) {
  return value && value->is(Value::Kind::table) && !FileToken::is_one(*value);
}

void remove(Value& table, const std::string& key) {
  std::erase_if(table.table(), [&](const Value::Entry& entry) { return entry.key == key; });
}

Value token_table(const Value& table) {
  Value token = table;
  token.set("__type", "AddedToken");
  token.set("special", true);
  return token;
}

std::int64_t listed_id(const Value& where, const std::string& text) {
  std::int64_t id = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id < 0)
    where.refuse("the id " + Value(text).json() + " of an added token is not a number");
  return id;
}

class Reader {
 public:
  Reader(const fs::path& dir, Value config, const Value* tokenizer_json)
      : dir_(dir), tokenizer_json_(tokenizer_json) {
    values() = std::move(config);
  }

  TokenizerSettings read() {
    move_additional();
    move_specific();
    if (const Value* decoder = values().find(kDecoder)) {
      for (const auto& [id, token] : decoder->table()) put(listed_id(token, id), FileToken::of_table(token));
    } else {
      merge_special_tokens_map();
      read_added_tokens_file();
      read_tokenizer_json();
    }
    read_named();
    read_special();
    for (const auto& [id, token] : settings_.added) settings_.listed.insert(token.content);
    for (const auto& [name, token] : settings_.named)
      if (token) settings_.listed.insert(token->content);
    for (const auto& [name, token] : settings_.specific) settings_.listed.insert(token.content);
    for (const FileToken& token : settings_.extra) settings_.listed.insert(token.content);
    return std::move(settings_);
  }

 private:
  Value& values() { return settings_.values; }

  void put(std::int64_t id, const FileToken& token) {
    settings_.added.insert_or_assign(id, token);
    by_content_.insert_or_assign(token.content, token);
  }

  void move_additional() {
    const Value* additional = values().find(kAdditional);
    if (!additional || !is_empty(values().find(kExtra))) return;
    Value moved = *additional;
    remove(values(), kAdditional);
    values().set(kExtra, std::move(moved));
  }

  void move_specific() {
    Value::Table moved;
    for (const auto& [key, value] : values().table())
      if (key.ends_with("_token") && !is_named(key) && value.is(Value::Kind::string))
        moved.push_back({key, value});
    for (const auto& [key, value] : moved) remove(values(), key);
    if (const Value* extra = values().find(kExtra); is_plain_table(extra)) {
      for (const auto& [name, token] : extra->table()) moved.push_back({name, token});
      remove(values(), kExtra);
    }
    if (!moved.empty()) values().set(kSpecific, std::move(moved));
  }

  void merge_special_tokens_map() {
    const auto map = read_json_if_there(dir_ / "special_tokens_map.json");
    if (const Value* extra = values().find(kExtra); extra && extra->is(Value::Kind::array))
      for (const Value& token : extra->array())
        if (token.is(Value::Kind::string)) special_.insert(token.string());
    for (const char* name : kNamedTokens)
      if (const Value* token = values().find(name); token && token->is(Value::Kind::string))
        if (!map || !map->find(name)) special_.insert(token->string());
    if (!map) return;
    for (const auto& [key, value] : map->table()) {
      Value taken = value;
      if (key == kExtra && value.is(Value::Kind::array)) {
        taken = merged_extra(value);
      } else if (key != kExtra && value.is(Value::Kind::table)) {
        taken = token_table(value);
      }
      if (is_named(key) && FileToken::is_one(taken)) special_.insert(FileToken::of(taken).content);
      values().set(key, std::move(taken));
    }
    if (const Value* extra = values().find(kExtra); is_plain_table(extra)) {
      Value moved = *extra;
      remove(values(), kExtra);
      Value all = values().find(kSpecific) ? *values().find(kSpecific) : Value(Value::Table{});
      for (const auto& [name, token] : moved.table()) all.set(name, token);
      values().set(kSpecific, std::move(all));
    }
  }

  Value merged_extra(const Value& more) {
    Value::Array all;
    if (const Value* there = values().find(kExtra); !is_empty(there)) all = there->array();
    for (const Value& entry : more.array()) {
      const Value token = entry.is(Value::Kind::table) ? token_table(entry) : entry;
      const FileToken read = FileToken::of(token);
      special_.insert(read.content);
      const bool known = std::any_of(all.begin(), all.end(), [&](const Value& other) {
        return FileToken::is_one(other) && FileToken::of(other) == read;
      });
      if (!known) all.push_back(token);
    }
    return all;
  }

  void read_added_tokens_file() {
    const auto file = read_json_if_there(dir_ / "added_tokens.json");
    if (!file) return;
    for (const auto& [content, id] : file->table()) {
      const bool special = special_.contains(content);
      put(read_token_id(id), {.content = content, .bare = false, .special = special, .normalized = !special});
    }
  }

  void read_tokenizer_json() {
    const Value* list = tokenizer_json_ ? tokenizer_json_->find("added_tokens") : nullptr;
    if (is_null(list)) return;
    for (const Value& entry : list->array()) put(read_token_id(entry.at("id")), FileToken::of_table(entry));
  }

  void read_named() {
    for (const char* name : kNamedTokens) {
      const Value* value = values().find(name);
      if (!value) continue;
      auto& token = settings_.named[name];
      if (is_null(value)) continue;
      token = FileToken::of(*value);
      if (const auto added = by_content_.find(token->content); added != by_content_.end())
        token = added->second;
    }
  }

  void set_specific(const std::string& name, const Value& value) {
    if (is_named(name)) value.refuse(name + " is among the tokens of other names; give it a key of its own");
    const FileToken token = FileToken::of(value);
    for (auto& [known, old] : settings_.specific)
      if (known == name) return void(old = token);
    settings_.specific.emplace_back(name, token);
  }

  void read_special() {
    const Value* extra = values().find(kExtra);
    settings_.lists_extra = extra != nullptr;
    if (!extra) {
      extra = values().find(kAdditional);
      settings_.lists_extra = !is_null(extra);
    }
    if (is_plain_table(extra)) {
      for (const auto& [name, token] : extra->table()) set_specific(name, token);
    } else if (!is_null(extra)) {
      for (const Value& token : extra->array()) settings_.extra.push_back(FileToken::of(token));
    }
    for (const auto& [key, value] : values().table())
      if (key.ends_with("_token") && !is_named(key) && FileToken::is_one(value)) set_specific(key, value);
    if (const Value* specific = values().find(kSpecific); !is_null(specific))
      for (const auto& [name, token] : specific->table()) set_specific(name, token);
  }

  const fs::path& dir_;
  const Value* tokenizer_json_;
  TokenizerSettings settings_;
  std::map<std::string, FileToken> by_content_;
  std::set<std::string>
      special_;  ///< contents that added_tokens.json may name without a word of being special
};

}  // namespace

TokenizerSettings TokenizerSettings::read(const fs::path& dir, Value config, const Value* tokenizer_json) {
  return Reader(dir, std::move(config), tokenizer_json).read();
}

}  // namespace mtt
