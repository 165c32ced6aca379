// Labels that a head or a score would refuse in the middle of a run.
#pragma once

#include <string>
#include <vector>

#include "data/data_check.h"
#include "data/examples.h"
#include "data/whole_words.h"
#include "model/encoder.h"

namespace mtt {

/// Labels of one task in one file.
struct LabelledFile {
  std::size_t task = 0;
  std::string name;   ///< of the task
  std::string field;  ///< the key of its labels
  std::string file;   ///< a name that ExampleFiles knows
  DataRole role = DataRole::train;
  std::vector<std::string> tags = {};  ///< names of integer tags
  bool joint = false;                  ///< the task reads joint pairs
  bool transforms = false;             ///< its head makes targets of the inputs: there are no labels
};

/// The first example of a file with tags that spans_of_tags refuses, or spans that whole_word_spans does, and
/// how many more there are; "" where there is none. Other labels are left to the head.
/// `tags`: labels may be tags of tokens.
std::string span_problem(const LabelledFile& labels, const Examples& examples, const TextReader& reader,
                         bool tags);

/// What a task's head throws when it prepares, and of held-out examples scores, the labels of a file: a
/// sentence each for `prepare`, `score` and `right`, with the first example and how many more there are.
/// Scores are tried on what the head predicts for logits of its own, so that texts need not be encoded.
/// Held-out labels that the head does not know are no problem: they count as wrong.
std::vector<std::string> label_problems(const LabelledFile& labels, const Examples& examples,
                                        const Encoder& encoder);

}  // namespace mtt
