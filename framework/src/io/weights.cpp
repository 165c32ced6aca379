#include "io/weights.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

#include "mtt/error.h"
#include "value/json.h"

namespace mtt {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSingle = "model.safetensors";
constexpr std::string_view kIndex = "model.safetensors.index.json";
constexpr std::size_t kMostIndexBytes = 100'000'000;

bool present(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found && !error;
}

[[noreturn]] void explain_absence(const fs::path& directory) {
  std::error_code error;
  const std::string where = "directory '" + directory.string() + "'";
  if (!fs::is_directory(directory, error)) throw Error(where + " does not exist or is not a directory");
  constexpr std::string_view kPickles[] = {"pytorch_model.bin", "pytorch_model.bin.index.json"};
  for (const std::string_view pickle : kPickles) {
    if (!present(directory / pickle)) continue;
    throw Error(where + " has its weights only in " + std::string(pickle) +
                ". A pickle can run code and is never read; convert it to model.safetensors "
                "(in Python: model.save_pretrained(folder, safe_serialization=True))");
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".safetensors") continue;
    throw Error(where + " has no model.safetensors, but " + entry.path().filename().string() +
                "; if that holds the whole model, rename it");
  }
  throw Error(where + " has neither model.safetensors nor model.safetensors.index.json");
}

void check_shard_name(const Value& shard) {
  if (shard.string().find_first_of("/\\") == std::string::npos) return;
  shard.refuse("the shard " + shard.json() +
               " is named with a folder; shards must be in the folder of their index");
}

std::vector<TensorView> read_shards(const fs::path& directory) {
  const fs::path index_path = inside(directory, kIndex);
  const Value index = parse_json(read_file(index_path, kMostIndexBytes), index_path.string());
  const Value& map = index.at("weight_map");

  std::unordered_map<std::string_view, std::string_view> shard_of;
  std::set<std::string_view> shards;
  for (const Value::Entry& entry : map.table()) {
    check_shard_name(entry.value);
    shard_of.emplace(entry.key, entry.value.string());
    shards.insert(entry.value.string());
  }
  if (shards.empty()) map.refuse("the weight_map names no tensor");

  std::vector<TensorView> tensors;
  std::unordered_set<std::string> seen;
  for (const std::string_view shard : shards) {
    const fs::path path = inside(directory, shard);
    if (!present(path)) {
      throw Error("shard '" + path.string() + "', named in " + index_path.string() +
                  ", does not exist; download the rest of the model");
    }
    SafetensorsFile file = SafetensorsFile::open(path);
    for (const TensorView& tensor : file.tensors) {
      const auto listed = shard_of.find(tensor.name);
      if (listed == shard_of.end()) {
        throw Error(path.string() + ": tensor '" + tensor.name + "' is not listed in " + index_path.string());
      }
      if (listed->second != shard) {
        throw Error(path.string() + ": tensor '" + tensor.name + "' is listed in " + index_path.string() +
                    " under '" + std::string(listed->second) + "'");
      }
      seen.insert(tensor.name);
    }
    tensors.insert(tensors.end(), std::make_move_iterator(file.tensors.begin()),
                   std::make_move_iterator(file.tensors.end()));
  }
  for (const Value::Entry& entry : map.table()) {
    if (seen.count(entry.key) == 0) {
      entry.value.refuse("tensor '" + entry.key + "' is not in its shard " + entry.value.json());
    }
  }
  return tensors;
}

}  // namespace

Weights Weights::read(const fs::path& directory) {
  Weights weights;
  const bool is_int8 = present(directory / kInt8Weights);
  if (is_int8 && (present(directory / kSingle) || present(directory / kIndex)))
    throw Error("'" + directory.string() + "' has weights in int8 (" + std::string(kInt8Weights) +
                ") and in float; remove one of them");
  if (present(directory / kSingle)) {
    const fs::path path = inside(directory, kSingle);
    weights.source_ = path.string();
    weights.tensors_ = SafetensorsFile::open(path).tensors;
  } else if (present(directory / kIndex)) {
    weights.source_ = (directory / kIndex).string();
    weights.tensors_ = read_shards(directory);
  } else if (is_int8) {
    const fs::path path = inside(directory, kInt8Weights);
    weights.source_ = path.string();
    weights.tensors_ = SafetensorsFile::open(path).tensors;
    weights.is_int8_ = true;
  } else {
    explain_absence(directory);
  }
  return weights;
}

}  // namespace mtt
