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
#include "data/tag_list.h"
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

/// True and false are 1 and 0, as for heads that compare pairs.
double number_of(const Value& label) {
  return label.is(Value::Kind::boolean) ? static_cast<double>(label.boolean()) : label_number(label);
}

bool is_word(const Value& label) {
  if (!label.is(Value::Kind::string)) return false;
  try {
    label_number(label);
  } catch (const Error&) {
    return true;
  }
  return false;
}

std::string of_spans(std::int64_t part, std::int64_t all) {
  return std::to_string(part) + " of " + std::to_string(all) + " spans";
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
    if (task.transforms) {
      task.labelled[p] = part.examples->count();
      continue;
    }
    std::vector<Value> all = part.examples->labels(task.field);
    for (std::int64_t row = 0; row < part.examples->count(); ++row) {
      if (all[row].is(Value::Kind::null)) continue;
      ++task.labelled[p];
      labels.push_back({p, part.examples, row, std::move(all[row])});
    }
  }
  return labels;
}

class LabelChecker {
 public:
  LabelChecker(DataCheck& check, CheckedTask& task, const TextReader& reader)
      : check_(check), task_(task), reader_(reader), labels_(labels_of(check, task)) {}

  void run() {
    if (task_.transforms) return;
    if (labels_.empty())
      return add(true, "no example has a label under the key " + Value(task_.field).json());
    if (learns() && task_.labelled[0] == 0) add(true, "no example of train has a label for it");
    if (task_.kind == LabelKind::other) return;
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

  bool learns() const { return !task_.parts.empty() && part(0).role == DataRole::train; }

  void count(std::map<std::string, std::vector<std::int64_t>>& counts, const std::string& name,
             std::size_t part) {
    auto& of_name = counts[name];
    of_name.resize(task_.parts.size());
    ++of_name[part];
  }

  struct Unreadable {
    std::int64_t count = 0;
    std::vector<std::string> first = {};
    void add(const Error& error) {
      if (++count <= static_cast<std::int64_t>(kMostNamed)) first.emplace_back(error.what());
    }
  };

  void report(const Unreadable& unreadable) {
    if (unreadable.count == 0) return;
    add(true,
        std::to_string(unreadable.count) + (unreadable.count == 1 ? " label is" : " labels are") +
            " of another kind than the head reads (" + label_kind_name(task_.kind) + ")",
        unreadable.first);
  }

  void count_names() {
    std::map<std::string, std::vector<std::int64_t>> counts;
    Unreadable unreadable;
    const bool words =
        task_.kind == LabelKind::classes &&
        std::any_of(labels_.begin(), labels_.end(), [](const Label& l) { return is_word(l.value); });
    for (Label& label : labels_) {
      try {
        if (task_.kind == LabelKind::spans && is_tag_list(label.value))
          label.value = spans_of_tags(label.value, label.examples->tokens_of(label.row), task_.tags);
        if (words && label.value.is(Value::Kind::number))
          label.value.refuse("found " + label.value.json() + ", expected a string like the other labels");
        for (const std::string& name : label_names(task_.kind, label.value)) count(counts, name, label.part);
      } catch (const Error& error) {
        unreadable.add(error);
      }
    }
    report(unreadable);
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
      add(false, "the labels " + list + " differ only by case or white space");
    }
  }

  void count_numbers() {
    std::vector<std::pair<double, std::size_t>> numbers;  // with their parts
    Unreadable unreadable;
    for (const Label& label : labels_) {
      try {
        numbers.emplace_back(number_of(label.value), label.part);
      } catch (const Error& error) {
        unreadable.add(error);
      }
    }
    report(unreadable);
    if (numbers.empty()) return;
    const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
    const double from = low->first, width = (high->first - from) / kBins;
    const int bins = width > 0 ? kBins : 1;
    for (int b = 0; b < bins; ++b) {
      const std::string begin = short_number(from + b * width);
      task_.labels.push_back({bins == 1 ? begin : begin + " to " + short_number(from + (b + 1) * width),
                              std::vector<std::int64_t>(task_.parts.size(), 0)});
    }
    for (const auto& [number, part] : numbers) {
      const int bin = bins == 1 ? 0 : std::min(bins - 1, static_cast<int>((number - from) / width));
      ++task_.labels[bin].counts[part];
    }
  }

  void check_train() {
    if (!learns() || task_.labelled[0] == 0 || task_.kind == LabelKind::numbers) return;
    std::int64_t known = 0;
    std::vector<const LabelCount*> unseen;
    for (const LabelCount& label : task_.labels) {
      known += label.counts[0] > 0;
      if (label.counts[0] == 0) unseen.push_back(&label);
    }
    if (known == 0)
      add(true, task_.kind == LabelKind::spans ? "no example of train has a span"
                                               : "no example of train has a class");
    if (known == 1 && task_.kind != LabelKind::spans)
      add(false, "train has only one label, " + Value(task_.labels.front().label).json() +
                     "; add examples of another one");
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
    add(true, std::to_string(unseen.size()) + (unseen.size() == 1 ? " label is" : " labels are") +
                  " not in train: " + list);
  }

  void check_spans() {
    std::vector<SpanReport> reports(task_.parts.size());
    for (Label& label : labels_) {
      if (!label.value.is(Value::Kind::array)) continue;
      const Examples& examples = *label.examples;
      reports[label.part].add(
          label.value, examples.texts[label.row],
          task_.joint && !examples.partners.empty() ? &examples.partners[label.row] : nullptr, reader_);
    }
    SpanReport all;
    for (const SpanReport& report : reports) all.add(report);
    report_spans(all);
    for (std::size_t p = 0; p < reports.size(); ++p)
      if (const std::string hint = moved_hint(reports[p].moved, reports[p].spans); !hint.empty())
        add(false, part(p).name + ": " + of_spans(reports[p].moved, reports[p].spans) +
                       " do not begin and end at word boundaries. " + hint);
  }

  void report_spans(const SpanReport& report) {
    if (report.wrong > 0)
      add(true,
          std::to_string(report.wrong) + (report.wrong == 1 ? " example has" : " examples have") +
              " spans that cannot be",
          report.wrong_first);
    if (report.moved > 0)
      add(false,
          of_spans(report.moved, report.spans) +
              " do not begin and end at word boundaries; they are moved to whole words",
          report.moved_first);
    if (report.beyond > 0)
      add(false, of_spans(report.beyond, report.spans) + " end beyond the " +
                     std::to_string(check_.max_tokens) +
                     " tokens that the model reads; they are not used for training and count as missed");
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

void check_labels(DataCheck& check, CheckedTask& task, const TextReader& reader) {
  LabelChecker(check, task, reader).run();
}

}  // namespace mtt
