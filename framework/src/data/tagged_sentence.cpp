#include "data/tagged_sentence.h"

#include <utility>

#include "mtt/error.h"
#include "text/utf8.h"

namespace mtt {

bool is_span_tag(std::string_view tag) {
  return tag == "O" ||
         (tag.size() > 2 && tag[1] == '-' && std::string_view("BIES").find(tag[0]) != std::string_view::npos);
}

TaggedSentenceBuilder::TaggedSentenceBuilder(Place place)
    : sentence_{{}, Value(Value::Array{}).placed(std::move(place))} {}

void TaggedSentenceBuilder::add(std::string_view token, std::string_view tag, Place tag_place) {
  if (!sentence_.text.empty()) {
    sentence_.text += ' ';
    ++characters_;
  }
  const std::int64_t begin = characters_;
  sentence_.text += token;
  characters_ += static_cast<std::int64_t>(count_code_points(token));
  read_tag(tag, begin, std::move(tag_place));
}

TaggedSentence TaggedSentenceBuilder::sentence() && {
  end_span();
  return std::move(sentence_);
}

void TaggedSentenceBuilder::read_tag(std::string_view tag, std::int64_t begin, Place place) {
  if (tag == "O") return end_span();
  if (!is_span_tag(tag)) {
    const std::string found = "found the tag " + Value(std::string(tag)).json();
    const bool no_label = tag.size() == 2 && tag[1] == '-';
    throw Error(place.prefix() + found +
                (no_label ? ", which names no label; write for example B-person"
                          : ", expected O, or B-, I-, E- or S- and a label, for example B-person"));
  }
  const char kind = tag[0];
  const std::string_view label = tag.substr(2);
  const bool goes_on = open_ && label == open_label_;
  if (kind == 'E' && !goes_on) {
    throw Error(place.prefix() + "found the tag " + Value(std::string(tag)).json() +
                ", which ends a span, but none of its label is open; write S- for a single token, or B- "
                "where the span begins");
  }
  if (kind == 'B' || kind == 'S' || !goes_on) {
    end_span();
    open_ = true;
    open_label_ = label;
    open_begin_ = begin;
    open_place_ = std::move(place);
  }
  open_end_ = characters_;
  if (kind == 'E' || kind == 'S') end_span();
}

void TaggedSentenceBuilder::end_span() {
  if (!open_) return;
  open_ = false;
  sentence_.spans.array().push_back(
      Value(Value::Table{{"start", open_begin_}, {"end", open_end_}, {"label", open_label_}})
          .placed(std::move(open_place_)));
}

}  // namespace mtt
