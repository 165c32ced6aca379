#include "report/entity_markup.h"

#include <algorithm>

#include "report/html_text.h"
#include "value/utf8.h"

namespace mtt {

std::string entity_markup(const Value::Array& spans, std::string_view text) {
  std::vector<const Value*> in_order;
  for (const Value& span : spans) in_order.push_back(&span);
  std::stable_sort(in_order.begin(), in_order.end(), [](const Value* a, const Value* b) {
    return a->at("start").integer() < b->at("start").integer();
  });
  std::string line;
  const char* p = text.data();
  const char* const end = text.data() + text.size();
  std::int64_t at = 0;
  const auto copy_to = [&](std::int64_t stop) {
    const char* const start = p;
    for (; at < stop && p != end; ++at) read_code_point(p);
    line += html_text(std::string_view(start, static_cast<std::size_t>(p - start)));
  };
  for (const Value* span : in_order) {
    copy_to(span->at("start").integer());
    line += "<mark>";
    copy_to(span->at("end").integer());
    line += "<sub>" + html_text(span->at("label").string()) + "</sub></mark>";
  }
  copy_to(static_cast<std::int64_t>(text.size()));
  return line;
}

}  // namespace mtt
