// Labelled examples from files of several formats.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// Texts and the labels of several fields; a field that a line lacks is null for that line.
struct Examples {
  std::vector<std::string> texts;
  std::vector<std::string> partners;  ///< the second sentences of pairs; empty where the file has none
  std::vector<Value> rows;            ///< the whole objects, with places
  std::vector<Value> spans;           ///< of a CoNLL file, one array a text; empty for other files

  /// The labels of one field, one a text, null where absent. The tags of a CoNLL file have no name: they are
  /// the labels of whatever field is asked for.
  std::vector<Value> labels(std::string_view field) const;
};

/// Examples from one table each. A table without a text, or with "text_pair" where others have none, throws
/// Error with its place.
Examples examples_from_rows(std::vector<Value> rows, const std::string& text_field);

/// Reads a file by its ending: .jsonl; .csv and .tsv, whose header names the keys and whose empty cells are
/// null; .conll, .txt and .annotated (CoNLL). The key "text_pair" holds the second sentence of a pair, in
/// every line or in none. A file without examples, an unknown ending, a line without a text or whatever the
/// format forbids throws Error with file:line.
Examples read_examples(const std::filesystem::path& file, const std::string& text_field);

/// Files of examples, each read once.
class ExampleFiles {
 public:
  explicit ExampleFiles(std::string text_field) : text_field_(std::move(text_field)) {}
  /// The examples of a file; they stay where they are as long as this object.
  const Examples& get(const std::string& file);

  /// Puts another label under a field of an example; in a CoNLL file, under every field.
  void set_label(const std::string& file, const std::string& field, std::size_t row, Value label);

  /// The two parts into which `share` of a file's examples are drawn, under names that `get` knows.
  struct Parts {
    std::string train, dev;
  };
  Parts split(const std::string& file, double share, std::uint64_t seed);

  /// A file's examples that share no sentence with those of `others`, under a name that `get` knows. A file
  /// of which nothing is left throws Error.
  std::string without(const std::string& file, const std::vector<std::string>& others);

  /// `count` of a file's examples, drawn, under a name that `get` knows.
  std::string draw(const std::string& file, std::int64_t count, std::uint64_t seed);

 private:
  std::string text_field_;
  std::map<std::string, Examples> files_;
};

}  // namespace mtt
