#include "model/file_token.h"

#include "text/component_json.h"

namespace mtt {

FileToken FileToken::of_table(const Value& table) {
  FileToken token{.content = table.at("content").string(),
                  .bare = false,
                  .single_word = flag_or(table, "single_word", false),
                  .lstrip = flag_or(table, "lstrip", false),
                  .rstrip = flag_or(table, "rstrip", false),
                  .special = flag_or(table, "special", false)};
  if (const Value* normalized = table.find("normalized"); !is_null(normalized))
    token.normalized = normalized->boolean();
  return token;
}

bool FileToken::is_one(const Value& value) {
  if (value.is(Value::Kind::string)) return true;
  if (!value.is(Value::Kind::table)) return false;
  const Value* type = value.find("__type");
  return type && type->is(Value::Kind::string) && type->string() == "AddedToken";
}

FileToken FileToken::of(const Value& value) {
  if (!is_one(value))
    value.refuse("a token is expected here: a string, or a table with \"__type\": \"AddedToken\"");
  return value.is(Value::Kind::string) ? FileToken{.content = value.string()} : of_table(value);
}

}  // namespace mtt
