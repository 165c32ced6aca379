#include "mtt/value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "mtt/error.h"
#include "value/control_characters.h"
#include "value/utf8.h"

namespace mtt {
namespace {

constexpr std::int64_t kLargestExactInteger = std::int64_t{1} << 53;

[[noreturn]] void wrong_kind(const Value& value, std::string_view expected) {
  value.refuse("found " + std::string(kind_name(value.kind())) + ", expected " + std::string(expected));
}

void append_escape(std::string& out, char32_t c) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[c >> shift & 15];
}

[[noreturn]] void refuse_bytes(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string shown;
  for (const char c : text.substr(0, 40)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte >= 0x20 && byte < 0x7f ? std::string(1, c)
                                         : std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
  }
  throw Error("the text \"" + shown + "\" is not valid UTF-8, so it cannot be written as JSON");
}

void append_string(std::string& out, std::string_view text) {
  if (find_invalid_utf8(text) != std::string_view::npos) refuse_bytes(text);
  out += '"';
  for (const char *p = text.data(), *const end = p + text.size(); p != end;) {
    const char* const start = p;
    const auto byte = static_cast<unsigned char>(*p);
    const char32_t c = byte < 0x80 ? static_cast<char32_t>(*p++) : read_code_point(p);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += *start;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (is_control_character(c)) {
      append_escape(out, c);
    } else {
      out.append(start, p);
    }
  }
  out += '"';
}

void append_number(std::string& out, double number, const Value& value) {
  if (!std::isfinite(number)) wrong_kind(value, "a finite number");
  std::array<char, 40> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_json(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      out += "null";
      break;
    case Value::Kind::boolean:
      out += value.boolean() ? "true" : "false";
      break;
    case Value::Kind::integer:
      out += std::to_string(value.integer());
      break;
    case Value::Kind::number:
      append_number(out, value.number(), value);
      break;
    case Value::Kind::string:
      append_string(out, value.string());
      break;
    case Value::Kind::array: {
      const char* separator = "[";
      for (const Value& item : value.array()) {
        out += separator;
        append_json(out, item);
        separator = ",";
      }
      out += value.array().empty() ? "[]" : "]";
      break;
    }
    case Value::Kind::table: {
      const char* separator = "{";
      for (const auto& [key, item] : value.table()) {
        out += separator;
        append_string(out, key);
        out += ':';
        append_json(out, item);
        separator = ",";
      }
      out += value.table().empty() ? "{}" : "}";
      break;
    }
  }
}

}  // namespace

std::string Place::str() const {
  if (!source) return "";
  if (line == 0) return *source;
  return *source + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Place::prefix() const {
  const std::string place = str();
  return place.empty() ? "" : place + ": ";
}

void Value::refuse(const std::string& what) const { throw Error(place_.prefix() + what); }

std::string_view kind_name(Value::Kind kind) {
  constexpr std::string_view kNames[] = {"null", "boolean", "integer", "number", "string", "array", "table"};
  return kNames[static_cast<std::size_t>(kind)];
}

Value::Value(Array a) : data_(std::move(a)) {}
Value::Value(Table t) : data_(std::move(t)) {}
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

bool Value::boolean() const {
  if (const auto* b = std::get_if<bool>(&data_)) return *b;
  wrong_kind(*this, "true or false");
}

std::int64_t Value::integer() const {
  if (const auto* i = std::get_if<std::int64_t>(&data_)) return *i;
  wrong_kind(*this, "an integer");
}

double Value::number() const {
  if (const auto* d = std::get_if<double>(&data_)) return *d;
  if (const auto* i = std::get_if<std::int64_t>(&data_);
      i && *i <= kLargestExactInteger && *i >= -kLargestExactInteger)
    return static_cast<double>(*i);
  wrong_kind(*this, "a number");
}

const std::string& Value::string() const {
  if (const auto* s = std::get_if<std::string>(&data_)) return *s;
  wrong_kind(*this, "a string");
}

const Value::Array& Value::array() const {
  if (const auto* a = std::get_if<Array>(&data_)) return *a;
  wrong_kind(*this, "an array");
}

Value::Array& Value::array() { return const_cast<Array&>(std::as_const(*this).array()); }

const Value::Table& Value::table() const {
  if (const auto* t = std::get_if<Table>(&data_)) return *t;
  wrong_kind(*this, "a table");
}

Value::Table& Value::table() { return const_cast<Table&>(std::as_const(*this).table()); }

const Value* Value::find(std::string_view key) const {
  for (const Entry& entry : table())
    if (entry.key == key) return &entry.value;
  return nullptr;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

const Value& Value::at(std::string_view key) const {
  if (const Value* value = find(key)) return *value;
  const std::string where = place_.str();
  throw Error((where.empty() ? "" : where + ": ") + "the key '" + std::string(key) + "' is missing");
}

Value& Value::set(std::string_view key, Value value) {
  if (is(Kind::null)) data_ = Table{};
  if (Value* old = find(key)) return *old = std::move(value);
  return table().emplace_back(Entry{std::string(key), std::move(value)}).value;
}

std::string Value::json() const {
  std::string out;
  append_json(out, *this);
  return out;
}

}  // namespace mtt
