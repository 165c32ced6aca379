// The keys of a request's body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// The integer of a value; also takes 3.0, which is an integer of JSON. Other values throw Error.
std::int64_t whole_number(const Value& value);

/// A JSON object whose values are read one by one. A null counts as missing. A value of another kind throws
/// Error with its place; the object must outlive this.
class BodyFields {
 public:
  /// Throws Error where the body is no object.
  explicit BodyFields(const Value& body);

  const Value* find(std::string_view key) const;  ///< nullptr: missing
  const Value& at(std::string_view key) const;    ///< missing throws Error
  std::optional<std::string> text(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  bool flag(std::string_view key, bool fallback) const;
  std::optional<bool> flag(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;  ///< missing: an empty list

  /// Throws Error at a key that is none of these.
  void allow_only(const std::vector<std::string_view>& keys) const;

 private:
  const Value& body_;
};

}  // namespace mtt
