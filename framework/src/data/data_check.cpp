#include "data/data_check.h"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "data/folded_text.h"
#include "data/label_check.h"

namespace mtt {
namespace {

using Texts = std::unordered_set<std::string>;

std::string share(std::int64_t part, std::int64_t all) {
  return std::to_string(part) + " of " + std::to_string(all);
}

/// Calls `visit` with every sentence of a part and the row that it stands in.
template <class Visit>
void for_each_sentence(const CheckedPart& part, const Visit& visit) {
  for (const std::int64_t row : part.rows) {
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
  Texts seen;
  Tokens tokens;
  std::string first_empty, first_cut;
  std::int64_t sentences = 0;
  for (const std::int64_t row : part.rows)
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
                              name + ": " + share(part.cut, sentences) + " texts are cut to " +
                                  std::to_string(check.max_tokens) + " tokens, the first at " + first_cut +
                                  "; the longest has " + std::to_string(part.longest)});
}

struct Sentences {
  Texts exact, folded;
};

Sentences sentences_of(const CheckedPart& part) {
  Sentences result;
  for_each_sentence(part, [&](const std::string& text, std::int64_t) {
    result.exact.insert(text);
    result.folded.insert(folded_text(text));
  });
  return result;
}

void check_overlap(DataCheck& check, const CheckedPart& earlier, const Sentences& known,
                   const CheckedPart& later) {
  std::int64_t exact = 0, folded = 0;
  std::string first;
  for (const std::int64_t row : later.rows) {
    bool same = false, alike = false;
    const auto look = [&](const std::string& text) {
      same = same || known.exact.contains(text);
      alike = alike || known.folded.contains(folded_text(text));
    };
    look(later.examples->texts[row]);
    if (!later.examples->partners.empty()) look(later.examples->partners[row]);
    exact += same;
    folded += alike;
    if (alike && first.empty()) first = example_place(*later.examples, row);
  }
  if (folded == 0) return;
  const std::string what = std::string(role_name(later.role)) + ": " +
                           share(folded, static_cast<std::int64_t>(later.rows.size())) + " examples of " +
                           later.name + " are also in " + role_name(earlier.role) + " (" + earlier.name +
                           "), ignoring case and white space, the first at " + first + "; " +
                           std::to_string(exact) + " of them exact duplicates";
  check.findings.push_back({false, "", what});
}

void check_overlaps(DataCheck& check) {
  for (const CheckedPart& earlier : check.parts) {
    const Sentences known = sentences_of(earlier);
    for (const CheckedPart& later : check.parts)
      if (earlier.role < later.role) check_overlap(check, earlier, known, later);
  }
}

}  // namespace

const char* role_name(Role role) {
  return role == Role::train ? "train" : role == Role::dev ? "dev" : "test";
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
