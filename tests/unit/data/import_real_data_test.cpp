// The public data sets, written in their authors' formats from the JSONL that was made of them, where
// MTT_DATA names their folder: the import gives back the same examples.
#include <algorithm>
#include <sstream>

#include "catch.h"
#include "data/examples.h"
#include "data/import/import.h"
#include "temporary_folder.h"
#include "value/utf8.h"

namespace {

using mtt::Value;

std::vector<mtt::ImportedSplit> import(const std::string& name, const std::filesystem::path& input) {
  for (const mtt::ImportFormat& format : mtt::import_formats())
    if (format.name == name) return mtt::import_files(format, {input.string()}, {}).splits;
  throw std::runtime_error(name);
}

/// How many examples differ.
std::size_t different(const std::vector<Value>& imported, const mtt::Examples& expected) {
  REQUIRE(imported.size() == expected.rows.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < imported.size(); ++i) count += imported[i].json() != expected.rows[i].json();
  return count;
}

std::string slice(const std::string& text, std::int64_t begin, std::int64_t end) {
  const char* p = text.data();
  for (std::int64_t i = 0; i < begin; ++i) mtt::read_code_point(p);
  const char* const from = p;
  for (std::int64_t i = begin; i < end; ++i) mtt::read_code_point(p);
  return {from, p};
}

Value pieces_of(const Value& row) {
  const std::string& text = row.at("text").string();
  Value::Array pieces;
  std::int64_t at = 0;
  const auto add = [&](std::int64_t end, const char* label) {
    if (end == at) return;
    Value piece(Value::Table{{"text", slice(text, at, end)}});
    if (label != nullptr) piece.set("entity", label);
    pieces.push_back(std::move(piece));
    at = end;
  };
  for (const Value& span : row.at("entities").array()) {
    add(span.at("start").integer(), nullptr);
    add(span.at("end").integer(), span.at("label").string().c_str());
  }
  add(static_cast<std::int64_t>(mtt::count_code_points(text)), nullptr);
  return Value::Table{{"data", std::move(pieces)}};
}

}  // namespace

TEST_CASE("SNIPS, cut into its pieces, is put together again", "[data]") {
  MTT_FOLDER_OR_SKIP(folder, "MTT_DATA");
  const TemporaryFolder originals;
  for (const char* part : {"train", "dev", "test"}) {
    mtt::Examples expected = mtt::read_examples(folder + "/snips/" + part + ".jsonl");
    const auto intent = [](const Value& row) { return row.at("intent").string(); };
    std::stable_sort(expected.rows.begin(), expected.rows.end(),
                     [&](const Value& a, const Value& b) { return intent(a) < intent(b); });
    Value original(Value::Table{});
    for (const Value& row : expected.rows) {
      if (!original.find(intent(row))) original.set(intent(row), Value::Array{});
      original.find(intent(row))->array().push_back(pieces_of(row));
    }
    const auto splits = import("snips", originals.write("full.json", original.json()));
    CHECK(different(splits.at(0).rows, expected) == 0);
  }
}

TEST_CASE("CLINC150 in one file is split again", "[data]") {
  MTT_FOLDER_OR_SKIP(folder, "MTT_DATA");
  const TemporaryFolder originals;
  Value original(Value::Table{});
  const std::vector<std::pair<std::string, std::string>> parts = {
      {"val", "dev"}, {"train", "train"}, {"oos_test", "oos_test"}, {"test", "test"}};
  for (const auto& [key, part] : parts) {
    Value::Array pairs;
    for (const Value& row : mtt::read_examples(folder + "/clinc150/" + part + ".jsonl").rows)
      pairs.emplace_back(Value::Array{row.at("text"), row.at("intent")});
    original.set(key, std::move(pairs));
  }
  const auto splits = import("clinc", originals.write("data_full.json", original.json()));
  REQUIRE(splits.size() == parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CHECK(splits[i].name == parts[i].second);
    CHECK(different(splits[i].rows, mtt::read_examples(folder + "/clinc150/" + splits[i].name + ".jsonl")) ==
          0);
  }
}

TEST_CASE("pairs of the STS benchmark, in columns, are read again with their sources", "[data]") {
  MTT_FOLDER_OR_SKIP(folder, "MTT_DATA");
  const TemporaryFolder originals;
  const mtt::Examples expected = mtt::read_examples(folder + "/sts_images/test.jsonl");
  std::string columns;
  for (const Value& row : expected.rows) {
    columns += "main\t" + row.at("genre").string() + "\t2015\t0001\t" + row.at("similarity").json() + "\t" +
               row.at("text").string() + "\t" + row.at("text_pair").string();
    if (const Value* sources = row.find("attribution"))
      for (const Value& source : sources->array()) columns += "\t" + source.string();
    columns += "\n";
  }
  CHECK(different(import("stsb", originals.write("sts.csv", columns)).at(0).rows, expected) == 0);
}

TEST_CASE("the columns of W-NUT 2017 and the folders made of them have the entities that its reader finds",
          "[data]") {
  MTT_FOLDER_OR_SKIP(folder, "MTT_DATA");
  const std::string file = folder + "/wnut17/wnut17train.conll";
  const mtt::Examples expected = mtt::read_examples(file);
  const TemporaryFolder originals;
  std::string words, tags, intents;
  std::istringstream lines(file_text(file) + "\n");
  for (std::string line, word, tag; std::getline(lines, line);) {
    std::istringstream columns(line);
    const bool token = static_cast<bool>(columns >> word >> tag);
    if (token) {
      words += word + " ";
      tags += tag + " ";
    } else if (!words.empty() && words.back() == ' ') {
      words.back() = tags.back() = '\n';
      intents += "none\n";
    }
  }
  originals.write("seq.in", words);
  originals.write("seq.out", tags);
  originals.write("label", intents);
  for (const auto& rows :
       {import("conll", file).at(0).rows, import("jointbert", originals.path()).at(0).rows}) {
    REQUIRE(rows.size() == expected.rows.size());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
      wrong += rows[i].at("text").string() != expected.texts[i] ||
               rows[i].at("entities").json() != expected.spans[i].json();
    CHECK(wrong == 0);
  }
}
