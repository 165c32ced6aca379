#include "text/changes.h"

namespace mtt {

void apply_changes(Symbols& symbols, const std::vector<Change>& changes, std::int32_t origin) {
  Symbols result;
  result.reserve(changes.size());
  std::ptrdiff_t consumed = 0;
  for (const Change& change : changes) {
    if (change.more <= 0) ++consumed;
    const Symbol from = consumed == 0 ? Symbol{0, origin, origin} : symbols[consumed - 1];
    result.push_back({change.c, from.begin, from.end});
    if (change.more < 0) consumed -= change.more;
  }
  symbols = std::move(result);
}

}  // namespace mtt
