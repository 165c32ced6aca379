#include "data/data_check.h"

#include <algorithm>

#include "catch.h"
#include "report/data_check_text.h"
#include "temporary_folder.h"
#include "unit/text/bert_tokenizer.h"

namespace {

const mtt::Tokenizer& tokenizer() {
  static const mtt::Tokenizer tokenizer =
      bert_tokenizer("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwake\nme\nup\nat\nsix\n##er\n.\n");
  return tokenizer;
}

/// Files written, read and checked as one task `task` whose head declares `kind`.
struct Checked {
  TemporaryFolder folder;
  mtt::ExampleFiles files;
  mtt::DataCheck check;

  explicit Checked(const std::vector<std::string>& contents, const std::string& ending = ".jsonl",
                   std::int64_t max_tokens = 0, mtt::LabelKind kind = mtt::LabelKind::classes) {
    check.max_tokens = max_tokens;
    mtt::CheckedTask& task = check.tasks.emplace_back();
    task.name = task.field = "task";
    task.kind = kind;
    for (std::size_t i = 0; i < contents.size(); ++i) {
      if (contents[i].empty()) continue;
      const auto role = static_cast<mtt::DataRole>(i);
      mtt::CheckedPart part;
      part.role = role;
      part.file = folder.write(mtt::role_name(role) + ending, contents[i]).string();
      part.examples = &files.get(part.file);
      task.parts.push_back(check.parts.size());
      check.parts.push_back(std::move(part));
    }
    mtt::check_data(check, tokenizer(), "");
  }

  Checked(mtt::LabelKind kind, const std::vector<std::string>& contents, const std::string& ending = ".jsonl")
      : Checked(contents, ending, 0, kind) {}

  const mtt::CheckedTask& task() const { return check.tasks[0]; }
  /// "error: ..." or "note: ..." for each finding, examples behind it.
  std::string findings() const {
    std::string all;
    for (const mtt::Finding& finding : check.findings) {
      all += std::string(finding.error ? "error: " : "note: ") + finding.what + "\n";
      for (const std::string& example : finding.examples) all += "  " + example + "\n";
    }
    return all;
  }
  std::string counts() const {
    std::string all;
    for (const mtt::LabelCount& label : task().labels) {
      all += label.label + ":";
      for (const std::int64_t count : label.counts) all += " " + std::to_string(count);
      all += "; ";
    }
    return all;
  }
};

}  // namespace

TEST_CASE("data check: counts, and nothing found where nothing is wrong") {
  const Checked c({R"({"text":"wake me","task":"b"}
{"text":"up","task":"a"}
{"text":"at six","task":"b"}
{"text":"six"}
)",
                   "", R"({"text":"me","task":"a"})"});
  CHECK(c.findings().empty());
  CHECK(c.task().labelled == std::vector<std::int64_t>{3, 1});
  CHECK(c.counts() == "b: 2 0; a: 1 1; ");
  CHECK(c.check.parts[0].longest == 4);
  CHECK(c.check.errors() == 0);
}

TEST_CASE("data check: labels that train does not know") {
  const Checked names({R"({"text":"wake","task":"a"}
{"text":"up","task":"b"})",
                       R"({"text":"me","task":"c"})", R"({"text":"six","task":"c"})"});
  CHECK(names.findings() == "error: 1 label is not in train: \"c\" (dev 1, test 1)\n");
  const Checked whole({R"({"text":"wake","task":1}
{"text":"up","task":2})",
                       "", R"({"text":"six","task":3})"});
  CHECK(whole.findings() == "error: 1 label is not in train: \"3\" (test 1)\n");
  const Checked numbers(mtt::LabelKind::numbers, {R"({"text":"wake","task":1}
{"text":"up","task":2})",
                                                  "", R"({"text":"six","task":3})"});
  CHECK(numbers.findings().empty());
  const Checked spans(mtt::LabelKind::spans,
                      {R"({"text":"wake me","task":[{"start":0,"end":4,"label":"x"}]})", "",
                       R"({"text":"six up","task":[{"start":0,"end":3,"label":"y"}]})"});
  CHECK_THAT(spans.findings(), Contains("error: 1 label is not in train: \"y\" (test 1)"));
  const Checked nothing({R"({"text":"wake"})", "", R"({"text":"six","task":"a"})"});
  CHECK_THAT(nothing.findings(), Contains("error: no example of train has a label"));
  const Checked never({R"({"text":"wake"})"});
  CHECK_THAT(never.findings(), Contains("error: no example has a label under the key \"task\""));
}

TEST_CASE("data check: labels that differ only by case or white space") {
  const Checked c({R"({"text":"wake","task":"On"}
{"text":"up","task":"off"}
{"text":"me","task":"on"}
{"text":"six","task":"on "})"});
  CHECK(c.findings() == "note: the labels \"On\", \"on \", \"on\" differ only by case or white space\n");
}

TEST_CASE("data check: one class only, contradictions, empty texts and repetitions") {
  const Checked c({R"({"text":"wake","task":"a"}
{"text":" ","task":"a"}
{"text":"wake","task":"a"}
)"});
  CHECK_THAT(c.findings(), Contains("note: train: 1 of 3 texts are empty, the first at train.jsonl:2\n") &&
                               Contains("note: train has only one label, \"a\""));
  CHECK(c.check.parts[0].repeated == 1);
  const Checked contradicting({R"({"text":"wake","task":"a"}
{"text":"up","task":"b"}
{"text":"wake","task":"b"}
)"});
  CHECK(contradicting.findings() ==
        "note: train: 1 text has more than one label\n"
        "  train.jsonl:1 and train.jsonl:3: \"a\" and \"b\" for \"wake\"\n");
}

TEST_CASE("data check: texts of one part that are in another") {
  const Checked c({R"({"text":"wake me","task":"a"}
{"text":"up","task":"b"})",
                   "", R"({"text":"Wake  me","task":"a"}
{"text":"up","task":"b"}
{"text":"six","task":"a"})"});
  CHECK(c.findings() ==
        "note: test: 2 of 3 examples of test.jsonl are also in train (train.jsonl), ignoring case and white "
        "space, the first at test.jsonl:1; 1 of them exact duplicates\n");
  const Checked pairs({R"({"text":"wake","text_pair":"up","task":0.5})", "",
                       R"({"text":"six","text_pair":"wake","task":0.5})"});
  CHECK_THAT(pairs.findings(), Contains("test: 1 of 1 pairs of test.jsonl share a sentence with train"));
}

TEST_CASE("data check: texts that are cut") {
  const Checked c({R"({"text":"wake me up at six","task":"a"}
{"text":"six","task":"b"})"},
                  ".jsonl", 6);
  CHECK(
      c.findings() ==
      "note: train: 1 of 2 texts are truncated to 6 tokens, the first at train.jsonl:1; the longest has 7\n");
  CHECK(c.check.parts[0].cut == 1);
}

TEST_CASE("data check: spans that words do not fit, and spans that cannot be") {
  const Checked c(mtt::LabelKind::spans, {R"({"text":"waker at six.","task":[{"start":0,"end":4,"label":"x"})"
                                          R"(,{"start":9,"end":12,"label":"y"}]}
{"text":"up  six","task":[{"start":2,"end":4,"label":"x"}]}
{"text":"up","task":[{"start":0,"end":3,"label":"x"}]}
{"text":"six","task":[]}
{"text":"waker","task":[{"start":4,"end":5,"label":"x"},{"start":0,"end":4,"label":"y"}]}
{"text":"up six","task":[{"start":0,"end":3,"label":"x"}]}
)"});
  CHECK(c.findings().find("error: 2 examples have spans that cannot be\n") == 0);
  CHECK_THAT(c.findings(), Contains("the span 2..4 holds only white space") &&
                               Contains("ends beyond the text of 2 characters"));
  CHECK_THAT(
      c.findings(),
      Contains("note: 4 of 5 spans do not begin and end at word boundaries; they are moved to whole words\n"
               "  train.jsonl:1: 0..4 \"wake\" becomes 0..5 \"waker\"\n"
               "  train.jsonl:5: 0..4 \"wake\" becomes 0..5 \"waker\"\n"
               "  train.jsonl:5: 4..5 \"r\" is part of a word of the previous span and is dropped\n"
               "  train.jsonl:6: 0..3 \"up \" becomes 0..2 \"up\"\n"));
  CHECK_THAT(c.findings(),
             Contains("note: train.jsonl: 4 of 5 spans do not begin and end at word boundaries. Most "
                      "spans of the file are not at word boundaries, so its offsets may be wrong."));
  CHECK(c.counts() == "x: 5; y: 2; ");
  CHECK(Checked(mtt::LabelKind::spans, {"wake\tB-x\nme\tO\n\nup\tO\n"}, ".conll").findings().empty());
}

TEST_CASE("data check: spans behind the last token that is read") {
  const Checked c(
      {R"({"text":"wake me up","task":[{"start":0,"end":4,"label":"x"},{"start":8,"end":10,"label":"x"}]})"},
      ".jsonl", 4, mtt::LabelKind::spans);
  CHECK_THAT(c.findings(), Contains("note: 1 of 2 spans end beyond the 4 tokens that the model reads"));
}

TEST_CASE("data check: numbers are shown in ranges, and cells of tables count as what they say") {
  const Checked c(mtt::LabelKind::numbers, {"text,task\nwake,0\nme,0.5\nup,1.0\nsix,1\n"}, ".csv");
  CHECK(c.counts() ==
        "0 to 0.1: 1; 0.1 to 0.2: 0; 0.2 to 0.3: 0; 0.3 to 0.4: 0; 0.4 to 0.5: 0; 0.5 to 0.6: 1; "
        "0.6 to 0.7: 0; 0.7 to 0.8: 0; 0.8 to 0.9: 0; 0.9 to 1: 2; ");
  CHECK(Checked({"text,task\nwake,007\nme,1\n"}, ".csv").counts() == "007: 1; 1: 1; ");
  const Checked word(mtt::LabelKind::numbers, {"text,task\nwake,1\nme,loud\nup,2\n"}, ".csv");
  CHECK_THAT(word.findings(), Contains("error: 1 label is of another kind than the head reads (numbers)\n") &&
                                  Contains("train.csv:3:"));
  const Checked mixed({R"({"text":"wake","task":"a"}
{"text":"me","task":0.5}
{"text":"up","task":"b"})"});
  CHECK_THAT(mixed.findings(), Contains("error: 1 label is of another kind than the head reads (classes)") &&
                                   Contains("train.jsonl:2:"));
}

TEST_CASE("data check: labels of a head that declares no kind are counted, not judged") {
  const Checked c(mtt::LabelKind::other, {R"({"text":"wake","task":{"from":1}}
{"text":"wake","task":{"from":2}}
{"text":"up"})",
                                          "", R"({"text":"six","task":["a", 1]})"});
  CHECK(c.findings().empty());
  CHECK(c.task().labelled == std::vector<std::int64_t>{2, 1});
  CHECK(c.counts().empty());
  CHECK_THAT(mtt::data_check_text(c.check), Contains("\ntask: labels of another kind\n"));
  const Checked none(mtt::LabelKind::other, {R"({"text":"wake"})"});
  CHECK(none.findings() == "error: no example has a label under the key \"task\"\n");
}

TEST_CASE("data check: a set may be one name, and its members are checked") {
  const Checked c(mtt::LabelKind::sets, {R"({"text":"wake","task":["a","b"]}
{"text":"me","task":"b"}
{"text":"up","task":[]})",
                                         "", R"({"text":"six","task":[{"start":0,"end":1,"label":"a"}]})"});
  CHECK(c.counts() == "b: 2 0; a: 1 0; ");
  CHECK_THAT(c.findings(),
             Contains("error: 1 label is of another kind than the head reads (sets of classes)"));
}

TEST_CASE("data check: the report has a bar for each label, and its JSON has all that the report says") {
  const Checked c({R"({"text":"wake","task":"a"}
{"text":"up","task":"a"}
{"text":"me \u001b[2J","task":"b\u001b[2J"})",
                   "", R"({"text":"wake","task":"c"})"});
  const std::string text = mtt::data_check_text(c.check);
  CHECK(text.find('\x1b') == std::string::npos);
  const auto bars = [&](std::size_t from, std::size_t to) {
    const std::string line = text.substr(from, to - from);
    std::size_t count = 0;
    for (std::size_t at = 0; (at = line.find("█", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  const std::size_t a = text.find("\n  a "), b = text.find("\n  b"), other = text.find("\n  c ");
  REQUIRE(a < b);
  REQUIRE(b < other);
  CHECK(bars(a, b) == 30);
  CHECK(bars(b, other) == 15);
  CHECK_THAT(text, Contains("train train.jsonl               3 examples, longest") &&
                       Contains("error: task: 1 label is not in train") && Contains("\n1 error, 1 note\n"));
  const mtt::Value json = mtt::data_check_json(c.check);
  CHECK(json.at("files").array()[1].at("role").string() == "test");
  CHECK(json.at("tasks").array()[0].at("labels").array()[0].json() ==
        R"({"label":"a","counts":{"train":2,"test":0}})");
  CHECK(json.at("errors").array().size() == 1);
  CHECK(json.at("notes").array().size() == 1);
}
