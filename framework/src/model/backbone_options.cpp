#include "model/backbone_options.h"

namespace mtt {

OptionList backbone_options() {
  return OptionList()
      .string("model", std::nullopt,
              "The name of a model in the local caches, or a directory (beginning with '/', './', '../' or "
              "'${MTT_DATA}').")
      .string("plugin", "auto", "The backbone plugin; auto: the plugin for the model's model_type.")
      .choices("pooling", std::vector<std::string>{"model"}, pooling_words(),
               "Pooling of token vectors into a sentence vector: model (as in the model's directory), or one "
               "or several poolings, concatenated.")
      .choice("normalize", "model", {"model", "yes", "no"},
              "Whether sentence vectors are normalised to length 1; model: as in the model's directory.")
      .integer(
          "max_tokens", 0, 0, 1'000'000,
          "Maximum number of tokens per sentence; longer sentences are truncated; 0: the model's own limit.")
      .string("prompt", "",
              "Prompt that is prepended to every sentence: the name of a prompt of the model, or its text.")
      .table("options", "Options of the backbone plugin.");
}

const std::vector<std::string>& pooling_words() {
  static const std::vector<std::string> words = {"model",         "cls",          "mean",     "max",
                                                 "mean_sqrt_len", "weightedmean", "lasttoken"};
  return words;
}

}  // namespace mtt
