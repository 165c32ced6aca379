// The public data sets, where MTT_DATA names their folder. How many examples there are stands in their
// README.md; how many entities W-NUT 2017 has, in its paper (Derczynski et al. 2017).
#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>

#include "catch.h"
#include "data/data_check.h"
#include "data/examples.h"
#include "mtt/label_set.h"
#include "unit/text/bert_tokenizer.h"

namespace fs = std::filesystem;

namespace {

struct Expected {
  std::size_t examples = 0;
  std::size_t spans = 0;  ///< of CoNLL files
};

const std::map<std::string, Expected> kFiles = {
    {"askubuntu/train.jsonl", {53}},
    {"askubuntu/test.jsonl", {109}},
    {"clinc150/train.jsonl", {15000}},
    {"clinc150/dev.jsonl", {3000}},
    {"clinc150/test.jsonl", {4500}},
    {"clinc150/oos_test.jsonl", {1000}},
    {"crossner_ai/train.txt", {100, 532}},
    {"crossner_ai/dev.txt", {350, 1549}},
    {"crossner_ai/test.txt", {431, 1809}},
    {"sentence_polarity/train.jsonl", {8528}},
    {"sentence_polarity/dev.jsonl", {1066}},
    {"sentence_polarity/test.jsonl", {1066}},
    {"sentiment_ood/editorials.jsonl", {2970}},
    {"sentiment_ood/product_reviews.jsonl", {2985}},
    {"sentiment_ood/tweets.jsonl", {3432}},
    {"snips/train.jsonl", {13085}},
    {"snips/dev.jsonl", {700}},
    {"snips/test.jsonl", {699}},
    {"sts_images/train.jsonl", {1000}},
    {"sts_images/dev.jsonl", {250}},
    {"sts_images/test.jsonl", {504}},
    {"wnut17/wnut17train.conll", {3394, 1975}},
    {"wnut17/emerging.dev.conll", {1009, 836}},
    {"wnut17/emerging.test.annotated", {1287, 1079}},
};

/// train and test of a set, checked for one task; its words are real, its tokens are not.
mtt::DataCheck check(const std::string& folder, const std::string& field, mtt::ExampleFiles& files,
                     mtt::LabelKind kind = mtt::LabelKind::classes) {
  mtt::DataCheck check;
  mtt::CheckedTask& task = check.tasks.emplace_back();
  task.name = task.field = field;
  task.kind = kind;
  for (const mtt::DataRole role : {mtt::DataRole::train, mtt::DataRole::test}) {
    mtt::CheckedPart part;
    part.role = role;
    part.file = folder + "/" + mtt::role_name(role) + ".jsonl";
    part.examples = &files.get(part.file);
    task.parts.push_back(check.parts.size());
    check.parts.push_back(std::move(part));
  }
  const char vocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  mtt::check_data(check, bert_tokenizer(vocabulary), "");
  return check;
}

std::string said(const mtt::DataCheck& check) {
  std::string all;
  for (const mtt::Finding& finding : check.findings) all += finding.what + "\n";
  return all;
}

}  // namespace

TEST_CASE("every file of the data sets is read whole", "[data]") {
  MTT_FOLDER_OR_SKIP(folder, "MTT_DATA");
  std::size_t seen = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const auto expected = kFiles.find(fs::relative(entry.path(), folder).string());
    const std::string ending = entry.path().extension().string();
    if (ending == ".jsonl" || ending == ".conll" || ending == ".annotated") {
      INFO(entry.path().string());
      CHECK(expected != kFiles.end());
    }
    if (expected == kFiles.end()) continue;
    INFO(expected->first);
    ++seen;
    const mtt::Examples examples = mtt::read_examples(entry.path());
    CHECK(examples.texts.size() == expected->second.examples);
    CHECK(examples.partners.size() == (expected->first.starts_with("sts_") ? examples.texts.size() : 0));
    std::size_t spans = 0;
    for (const mtt::Value& array : examples.spans) spans += array.array().size();
    CHECK(spans == expected->second.spans);
  }
  CHECK(seen == kFiles.size());
}

TEST_CASE("the known flaws of the data sets are found", "[data]") {
  MTT_FOLDER_OR_SKIP(folder, "MTT_DATA");
  mtt::ExampleFiles files;
  const mtt::DataCheck snips = check(folder + "/snips", "intent", files);
  CHECK(snips.tasks[0].labels.size() == 7);
  CHECK(snips.errors() == 0);
  CHECK_THAT(said(snips), Contains("of 699 examples of test.jsonl are also in train") &&
                              Contains("19 of them exact duplicates"));
  const mtt::DataCheck slots = check(folder + "/snips", "entities", files, mtt::LabelKind::spans);
  CHECK(slots.tasks[0].labels.size() == 39);
  const mtt::DataCheck similarity =
      check(folder + "/sts_images", "similarity", files, mtt::LabelKind::numbers);
  CHECK_THAT(said(similarity), Contains("78 of 504 pairs of test.jsonl share a sentence with train"));
  CHECK(check(folder + "/sentence_polarity", "sentiment", files).errors() == 0);
}
