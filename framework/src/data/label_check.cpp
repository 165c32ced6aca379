#include "data/label_check.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>

#include "data/folded_text.h"
#include "data/label_names.h"
#include "data/span_check.h"
#include "mtt/error.h"
#include "mtt/label_set.h"

namespace mtt {
namespace {

constexpr std::size_t kMostNamed = 5;
constexpr int kBins = 10;

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

/// A label with where it comes from.
struct Label {
  std::size_t part;  // position within the task's parts
  const Examples* examples;
  std::int64_t row;
  Value value;
};

std::vector<Label> labels_of(const DataCheck& check, CheckedTask& task) {
  std::vector<Label> labels;
  task.labelled.assign(task.parts.size(), 0);
  for (std::size_t p = 0; p < task.parts.size(); ++p) {
    const CheckedPart& part = check.parts[task.parts[p]];
    std::vector<Value> all = part.examples->labels(task.field);
    for (const std::int64_t row : part.rows) {
      if (all[row].is(Value::Kind::null)) continue;
      ++task.labelled[p];
      labels.push_back({p, part.examples, row, std::move(all[row])});
    }
  }
  return labels;
}

LabelKind kind_of(const Value& label) {
  if (label.is(Value::Kind::array))
    return label.array().empty() || label.array()[0].is(Value::Kind::table) ? LabelKind::spans
                                                                            : LabelKind::sets;
  if (label.is(Value::Kind::integer)) return LabelKind::integers;
  if (label.is(Value::Kind::number)) return LabelKind::numbers;
  if (!label.is(Value::Kind::string)) return LabelKind::classes;
  try {
    label_number(label);
  } catch (const Error&) {
    return LabelKind::classes;
  }
  return label.string().find_first_of(".eE") == std::string::npos ? LabelKind::integers : LabelKind::numbers;
}

LabelKind kind_of(const std::vector<Label>& labels) {
  LabelKind kind = LabelKind::none;
  for (const Label& label : labels) {
    const LabelKind own = kind_of(label.value);
    const bool empty = own == LabelKind::spans && label.value.array().empty();  // or an empty set
    if (!empty && own != LabelKind::integers && own != LabelKind::numbers) return own;
    kind = std::max(kind, own);
  }
  return kind;
}

class LabelChecker {
 public:
  LabelChecker(DataCheck& check, CheckedTask& task, const TextReader& reader)
      : check_(check), task_(task), reader_(reader), labels_(labels_of(check, task)) {}

  void run() {
    task_.kind = kind_of(labels_);
    if (labels_.empty())
      return add(true, "no example has a label under the key " + Value(task_.field).json());
    if (task_.kind == LabelKind::numbers)
      count_numbers();
    else
      count_names();
    check_train();
    if (task_.kind == LabelKind::spans) check_spans();
    check_contradictions();
  }

 private:
  void add(bool error, const std::string& what, std::vector<std::string> examples = {}) {
    check_.findings.push_back({error, task_.name, what, std::move(examples)});
  }

  const CheckedPart& part(std::size_t p) const { return check_.parts[task_.parts[p]]; }

  bool learns() const { return !task_.parts.empty() && part(0).role == Role::train; }

  void count(std::map<std::string, std::vector<std::int64_t>>& counts, const std::string& name,
             std::size_t part) {
    auto& of_name = counts[name];
    of_name.resize(task_.parts.size());
    ++of_name[part];
  }

  void count_names() {
    std::map<std::string, std::vector<std::int64_t>> counts;
    std::int64_t unreadable = 0;
    std::vector<std::string> first;
    for (const Label& label : labels_) {
      try {
        if (task_.kind == LabelKind::spans || task_.kind == LabelKind::sets)
          label.value.array();
        else
          LabelSet::text(label.value);
        for (const std::string& name : label_names(label.value)) count(counts, name, label.part);
      } catch (const Error& error) {
        ++unreadable;
        if (first.size() < kMostNamed) first.push_back(error.what());
      }
    }
    if (unreadable > 0)
      add(true,
          std::to_string(unreadable) + (unreadable == 1 ? " label is" : " labels are") +
              " of another kind than the others, which are " + label_kind_name(task_.kind),
          first);
    for (auto& [name, of_name] : counts) task_.labels.push_back({name, std::move(of_name)});
    std::stable_sort(task_.labels.begin(), task_.labels.end(),
                     [](const LabelCount& a, const LabelCount& b) { return a.counts[0] > b.counts[0]; });
    check_spelling();
  }

  void check_spelling() {
    std::map<std::string, std::set<std::string>> spellings;
    for (const LabelCount& label : task_.labels)
      spellings[folded_text(label.label)].insert(Value(label.label).json());
    for (const auto& [folded, names] : spellings) {
      if (names.size() == 1) continue;
      std::string list;
      for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
      add(false, "the labels " + list + " differ by case or white space alone");
    }
  }

  void count_numbers() {
    std::vector<double> numbers;
    for (const Label& label : labels_) numbers.push_back(label_number(label.value));
    const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
    const double width = (*high - *low) / kBins;
    const int bins = width > 0 ? kBins : 1;
    for (int b = 0; b < bins; ++b) {
      const std::string from = short_number(*low + b * width);
      task_.labels.push_back({bins == 1 ? from : from + " to " + short_number(*low + (b + 1) * width),
                              std::vector<std::int64_t>(task_.parts.size(), 0)});
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const int bin = bins == 1 ? 0 : std::min(bins - 1, static_cast<int>((numbers[i] - *low) / width));
      ++task_.labels[bin].counts[labels_[i].part];
    }
  }

  void check_train() {
    if (!learns()) return;
    if (task_.labelled[0] == 0) return add(true, "no example of train has a label for it");
    if (task_.kind == LabelKind::numbers) return;
    std::int64_t known = 0;
    std::vector<const LabelCount*> unseen;
    for (const LabelCount& label : task_.labels) {
      known += label.counts[0] > 0;
      if (label.counts[0] == 0) unseen.push_back(&label);
    }
    if (known == 0) add(true, "no example of train has a span");
    if (known == 1 && task_.kind != LabelKind::spans)
      add(false, "train knows one label only, " + Value(task_.labels.front().label).json() +
                     "; there is nothing to tell it from");
    if (unseen.empty()) return;
    std::string list;
    for (std::size_t i = 0; i < std::min(unseen.size(), kMostNamed); ++i) {
      list += (i == 0 ? "" : ", ") + Value(unseen[i]->label).json() + " (";
      std::string parts;
      for (std::size_t p = 1; p < task_.parts.size(); ++p)
        if (unseen[i]->counts[p] > 0)
          parts += (parts.empty() ? "" : ", ") + std::string(role_name(part(p).role)) + " " +
                   std::to_string(unseen[i]->counts[p]);
      list += parts + ")";
    }
    if (unseen.size() > kMostNamed) list += " and others";
    const bool error = task_.kind != LabelKind::integers;
    add(error, std::to_string(unseen.size()) + (unseen.size() == 1 ? " label is" : " labels are") +
                   " not in train: " + list +
                   (error ? "" : "; it matters where the numbers are names of classes"));
  }

  void check_spans() {
    SpanReport report;
    for (Label& label : labels_) {
      if (!label.value.is(Value::Kind::array)) continue;
      report.add(label.value, label.examples->texts[label.row], reader_);
    }
    if (report.wrong > 0)
      add(true,
          std::to_string(report.wrong) + (report.wrong == 1 ? " example has" : " examples have") +
              " spans that cannot be",
          report.wrong_first);
    const std::string all = " of " + std::to_string(report.spans) + " spans ";
    if (report.moved > 0)
      add(false,
          std::to_string(report.moved) + all +
              "do not begin and end where words do; they are taken as whole words",
          report.moved_first);
    if (report.beyond > 0)
      add(false, std::to_string(report.beyond) + all + "end beyond the " + std::to_string(check_.max_tokens) +
                     " tokens that the model reads; they are not learned from and count as missed");
  }

  void check_contradictions() {
    std::map<std::size_t, std::unordered_map<std::string, std::vector<const Label*>>> by_text;
    for (const Label& label : labels_)
      by_text[label.part][example_key(*label.examples, label.row)].push_back(&label);
    for (const auto& [p, texts] : by_text) {
      std::vector<std::pair<const Label*, const Label*>> pairs;
      for (const auto& [text, labels] : texts) {
        const std::string own = labels.front()->value.json();
        const auto differs = std::find_if(labels.begin(), labels.end(),
                                          [&](const Label* label) { return label->value.json() != own; });
        if (differs != labels.end()) pairs.emplace_back(labels.front(), *differs);
      }
      if (pairs.empty()) continue;
      std::sort(pairs.begin(), pairs.end(), [](auto a, auto b) { return a.first->row < b.first->row; });
      std::vector<std::string> first;
      for (std::size_t i = 0; i < std::min(pairs.size(), kMostNamed); ++i) {
        const auto& [a, b] = pairs[i];
        first.push_back(example_place(*a->examples, a->row) + " and " + example_place(*b->examples, b->row) +
                        ": " + a->value.json() + " and " + b->value.json() + " for " +
                        Value(a->examples->texts[a->row]).json());
      }
      add(false,
          std::string(role_name(part(p).role)) + ": " + std::to_string(pairs.size()) +
              (pairs.size() == 1 ? " text has" : " texts have") + " more than one label",
          first);
    }
  }

  DataCheck& check_;
  CheckedTask& task_;
  const TextReader& reader_;
  std::vector<Label> labels_;
};

}  // namespace

const char* label_kind_name(LabelKind kind) {
  switch (kind) {
    case LabelKind::none:
      return "no labels";
    case LabelKind::classes:
      return "classes";
    case LabelKind::integers:
      return "whole numbers";
    case LabelKind::numbers:
      return "numbers";
    case LabelKind::spans:
      return "spans";
    case LabelKind::sets:
      return "sets of classes";
  }
  return "";
}

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

std::string short_place(const Value& value) {
  const Place& place = value.place();
  return file_name(place.source ? *place.source : "") + ":" + std::to_string(place.line);
}

std::string example_place(const Examples& examples, std::int64_t row) {
  return short_place(examples.rows[row]);
}

std::string example_key(const Examples& examples, std::int64_t row) {
  return examples.partners.empty() ? examples.texts[row]
                                   : examples.texts[row] + '\0' + examples.partners[row];
}

void check_labels(DataCheck& check, CheckedTask& task, const TextReader& reader) {
  LabelChecker(check, task, reader).run();
}

}  // namespace mtt
