#include "text/charsmap.h"

#include <algorithm>

#include "mtt/error.h"
#include "text/changes.h"
#include "text/graphemes.h"
#include "value/utf8.h"

namespace mtt {
namespace {

constexpr std::size_t kMostClusterBytes = 5;

std::uint32_t read_number(std::string_view bytes) {
  std::uint32_t number = 0;
  for (int i = 3; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

// A unit of the array: a label, whether a leaf is among its children, and where these are.
bool has_label(std::uint32_t unit, unsigned char label) { return (unit & 0x800000FFu) == label; }
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::size_t offset(std::uint32_t unit) { return std::size_t{unit >> 10} << ((unit & 0x200u) >> 6); }
std::size_t leaf_value(std::uint32_t unit) { return unit & 0x7FFFFFFFu; }

bool begins_character(char byte) { return (byte & 0xC0) != 0x80; }

/// What takes the place of `count` characters.
void push_replacement(std::string_view replacement, int count, std::vector<Change>& changes) {
  const std::size_t before = changes.size();
  const char* const end = replacement.data() + replacement.size();
  for (const char* p = replacement.data(); p != end;) changes.push_back({read_code_point(p), 0});
  const int more = static_cast<int>(changes.size() - before) - count;
  for (int i = 0; i < more; ++i) changes[changes.size() - 1 - i].more = 1;
  if (more < 0 && !changes.empty()) changes.back().more += more;
}

}  // namespace

Charsmap::Charsmap(std::string_view bytes) {
  if (bytes.size() < 4)
    throw Error("the map has " + std::to_string(bytes.size()) + " bytes; expected 4 or more");
  const std::uint32_t size = read_number(bytes);
  bytes.remove_prefix(4);
  if (size == 0 || size % 4 != 0 || size > bytes.size()) {
    throw Error("the map's trie has " + std::to_string(size) + " bytes; expected a multiple of 4 up to the " +
                std::to_string(bytes.size()) + " that follow");
  }
  units_.reserve(size / 4);
  for (std::size_t i = 0; i < size; i += 4) units_.push_back(read_number(bytes.substr(i)));
  replacements_ = bytes.substr(size);
  if (find_invalid_utf8(replacements_) != std::string_view::npos)
    throw Error("the map's replacements are not valid UTF-8");
  double length = 0;
  for (const char byte : replacements_) {
    length = byte == 0 ? 0 : length + (begins_character(byte) ? 1 : 0);
    growth_ = std::max(growth_, length);
  }
  for (char c = 1; c < 127; ++c) stays_[c] = c != '\r' && !find(std::string_view(&c, 1));
}

std::optional<std::string_view> Charsmap::find(std::string_view key) const {
  std::size_t node = offset(units_[0]);
  for (const char byte : key) {
    if (byte == 0) return std::nullopt;
    node ^= static_cast<unsigned char>(byte);
    if (node >= units_.size() || !has_label(units_[node], static_cast<unsigned char>(byte)))
      return std::nullopt;
    const std::uint32_t unit = units_[node];
    node ^= offset(unit);
    if (!has_leaf(unit)) continue;
    if (node >= units_.size()) return std::nullopt;
    const std::size_t begin = leaf_value(units_[node]);
    if (begin > replacements_.size() ||
        (begin < replacements_.size() && !begins_character(replacements_[begin])))
      return std::nullopt;
    return std::string_view(replacements_).substr(begin, replacements_.find('\0', begin) - begin);
  }
  return std::nullopt;
}

void Charsmap::apply(Symbols& symbols, std::int32_t origin) const {
  const auto stays = [this](const Symbol& s) { return s.c < 128 && stays_[s.c]; };
  if (std::all_of(symbols.begin(), symbols.end(), stays)) return;
  std::vector<Change> changes;
  changes.reserve(symbols.size() + 8);
  for (std::size_t first = 0, last; first < symbols.size(); first = last) {
    if (stays(symbols[first]) && (first + 1 == symbols.size() || stays(symbols[first + 1]))) {
      last = first + 1;
      changes.push_back({symbols[first].c, 0});
      continue;
    }
    last = cluster_end(symbols, first);
    char bytes[kMostClusterBytes + 4];
    std::size_t size = 0;
    for (std::size_t i = first; i < last && size <= kMostClusterBytes; ++i)
      size += static_cast<std::size_t>(write_code_point(symbols[i].c, bytes + size));
    if (size <= kMostClusterBytes) {
      if (const auto replacement = find({bytes, size})) {
        push_replacement(*replacement, static_cast<int>(last - first), changes);
        continue;
      }
    }
    for (std::size_t i = first; i < last; ++i) {
      size = static_cast<std::size_t>(write_code_point(symbols[i].c, bytes));
      if (const auto replacement = find({bytes, size}))
        push_replacement(*replacement, 1, changes);
      else
        changes.push_back({symbols[i].c, 0});
    }
  }
  apply_changes(symbols, changes, origin);
}

}  // namespace mtt
