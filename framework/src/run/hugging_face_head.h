// What config.json says of the head of a transformers model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mtt/head.h"
#include "mtt/value.h"

namespace mtt {

/// The head that `architectures` names.
struct HuggingFaceHead {
  std::string architecture;  ///< "BertForSequenceClassification"
  ProblemType type = ProblemType::none;
  std::string dense;                ///< the layer before the classifier, as the checkpoint names it; "": none
  std::string activation;           ///< of that layer
  std::string classifier;           ///< "classifier", "classifier.out_proj"
  std::vector<std::string> labels;  ///< id2label in the order of ids; for tokens: tags
};

/// Reads it, by transformers' rules: without id2label the labels are LABEL_0, LABEL_1, ... (num_labels of
/// them, else 2); the kind of a classifier is `problem_type`, and without it a single label has a sigmoid and
/// several have a softmax. None where `architectures` names no class with such a head. Labels that are not
/// numbered from 0 or are there twice, and a regression of several numbers, throw Error.
std::optional<HuggingFaceHead> hugging_face_head(const Value& config);

/// The class with a head for which there are no rules here ("BertForQuestionAnswering"); "" where
/// `architectures` names none.
std::string unknown_head(const Value& config);

}  // namespace mtt
