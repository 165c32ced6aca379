// Plain data that the framework and plugins exchange, in addition to tensors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mtt/export.h"

namespace mtt {

/// The position of a value in its source. Lines and columns count from 1; 0 means unknown.
struct MTT_API Place {
  std::shared_ptr<const std::string> source;  ///< a file's name, "--set", "MTT_THREADS", ...
  std::int32_t line = 0;
  std::int32_t column = 0;

  /// "file:3:7", "file" if the line is unknown, "" if nothing is known.
  std::string str() const;
  /// The same followed by ": ", as the beginning of a message.
  std::string prefix() const;
};

/// A tree of plain data: options from TOML, labels from JSON, a model's config.json.
/// Integers and numbers are different kinds, as in TOML; nothing is converted silently.
class MTT_API Value {
 public:
  /// The types of JSON and TOML.
  enum class Kind { null, boolean, integer, number, string, array, table };
  struct Entry;
  using Array = std::vector<Value>;
  using Table = std::vector<Entry>;  ///< in the order of the source; keys are unique

  Value() noexcept;
  Value(bool b);
  Value(int i);
  Value(std::int64_t i);
  Value(double d);
  Value(const char* s);
  Value(std::string s);
  Value(Array a);
  Value(Table t);
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is(Kind k) const { return kind() == k; }

  /// The content. Another kind throws Error with the position, the kind found and the kind expected.
  bool boolean() const;
  std::int64_t integer() const;
  double number() const;  ///< also takes an integer that a double holds exactly
  const std::string& string() const;
  const Array& array() const;
  Array& array();
  const Table& table() const;
  Table& table();

  /// The value under a key of a table, or nullptr; throws if this is not a table.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// The value under a key of a table; throws if it is missing.
  const Value& at(std::string_view key) const;
  /// Replaces or appends a key of a table; a null value becomes an empty table first.
  Value& set(std::string_view key, Value value);

  const Place& place() const { return place_; }
  Value& placed(Place place) {
    place_ = std::move(place);
    return *this;
  }

  /// Throws Error: this value's position, if known, and `what`.
  [[noreturn]] void refuse(const std::string& what) const;

  /// Compact JSON, one line; numbers round-trip; a NaN or infinity throws.
  std::string json() const;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Table> data_;
  Place place_;
};

/// A key and its value.
struct Value::Entry {
  std::string key;
  Value value;
};

// Defined here because the variant is complete only where Entry is.
inline Value::Value() noexcept = default;
inline Value::Value(bool b) : data_(b) {}
inline Value::Value(int i) : data_(std::int64_t{i}) {}
inline Value::Value(std::int64_t i) : data_(i) {}
inline Value::Value(double d) : data_(d) {}
inline Value::Value(const char* s) : data_(std::string(s)) {}
inline Value::Value(std::string s) : data_(std::move(s)) {}

/// "null", "boolean", "integer", "number", "string", "array", "table".
MTT_API std::string_view kind_name(Value::Kind kind);

}  // namespace mtt
