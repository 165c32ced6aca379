// Where an example is, and what it is.
#pragma once

#include <cstdint>
#include <string>

#include "data/examples.h"
#include "mtt/value.h"

namespace mtt {

/// "train.jsonl:3": where an example stands.
std::string example_place(const Examples& examples, std::int64_t row);

/// A text, with its partner where it has one.
std::string example_key(const Examples& examples, std::int64_t row);

/// "train.jsonl:3": where a value stands.
std::string short_place(const Value& value);

/// A path's last part.
std::string file_name(const std::string& path);

}  // namespace mtt
