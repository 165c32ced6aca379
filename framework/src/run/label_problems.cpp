#include "run/label_problems.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>

#include "data/label_names.h"
#include "data/tag_list.h"
#include "mtt/error.h"
#include "mtt/label_set.h"

namespace mtt {
namespace {

constexpr std::int64_t kChunk = 256;

/// Errors of one kind in the examples of a file: the first is told, the others are counted.
class Problem {
 public:
  Problem(const LabelledFile& labels, const Examples& examples) : labels_(labels), examples_(examples) {}

  void add(std::int64_t row, const std::string& what) {
    if (count_++ > 0) return;
    first_ = what;
    const Place& place = examples_.rows[row].place();
    const std::string task = "task '" + labels_.name + "'",
                      line = place.source ? *place.source : labels_.file;
    if (first_.find(task) == std::string::npos) first_ = task + ": " + first_;
    if (first_.find(line) == std::string::npos) first_ += " (for the example at " + place.str() + ")";
  }

  std::string text() const {
    if (count_ == 0) return "";
    const std::int64_t more = count_ - 1;
    if (more == 0) return first_;
    return first_ + "; " + std::to_string(more) +
           (more == 1 ? " more example of the file has such a label"
                      : " more examples of the file have such labels");
  }

 private:
  const LabelledFile& labels_;
  const Examples& examples_;
  std::int64_t count_ = 0;
  std::string first_;
};

/// The labels that a head knows by name; none where it has no such list.
std::optional<LabelSet> known_labels(const Task& task) {
  const auto names = task.label_names();
  return names.empty() ? std::nullopt : std::optional<LabelSet>(LabelSet(names));
}

bool knows(const Task& task, const std::optional<LabelSet>& known, const Value& label) {
  if (!known || label.is(Value::Kind::null)) return true;
  const std::vector<std::string> names = label_names(task.label_kind(), label);
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) { return known->find(name); });
}

class LabelTrial {
 public:
  LabelTrial(const LabelledFile& labels, const Examples& examples, const Encoder& encoder)
      : file_(labels),
        examples_(examples),
        labels_(examples.labels(labels.field)),
        encoder_(encoder),
        text_encoder_(encoder.text_encoder()),
        task_(encoder.model->tasks()[labels.task]),
        pairs_(task_.grouped()),
        prepare_(labels, examples),
        score_(labels, examples),
        right_(labels, examples) {}

  std::vector<std::string> run() {
    const at::NoGradGuard no_grad;
    const auto count = static_cast<std::int64_t>(labels_.size());
    if ((pairs_ || file_.joint) && examples_.partners.empty()) return {};
    const bool held_out = file_.role != DataRole::train;
    if (held_out) known_ = known_labels(task_);
    std::vector<Value> predictions;
    for (std::int64_t from = 0; from < count; from += kChunk) {
      std::vector<std::int64_t> rows;
      for (std::int64_t i = from; i < std::min(count, from + kChunk); ++i) rows.push_back(i);
      try_prepare(rows, held_out);
      if (!held_out) continue;
      std::vector<Value> some = predict(rows);
      std::move(some.begin(), some.end(), std::back_inserter(predictions));
    }
    if (held_out) try_score(predictions);
    std::vector<std::string> problems;
    for (const Problem* problem : {&prepare_, &score_, &right_})
      if (const std::string text = problem->text(); !text.empty()) problems.push_back(text);
    return problems;
  }

 private:
  /// The texts of some examples, then their second texts.
  SharedInputs inputs_of(const std::vector<std::int64_t>& rows) const {
    std::vector<TokenizedText> texts;
    for (const std::int64_t row : rows)
      texts.push_back(file_.joint ? text_encoder_.encode_pair(examples_.texts[row], examples_.partners[row])
                                  : text_encoder_.encode(examples_.texts[row]));
    SharedInputs inputs;
    const auto count = static_cast<std::int64_t>(rows.size());
    for (std::int64_t i = 0; pairs_ && i < count; ++i) {
      texts.push_back(text_encoder_.encode(examples_.partners[rows[i]]));
      inputs.groups.add_pair(i, count + i);
    }
    std::vector<std::int64_t> all(texts.size());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    inputs.batch = make_batch(texts, all, encoder_.model->backbone().shape());
    return inputs;
  }

  void prepare(const std::vector<std::int64_t>& rows) const {
    std::vector<Value> labels;
    for (const std::int64_t row : rows) labels.push_back(labels_[row]);
    const SharedInputs inputs = inputs_of(rows);
    task_.prepare(labels, inputs.batch, inputs.groups);
  }

  void try_prepare(std::vector<std::int64_t> rows, bool held_out) {
    const auto fails = [&](std::int64_t row) {
      try {
        return !knows(task_, known_, labels_[row]);
      } catch (const Error& error) {
        prepare_.add(row, error.what());
        return true;
      }
    };
    if (held_out) std::erase_if(rows, fails);
    if (rows.empty()) return;
    try {
      prepare(rows);
      return;
    } catch (const Error&) {
    }
    for (const std::int64_t row : rows) {
      try {
        prepare({row});
      } catch (const Error& error) {
        prepare_.add(row, error.what());
      }
    }
  }

  /// Logits for `rows`: those of the file's first example, repeated.
  at::Tensor logits(std::int64_t rows) {
    if (!one_.defined()) {
      const SharedInputs inputs = inputs_of({0});
      one_ = task_.forward(encoder_.model->encode_for({&task_}, inputs).front());
      if (one_.dim() == 0 || one_.size(0) == 0) throw Error("task '" + task_.name + "': no logits");
      one_ = one_.narrow(0, 0, 1);
    }
    std::vector<std::int64_t> shape = one_.sizes().vec();
    shape[0] = rows;
    return one_.expand(shape).contiguous();
  }

  std::vector<Value> predict(const std::vector<std::int64_t>& rows) {
    const SharedInputs inputs = inputs_of(rows);
    const auto count = static_cast<std::int64_t>(rows.size());
    return task_.decode(logits(!pairs_ && task_.reads_tokens() ? inputs.batch.tokens() : count), inputs.batch,
                        inputs.groups, rows.size(), /*top=*/0);
  }

  void try_score(const std::vector<Value>& predictions) {
    const auto score = [&](const std::vector<Value>& some, const std::vector<Value>& labels) {
      task_.score(some, labels);
    };
    if (std::all_of(labels_.begin(), labels_.end(), [](const Value& l) { return l.is(Value::Kind::null); }))
      return;
    try {
      score(predictions, labels_);
    } catch (const Error& all) {
      bool found = false;
      for (std::size_t i = 0; i < labels_.size(); ++i) {
        if (labels_[i].is(Value::Kind::null)) continue;
        try {
          score({predictions[i]}, {labels_[i]});
        } catch (const Error& error) {
          found = true;
          score_.add(static_cast<std::int64_t>(i), error.what());
        }
      }
      if (!found) score_.add(0, all.what());
      return;
    }
    for (std::size_t i = 0; !pairs_ && i < labels_.size(); ++i) {
      if (labels_[i].is(Value::Kind::null)) continue;
      try {
        task_.right(predictions[i], labels_[i]);
      } catch (const Error& error) {
        right_.add(static_cast<std::int64_t>(i), error.what());
      }
    }
  }

  const LabelledFile& file_;
  const Examples& examples_;
  const std::vector<Value> labels_;
  const Encoder& encoder_;
  const TextEncoder text_encoder_;
  const Task& task_;
  const bool pairs_;
  std::optional<LabelSet> known_;
  at::Tensor one_;
  Problem prepare_, score_, right_;
};

}  // namespace

std::string span_problem(const LabelledFile& labels, const Examples& examples, const TextReader& reader,
                         bool tags) {
  Problem problem(labels, examples);
  const std::vector<Value> all = examples.labels(labels.field);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool tagged = tags && is_tag_list(all[i]);
    if (!tagged && !is_span_list(all[i])) continue;
    try {
      const Value spans = tagged ? spans_of_tags(all[i], examples.tokens_of(i), labels.tags) : all[i];
      const bool joint = labels.joint && !examples.partners.empty();
      whole_word_spans(spans, reader.read(examples.texts[i], joint ? &examples.partners[i] : nullptr));
    } catch (const Error& error) {
      problem.add(static_cast<std::int64_t>(i), error.what());
    }
  }
  return problem.text();
}

std::vector<std::string> label_problems(const LabelledFile& labels, const Examples& examples,
                                        const Encoder& encoder) {
  return LabelTrial(labels, examples, encoder).run();
}

}  // namespace mtt
