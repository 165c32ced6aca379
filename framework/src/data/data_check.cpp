#include "data/data_check.h"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "data/folded_text.h"
#include "data/label_check.h"
#include "data/overlap.h"

namespace mtt {
namespace {

std::string share(std::int64_t part, std::int64_t all) {
  return std::to_string(part) + " of " + std::to_string(all);
}

/// Calls `visit` with every sentence of a part and the row that it stands in.
template <class Visit>
void for_each_sentence(const CheckedPart& part, const Visit& visit) {
  for (std::int64_t row = 0; row < part.examples->count(); ++row) {
    visit(part.examples->texts[row], row);
    if (!part.examples->partners.empty()) visit(part.examples->partners[row], row);
  }
}

void name_parts(std::vector<CheckedPart>& parts) {
  for (CheckedPart& part : parts) {
    const bool taken = std::any_of(parts.begin(), parts.end(), [&](const CheckedPart& other) {
      return other.file != part.file && file_name(other.file) == file_name(part.file);
    });
    const std::string folder = file_name(std::filesystem::path(part.file).parent_path().string());
    part.name = (taken ? folder + "/" : "") + file_name(part.file);
  }
}

void check_texts(DataCheck& check, CheckedPart& part, const Tokenizer& tokenizer, const std::string& prompt) {
  std::unordered_set<std::string> seen;
  Tokens tokens;
  std::string first_empty, first_cut;
  std::int64_t sentences = 0;
  for (std::int64_t row = 0; row < part.examples->count(); ++row)
    part.repeated += !seen.insert(example_key(*part.examples, row)).second;
  for_each_sentence(part, [&](const std::string& text, std::int64_t row) {
    ++sentences;
    if (folded_text(text).empty()) {
      if (part.empty++ == 0) first_empty = example_place(*part.examples, row);
    }
    tokenizer.encode(prompt + text, 0, tokens);
    const auto length = static_cast<std::int64_t>(tokens.ids.size());
    part.longest = std::max(part.longest, length);
    if (check.max_tokens > 0 && length > check.max_tokens)
      if (part.cut++ == 0) first_cut = example_place(*part.examples, row);
  });
  const std::string name = role_name(part.role);
  if (part.empty > 0)
    check.findings.push_back(
        {false, "",
         name + ": " + share(part.empty, sentences) + " texts are empty, the first at " + first_empty});
  if (part.cut > 0)
    check.findings.push_back({false, "",
                              name + ": " + share(part.cut, sentences) + " texts are truncated to " +
                                  std::to_string(check.max_tokens) + " tokens, the first at " + first_cut +
                                  "; the longest has " + std::to_string(part.longest)});
}

void check_overlaps(DataCheck& check) {
  for (const CheckedPart& earlier : check.parts) {
    const KnownTexts known({earlier.examples});
    for (const CheckedPart& later : check.parts) {
      if (earlier.role >= later.role) continue;
      const Overlap overlap = find_overlap(*later.examples, known);
      if (overlap.examples == 0) continue;
      const bool pairs = !later.examples->partners.empty();
      check.findings.push_back(
          {false, "",
           std::string(role_name(later.role)) + ": " + share(overlap.examples, later.examples->count()) +
               (pairs ? " pairs of " : " examples of ") + later.name +
               (pairs ? " share a sentence with " : " are also in ") + role_name(earlier.role) + " (" +
               earlier.name + "), ignoring case and white space, the first at " +
               example_place(*later.examples, overlap.first) + "; " + std::to_string(overlap.whole) +
               " of them " + (pairs ? "are the same pair" : "exact duplicates")});
    }
  }
}

}  // namespace

const char* role_name(DataRole role) {
  return role == DataRole::train ? "train" : role == DataRole::dev ? "dev" : "test";
}

std::int64_t DataCheck::errors() const {
  return std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return f.error; });
}

void check_data(DataCheck& check, const Tokenizer& tokenizer, const std::string& prompt) {
  name_parts(check.parts);
  for (CheckedPart& part : check.parts) check_texts(check, part, tokenizer, prompt);
  check_overlaps(check);
  const TextReader reader(tokenizer, check.max_tokens, prompt);
  for (CheckedTask& task : check.tasks) check_labels(check, task, reader);
}

}  // namespace mtt
