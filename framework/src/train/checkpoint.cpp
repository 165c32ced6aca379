#include "train/checkpoint.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "io/digest.h"
#include "io/file.h"
#include "model/tensor_file.h"
#include "mtt/error.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::string_view kPrefix = "step-";
constexpr std::string_view kPart = ".part";
constexpr std::size_t kKept = 2;
constexpr const char* kDigest = "xxh3_128";  // of a file, in the manifest
constexpr std::size_t kMostStateBytes = std::size_t{1} << 28;

std::string folder_name(std::int64_t step) {
  char text[32];
  std::snprintf(text, sizeof text, "step-%09lld", static_cast<long long>(step));
  return text;
}

std::optional<std::int64_t> step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  std::int64_t step = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + kPrefix.size(), end, step);
  if (error != std::errc() || stop != end) return std::nullopt;
  return step;
}

/// Newest first.
std::vector<std::pair<std::int64_t, fs::path>> checkpoints_in(const fs::path& folder) {
  std::vector<std::pair<std::int64_t, fs::path>> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const auto step = step_of(entry.path())) found.emplace_back(*step, entry.path());
  std::sort(found.rbegin(), found.rend());
  return found;
}

Value manifest_of(const fs::path& folder) {
  Value files{Value::Table{}};
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths)
    files.set(path.filename().string(),
              Value::Table{{"bytes", static_cast<std::int64_t>(fs::file_size(path))},
                           {kDigest, file_digest(path)}});
  return Value::Table{{"files", std::move(files)}};
}

Value listed_files(const fs::path& folder) {
  const fs::path manifest = folder / "manifest.json";
  return parse_json(read_file(manifest, kMostStateBytes), manifest.string()).at("files");
}

/// Whether its digests are those of an earlier version. A damaged manifest is reported by check_files.
bool is_of_earlier_version(const fs::path& folder) {
  try {
    const Value files = listed_files(folder);
    return std::any_of(files.table().begin(), files.table().end(),
                       [](const auto& entry) { return entry.value.find("digest") != nullptr; });
  } catch (const Error&) {
    return false;
  }
}

void check_files(const fs::path& folder) {
  const Value files = listed_files(folder);
  for (const auto& [name, facts] : files.table()) {
    const fs::path file = inside(folder, name);
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error) throw Error("'" + file.string() + "' is missing");
    if (static_cast<std::int64_t>(size) != facts.at("bytes").integer())
      throw Error("'" + file.string() + "' has " + std::to_string(size) + " bytes, not the " +
                  std::to_string(facts.at("bytes").integer()) + " of its manifest");
    if (file_digest(file) != facts.at(kDigest).string())
      throw Error("the contents of '" + file.string() + "' are not those of its manifest");
  }
}

Checkpoint read_one(const fs::path& folder, std::int64_t step) {
  check_files(folder);
  Checkpoint checkpoint{.step = step, .state = {}, .tensors = {}};
  const fs::path state = folder / "state.json";
  checkpoint.state = parse_json(read_file(state, kMostStateBytes), state.string());
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors")
      checkpoint.tensors[entry.path().stem().string()] = load_tensors(entry.path());
  return checkpoint;
}

void remove_old(const fs::path& folder) {
  const auto all = checkpoints_in(folder);
  std::error_code error;
  for (std::size_t i = kKept; i < all.size(); ++i) fs::remove_all(all[i].second, error);
}

void remove_parts(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> parts;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == kPart && step_of(entry.path().stem())) parts.push_back(entry.path());
  for (const fs::path& part : parts) fs::remove_all(part, error);
}

}  // namespace

void save_checkpoint(const fs::path& folder, const Checkpoint& checkpoint) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error("the folder '" + folder.string() + "' cannot be created: " + error.message());
  remove_parts(folder);
  const fs::path target = folder / folder_name(checkpoint.step);
  const fs::path part = target.string() + std::string(kPart);
  for (const auto& [name, tensors] : checkpoint.tensors)
    save_tensors(part / (name + ".safetensors"), tensors);
  write_file_atomically(part / "state.json", checkpoint.state.json() + "\n");
  write_file_atomically(part / "manifest.json", manifest_of(part).json() + "\n");
  fs::remove_all(target, error);
  fs::rename(part, target, error);
  if (error)
    throw Error("the checkpoint '" + target.string() +
                "' cannot be given its final name: " + error.message() + "; the previous checkpoint is kept");
  flush_folder(folder);
  remove_old(folder);
}

Checkpoint load_checkpoint(const fs::path& folder, std::vector<std::string>& warnings) {
  const auto all = checkpoints_in(folder);
  std::string last;
  for (const auto& [step, path] : all) {
    if (is_of_earlier_version(path))
      throw Error("the checkpoint '" + path.string() +
                  "' was written by an earlier version of mtt, whose digests are no longer supported; resume "
                  "the run with that version, or start a new run in another output directory");
    try {
      return read_one(path, step);
    } catch (const Error& error) {
      last = "the checkpoint '" + path.string() + "' is not complete: " + error.what();
      warnings.push_back(last);
    }
  }
  if (!all.empty())
    throw Error(last +
                "; no other checkpoint is complete either, so the run cannot be resumed. Start a new run in "
                "another output directory");
  return {.step = -1, .state = {}, .tensors = {}};
}

void remove_checkpoints(const fs::path& folder) {
  std::error_code error;
  const auto all = checkpoints_in(folder);
  for (auto oldest = all.rbegin(); oldest != all.rend(); ++oldest)
    fs::rename(oldest->second, oldest->second.string() + std::string(kPart), error);
  remove_parts(folder);
}

bool has_checkpoint(const fs::path& folder) { return !checkpoints_in(folder).empty(); }

}  // namespace mtt
