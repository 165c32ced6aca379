#include "data/data_options.h"

#include "data/text_keys.h"

namespace mtt {

OptionList data_options() {
  return OptionList()
      .string("train", "", "The training set: .jsonl, .csv, .tsv, or CoNLL (.conll, .txt).")
      .string("dev", "", "The validation set, for model selection and early stopping.")
      .number("dev_share", 0, 0, 0.5,
              "Share of each training file that is held out as validation set if there is no dev file.")
      .integer("train_examples", 0, 0, std::nullopt,
               "Number of examples drawn from each training file, after dev_share; 0: all. The draw depends "
               "on run.seed; a larger draw contains the smaller ones.")
      .strings("test", std::vector<std::string>{},
               "The test sets, on which the heads are scored; each file is scored separately.")
      .boolean("drop_overlap", false,
               "Whether training examples are dropped if they share a sentence, ignoring case and white "
               "space, with a dev or test file of any task.")
      .string("text", "text",
              "Key (in a table: column) of the sentence. In JSONL it may hold an array of tokens, which are "
              "joined by single spaces.")
      .string("text_pair", std::string(kTextPair), "Key of the second sentence of a pair.");
}

}  // namespace mtt
