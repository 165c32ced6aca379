// Public data sets in the formats of their authors, read into examples.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/import/imported.h"

namespace mtt {

/// A format that `mtt data import` knows.
struct ImportFormat {
  std::string_view name;
  std::string_view about;  ///< what it is, for --help
  void (*read)(const std::filesystem::path& input, Imported& data);
};

const std::vector<ImportFormat>& import_formats();

/// A key and the name that it gets.
struct KeyName {
  std::string from, to;
};

/// Reads inputs one after another, renames keys, leaves out examples with a text of white space or none in it
/// and keys with an empty value, and makes sure that the reader of examples takes what is left. An input
/// without examples, a key that no example has, a new name that is taken, an example without a text, and
/// whatever the format forbids throw Error.
Imported import_files(const ImportFormat& format, const std::vector<std::string>& inputs,
                      const std::vector<KeyName>& names);

/// The bytes of a file without a byte order mark.
std::string original_text(const std::filesystem::path& file);

}  // namespace mtt
