#include "experiment/task_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "data/text_keys.h"

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = 255;  // of a file name on Linux
constexpr std::array<std::string_view, 3> kTaken = {"text", kTextPair, kInputKey};

bool may_be_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

void check_task_name(const std::string& name, const Value& table) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), may_be_in_name))
    table.refuse(Value(name).json() +
                 " is not a valid name for a task; use letters (a-z, A-Z), digits, '_' and '-'");
  if (name.size() > kMostBytes)
    table.refuse("the name of the task " + Value(name).json() + " has " + std::to_string(name.size()) +
                 " characters; its head is saved in heads/<task>, and a file name has at most " +
                 std::to_string(kMostBytes) + "; choose a shorter one");
  if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end())
    table.refuse(
        "a task cannot be named " + Value(name).json() +
        ", since the predictions use this key; choose another name, and set the key of the labels with "
        "field = " +
        Value(name).json());
}

}  // namespace mtt
