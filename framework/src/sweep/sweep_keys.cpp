#include "sweep/sweep_keys.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "experiment/experiment.h"
#include "io/digest.h"
#include "io/file.h"
#include "mtt/error.h"
#include "run/resolved_experiment.h"
#include "value/toml.h"

namespace mtt {
namespace {

constexpr std::size_t kMostConfigBytes = 16u << 20;
constexpr std::array<std::string_view, 3> kNoResult = {"name", "run.out", "run.threads"};

/// Keys that are younger than the first rows of key version 2, and the values that mean what was done before
/// them. Version 3 leaves them out as well.
struct LaterKey {
  std::string_view section, key, before;
};
constexpr std::array<LaterKey, 6> kLaterKeys = {{{"data", "text_pair", "\"text_pair\""},
                                                 {"tasks", "text", "\"\""},
                                                 {"tasks", "text_pair", "\"\""},
                                                 {"tasks", "tags", "[]"},
                                                 {"tasks", "pair", "\"separate\""},
                                                 {"train", "matmul_precision", "\"fp32\""}}};

bool means_as_before(std::string_view path, const Value& value) {
  const std::string_view section = path.substr(0, path.find('.')), key = path.substr(path.rfind('.') + 1);
  return std::any_of(kLaterKeys.begin(), kLaterKeys.end(), [&](const LaterKey& later) {
    return later.section == section && later.key == key && later.before == value.json();
  });
}

bool is_path(std::string_view key) {
  constexpr std::array<std::string_view, 8> paths = {"plugin_path", "train",     "dev",   "test",
                                                     "file",        "directory", "model", "init_from"};
  return std::find(paths.begin(), paths.end(), key) != paths.end();
}

/// The resolved value without what changes no result, and with paths as they were written.
Value key_of(const std::string& path, const Value& resolved, const Value* written) {
  if (!resolved.is(Value::Kind::table)) {
    const std::string last = path.substr(path.rfind('.') + 1);
    return written && is_path(last) ? *written : resolved;
  }
  Value result{Value::Table{}};
  for (const auto& [key, value] : resolved.table()) {
    const std::string below = path.empty() ? key : path + "." + key;
    if (std::find(kNoResult.begin(), kNoResult.end(), below) != kNoResult.end()) continue;
    if (means_as_before(below, value)) continue;
    const Value* its = written && written->is(Value::Kind::table) ? written->find(key) : nullptr;
    result.set(key, key_of(below, value, its));
  }
  return result;
}

}  // namespace

std::string run_key(const std::filesystem::path& file, const SweepRun& run, PluginCatalog& plugins) {
  Value written = parse_toml(read_file(file, kMostConfigBytes), file.string());
  for (const Override& change : run.overrides) apply_override(written, change);
  const Value resolved = resolved_experiment(Experiment::read(file, run.overrides), plugins);
  Digest digest;
  digest.add(key_of("", resolved, &written).json());
  return digest.hex();
}

RunKeys run_keys(const std::filesystem::path& file, const std::vector<SweepRun>& runs,
                 PluginCatalog& plugins) {
  RunKeys keys;
  for (const SweepRun& run : runs) keys[&run] = run_key(file, run, plugins);
  return keys;
}

void check_rows(const std::vector<SweepRow>& rows, const std::vector<SweepRun>& runs, const RunKeys& keys,
                const std::filesystem::path& rows_file) {
  const std::string file = "'" + rows_file.string() + "'";
  for (const SweepRow& row : rows) {
    for (const SweepRun& run : runs) {
      if (row.failed() || !same_run(row, run)) continue;
      if (row.key_version != kKeyVersion)
        throw Error(
            file + " holds runs of an older program, whose configuration cannot be compared (key_version " +
            std::to_string(row.key_version) + ", expected " + std::to_string(kKeyVersion) +
            "); give another directory with --out, or see 'Rows of older programs' in docs/training.md");
      if (row.key != keys.at(&run))
        throw Error(file + " holds a run of another configuration (" + run.title() +
                    "); give another directory with --out, or remove that file");
    }
  }
}

}  // namespace mtt
