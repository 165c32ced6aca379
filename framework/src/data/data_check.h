// What is wrong, or worth knowing, about the examples of an experiment.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/examples.h"
#include "mtt/label_kind.h"
#include "text/tokenizer.h"

namespace mtt {

/// How an experiment uses examples, in the order of reports.
enum class DataRole { train, dev, test };
/// "train", "dev", "test".
const char* role_name(DataRole role);

/// Examples of a file, all of them or one side of a split, as they are checked.
struct CheckedPart {
  DataRole role = DataRole::train;
  std::string file;
  const Examples* examples = nullptr;

  std::string name;           ///< the file's name, with its folder where another file has the same
  std::int64_t repeated = 0;  ///< examples whose text (with its partner) came before
  std::int64_t empty = 0;     ///< texts without a character but white space, partners included
  std::int64_t longest = 0;   ///< tokens of the longest text, prompt and special tokens included
  std::int64_t cut = 0;       ///< texts longer than the limit, partners included
};

/// How often a label (of numbers: a range of them) occurs in each part of a task; spans are counted singly.
struct LabelCount {
  std::string label;
  std::vector<std::int64_t> counts;
};

/// A task as it is checked.
struct CheckedTask {
  bool joint = false;       ///< it reads both texts of an example jointly
  bool transforms = false;  ///< its head makes targets of the inputs: every example counts as labelled
  std::string name, field;
  std::vector<std::string> tags = {};  ///< names of integer tags
  LabelKind kind = LabelKind::other;   ///< as the task's head declares it
  std::vector<std::size_t> parts;      ///< indices into DataCheck::parts, at most one a role, in their order

  std::vector<std::int64_t> labelled;  ///< of each part: examples with a label
  std::vector<LabelCount> labels;      ///< the most frequent in the first part first; none for `other`
};

/// Something found: an error, with which a run would fail or its scores mislead, or a note.
struct Finding {
  bool error = false;
  std::string about;                       ///< a task's name, or "" for the files
  std::string what;                        ///< one sentence
  std::vector<std::string> examples = {};  ///< the first few, one a line, with file:line
};

/// Everything that was found.
struct DataCheck {
  std::int64_t max_tokens = 0;  ///< 0: no limit
  std::vector<CheckedPart> parts;
  std::vector<CheckedTask> tasks;
  std::vector<Finding> findings;

  std::int64_t errors() const;
};

/// Fills in the facts and findings of a check whose parts and tasks name their examples. `prompt` stands
/// before every text.
void check_data(DataCheck& check, const Tokenizer& tokenizer, const std::string& prompt);

}  // namespace mtt
