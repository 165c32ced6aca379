#include "data/tagged_sentence.h"

#include <utility>

#include "mtt/error.h"
#include "value/utf8.h"

namespace mtt {

namespace {

constexpr std::string_view kPrefixes = "BIESLU";

}  // namespace

bool is_span_tag(std::string_view tag) {
  if (tag == "O") return true;
  if (tag.empty() || kPrefixes.find(tag[0]) == std::string_view::npos) return false;
  return tag.size() == 1 || (tag.size() > 2 && tag[1] == '-');
}

TaggedSentenceBuilder::TaggedSentenceBuilder(Place place)
    : sentence_{{}, Value(Value::Array{}).placed(std::move(place))} {}

void TaggedSentenceBuilder::add(std::string_view token, std::string_view tag, Place tag_place) {
  if (std::exchange(begun_, true)) {
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
    const bool no_label = tag.size() == 2 && tag[1] == '-';
    throw Error(place.prefix() + "found the tag " + Value(std::string(tag)).json() +
                (no_label ? ", which names no label; write for example B-person"
                          : ", expected O, or B, I, E (L), S (U) and a label, for example B-person"));
  }
  const char prefix = tag[0];
  const bool begins = prefix == 'B' || prefix == 'S' || prefix == 'U';
  const bool ends = prefix == 'E' || prefix == 'L' || prefix == 'S' || prefix == 'U';
  const std::string_view label = tag.size() == 1 ? kBareLabel : tag.substr(2);
  if (begins || !open_ || label != open_label_) {
    end_span();
    open_ = true;
    open_label_ = label;
    open_begin_ = begin;
    open_place_ = std::move(place);
  }
  open_end_ = characters_;
  if (ends) end_span();
}

void TaggedSentenceBuilder::end_span() {
  if (!open_) return;
  open_ = false;
  sentence_.spans.array().push_back(
      Value(Value::Table{{"start", open_begin_}, {"end", open_end_}, {"label", open_label_}})
          .placed(std::move(open_place_)));
}

}  // namespace mtt
