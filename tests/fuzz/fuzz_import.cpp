#include <string>

#include "data/examples.h"
#include "data/import/parsers.h"
#include "data/jsonl.h"
#include "mtt/error.h"
#include "value/utf8.h"

namespace {

void check(const mtt::Value& row) {
  const std::string& text = row.at("text").string();
  if (mtt::find_invalid_utf8(text) != std::string_view::npos) __builtin_trap();
  const auto characters = static_cast<std::int64_t>(mtt::count_code_points(text));
  const mtt::Value* entities = row.find("entities");
  if (entities == nullptr) return;
  std::int64_t before = 0;
  for (const mtt::Value& span : entities->array()) {
    const std::int64_t start = span.at("start").integer(), end = span.at("end").integer();
    if (start < before || start >= end || end > characters || span.at("label").string().empty())
      __builtin_trap();
    before = end;
  }
}

}  // namespace

// What is imported, written and read again, is the same, and its entities stand within its text.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr decltype(&mtt::import_snips) kFormats[] = {mtt::import_snips, mtt::import_clinc,
                                                       mtt::import_tagged_columns, mtt::import_sts_benchmark};
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  mtt::Imported imported;
  try {
    kFormats[data[0] % 4](bytes, "fuzz", imported);
  } catch (const mtt::Error&) {
    return 0;
  }
  for (const mtt::ImportedSplit& split : imported.splits) {
    std::string written;
    for (const mtt::Value& row : split.rows) {
      check(row);
      written += row.json() + "\n";
    }
    const auto again = mtt::parse_jsonl(written, "again");
    if (again.size() != split.rows.size()) __builtin_trap();
    for (std::size_t i = 0; i < again.size(); ++i)
      if (again[i].json() != split.rows[i].json()) __builtin_trap();
    mtt::examples_from_rows(again);
  }
  return 0;
}
