#include "data/unseen_labels.h"

#include <map>

#include "data/label_names.h"

namespace mtt {

std::vector<std::pair<std::string, std::int64_t>> unseen_labels(LabelKind kind, const LabelSet& known,
                                                                const std::vector<Value>& held_out) {
  std::map<std::string, std::int64_t> found;
  for (const Value& label : held_out)
    if (!label.is(Value::Kind::null))
      for (const std::string& name : label_names(kind, label))
        if (!known.find(name)) ++found[name];
  return {found.begin(), found.end()};
}

}  // namespace mtt
