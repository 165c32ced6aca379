// What original files hold, on its way to JSONL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// Examples of one part of a data set.
struct ImportedSplit {
  std::string name;         ///< "train", "dev", "test", ...; "" where the original is not split
  std::vector<Value> rows;  ///< one table an example, with the place that it comes from
};

/// Something that was left out or changed, and how often.
struct ImportNote {
  std::string what;
  std::int64_t count = 0;
  Place first;
};

/// Examples and what was done to them, in the order in which they were found.
struct Imported {
  std::vector<ImportedSplit> splits;
  std::vector<ImportNote> notes;

  void add(std::string_view split, Value row);
  void note(std::string_view what, const Place& place, std::int64_t count = 1);
  std::size_t size() const;  ///< of all splits
};

}  // namespace mtt
