// Labelled examples from files of several formats.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/text_keys.h"
#include "mtt/value.h"

namespace mtt {

/// Texts and the labels of several fields; a field that a line lacks is null for that line.
struct Examples {
  std::vector<std::string> texts;
  std::vector<std::string> partners;  ///< the second sentences of pairs; empty unless every line has one
  std::vector<Value> rows;            ///< the whole objects, with places
  std::vector<Value> spans;           ///< of a CoNLL file, one array a text; empty for other files
  std::vector<Value> tokens;    ///< arrays whose tokens are joined in `texts`, null for other texts; or empty
  std::vector<Value> repeated;  ///< names that several columns of a table have
  TextKeys keys;                ///< as they were read
  std::string why_no_partners;  ///< where there are no partners: why, and what to do
  std::vector<std::string> warnings;  ///< what looks wrong in the file and can be right

  std::int64_t count() const { return static_cast<std::int64_t>(texts.size()); }

  /// The labels of one field, one a text, null where absent. The tags of a CoNLL file have no name: they are
  /// the labels of whatever field is asked for. A field of several columns throws Error.
  std::vector<Value> labels(std::string_view field) const;

  /// The texts under the key "negatives" of each example, an array of strings; none where a line has no such
  /// key. Another value throws Error with its place.
  std::vector<std::vector<std::string>> negatives() const;

  /// The tokens of a text, or null.
  const Value& tokens_of(std::size_t row) const;
};

/// Examples from one table each. A text is a string, or an array of tokens, which are joined by single
/// spaces. A table without a text throws Error with its place.
Examples examples_from_rows(std::vector<Value> rows, const TextKeys& keys = {});

/// Reads a file by its ending: .jsonl; .csv and .tsv, whose header names the keys and whose empty cells are
/// null; .conll, .txt and .annotated (CoNLL). A file without examples, an unknown ending, a line without a
/// text or whatever the format forbids throws Error with file:line.
Examples read_examples(const std::filesystem::path& file, const TextKeys& keys = {});

/// Files of examples, each read once.
class ExampleFiles {
 public:
  /// Files that are named by their path are read with `keys`.
  explicit ExampleFiles(TextKeys keys = {}) : keys_(std::move(keys)) {}
  /// The examples of a file; they stay where they are as long as this object.
  const Examples& get(const std::string& file);

  /// The examples of a file, read with other keys, under a name that `get` knows; the file's own name where
  /// the keys are those of all files, or the file has no keys.
  std::string with_keys(const std::string& file, const TextKeys& keys);
  /// The file of a name that `with_keys` gave; any other name itself.
  const std::string& path(const std::string& name) const;

  /// The warnings of all files that were read.
  std::vector<std::string> warnings() const;

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
  const Examples& add(const std::string& name, const std::string& file, const TextKeys& keys);

  TextKeys keys_;
  std::map<std::string, Examples> files_;
  std::map<std::string, std::string> paths_;  ///< of names that `with_keys` gave
};

}  // namespace mtt
