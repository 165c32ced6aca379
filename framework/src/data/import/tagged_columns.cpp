#include "data/conll.h"
#include "data/import/parsers.h"

namespace mtt {

void import_tagged_columns(std::string_view bytes, const std::string& source, Imported& data) {
  for (TaggedSentence& sentence : parse_conll(bytes, source)) {
    Place place = sentence.spans.place();
    data.add("",
             Value(Value::Table{{"text", std::move(sentence.text)}, {"entities", std::move(sentence.spans)}})
                 .placed(std::move(place)));
  }
}

}  // namespace mtt
