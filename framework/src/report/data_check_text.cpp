#include "report/data_check_text.h"

#include <algorithm>

#include "data/label_names.h"
#include "io/terminal_text.h"
#include "value/utf8.h"

namespace mtt {
namespace {

constexpr std::size_t kMostRows = 20;
constexpr std::size_t kMostLabel = 32;
constexpr std::size_t kColumn = 9;
constexpr std::int64_t kBar = 30;
constexpr std::size_t kMostExample = 150;

std::string number(std::int64_t value) {
  const std::string digits = std::to_string(value);
  return std::string(digits.size() < kColumn ? kColumn - digits.size() : 1, ' ') + digits;
}

std::string right(const std::string& word) {
  return std::string(word.size() < kColumn ? kColumn - word.size() : 1, ' ') + word;
}

std::string plural(std::int64_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string bar(std::int64_t count, std::int64_t most) {
  if (count == 0) return "";
  std::string blocks;
  for (std::int64_t i = 0; i < std::max<std::int64_t>(1, kBar * count / most); ++i) blocks += "█";
  return "  " + blocks;
}

std::string part_text(const CheckedPart& part) {
  std::string text = padded(role_name(part.role), 6) + padded(printable(part.name), 24) + "  " +
                     plural(part.examples->count(), "example");
  if (!part.examples->partners.empty()) text += " (pairs)";
  text += ", longest " + plural(part.longest, "token");
  if (part.cut > 0) text += ", " + std::to_string(part.cut) + " cut";
  if (part.repeated > 0) text += ", " + std::to_string(part.repeated) + " repeated";
  return text + "\n";
}

std::string task_text(const DataCheck& check, const CheckedTask& task) {
  std::string text = "\n" + task.name + ": " + label_kind_name(task.kind) + "\n";
  if (task.parts.empty()) return text;
  std::size_t width = std::string_view("(with a label)").size();
  const std::size_t rows = std::min(task.labels.size(), kMostRows);
  for (std::size_t i = 0; i < rows; ++i)
    width = std::max(width, count_code_points(shortened(printable(task.labels[i].label), kMostLabel)));
  const auto line = [&](const std::string& name) {
    return "  " + padded(shortened(printable(name), kMostLabel), width);
  };
  text += line("");
  for (const std::size_t part : task.parts) text += right(role_name(check.parts[part].role));
  text += "\n";
  std::int64_t most = 1;
  for (const LabelCount& label : task.labels) most = std::max(most, label.counts[0]);
  for (std::size_t i = 0; i < rows; ++i) {
    const LabelCount& label = task.labels[i];
    text += line(label.label);
    for (const std::int64_t count : label.counts) text += number(count);
    text += bar(label.counts[0], most) + "\n";
  }
  if (rows < task.labels.size()) {
    text += line("and " + std::to_string(task.labels.size() - rows) + " more");
    for (std::size_t p = 0; p < task.parts.size(); ++p) {
      std::int64_t rest = 0;
      for (std::size_t i = rows; i < task.labels.size(); ++i) rest += task.labels[i].counts[p];
      text += number(rest);
    }
    text += "\n";
  }
  text += line("(with a label)");
  for (const std::int64_t count : task.labelled) text += number(count);
  text += "\n" + line("(without)");
  for (std::size_t p = 0; p < task.parts.size(); ++p)
    text += number(check.parts[task.parts[p]].examples->count() - task.labelled[p]);
  return text + "\n";
}

std::string finding_text(const Finding& finding) {
  std::string text = finding.error ? "error: " : "note: ";
  if (!finding.about.empty()) text += finding.about + ": ";
  text += printable(finding.what) + "\n";
  for (const std::string& example : finding.examples)
    text += "  " + shortened(printable(example), kMostExample) + "\n";
  return text;
}

Value findings_json(const DataCheck& check, bool errors) {
  Value::Array list;
  for (const Finding& finding : check.findings) {
    if (finding.error != errors) continue;
    Value::Array examples(finding.examples.begin(), finding.examples.end());
    list.push_back(
        Value::Table{{"about", finding.about}, {"what", finding.what}, {"examples", std::move(examples)}});
  }
  return list;
}

Value counts_json(const std::vector<std::int64_t>& counts, const CheckedTask& task, const DataCheck& check) {
  Value table{Value::Table{}};
  for (std::size_t p = 0; p < counts.size(); ++p)
    table.set(role_name(check.parts[task.parts[p]].role), counts[p]);
  return table;
}

}  // namespace

std::string data_check_text(const DataCheck& check) {
  std::string text;
  for (const CheckedPart& part : check.parts) text += part_text(part);
  if (check.max_tokens > 0)
    text += "The model reads at most " + plural(check.max_tokens, "token") + " of a text.\n";
  for (const CheckedTask& task : check.tasks) text += task_text(check, task);
  if (!check.findings.empty()) text += "\n";
  for (const bool error : {false, true})
    for (const Finding& finding : check.findings)
      if (finding.error == error) text += finding_text(finding);
  const std::int64_t errors = check.errors();
  return text + "\n" + plural(errors, "error") + ", " +
         plural(static_cast<std::int64_t>(check.findings.size()) - errors, "note") + "\n";
}

Value data_check_json(const DataCheck& check) {
  Value::Array files, tasks;
  for (const CheckedPart& part : check.parts)
    files.push_back(Value::Table{{"role", role_name(part.role)},
                                 {"file", part.file},
                                 {"examples", part.examples->count()},
                                 {"pairs", !part.examples->partners.empty()},
                                 {"repeated", part.repeated},
                                 {"empty", part.empty},
                                 {"longest", part.longest},
                                 {"cut", part.cut}});
  for (const CheckedTask& task : check.tasks) {
    Value::Array labels;
    for (const LabelCount& label : task.labels)
      labels.push_back(
          Value::Table{{"label", label.label}, {"counts", counts_json(label.counts, task, check)}});
    tasks.push_back(Value::Table{{"task", task.name},
                                 {"kind", label_kind_name(task.kind)},
                                 {"labelled", counts_json(task.labelled, task, check)},
                                 {"labels", std::move(labels)}});
  }
  return Value::Table{{"max_tokens", check.max_tokens},
                      {"files", std::move(files)},
                      {"tasks", std::move(tasks)},
                      {"errors", findings_json(check, true)},
                      {"notes", findings_json(check, false)}};
}

}  // namespace mtt
