// The labels of one task, checked.
#pragma once

#include <cstdint>
#include <string>

#include "data/data_check.h"
#include "data/whole_words.h"

namespace mtt {

/// Fills in a task's kind and counts, and adds what is found to the check.
void check_labels(DataCheck& check, CheckedTask& task, const TextReader& reader);

/// "train.jsonl:3": where an example stands.
std::string example_place(const Examples& examples, std::int64_t row);

/// A text, with its partner where it has one.
std::string example_key(const Examples& examples, std::int64_t row);

/// "train.jsonl:3": where a value stands.
std::string short_place(const Value& value);

/// A path's last part.
std::string file_name(const std::string& path);

}  // namespace mtt
