#include "io/new_directory.h"

#include <unistd.h>

#include <system_error>

#include "io/file.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {

NewDirectory::NewDirectory(const fs::path& path) : path_(named_path(path)) {
  std::error_code error;
  if (fs::exists(path_, error) && !(fs::is_directory(path_, error) && fs::is_empty(path_, error)))
    throw Error("'" + path_.string() + "' already exists; give a new or an empty directory");
  temporary_ = path_.string() + ".part-" + std::to_string(::getpid());
  fs::create_directories(temporary_, error);
  if (error) throw Error("the directory '" + temporary_.string() + "' cannot be created: " + error.message());
}

NewDirectory::~NewDirectory() {
  std::error_code error;
  if (!temporary_.empty()) fs::remove_all(temporary_, error);
}

void NewDirectory::commit() {
  std::error_code error;
  if (fs::exists(path_, error)) {  // empty, and perhaps somebody's working directory: it stays
    for (const fs::directory_entry& entry : fs::directory_iterator(temporary_, error))
      if (!error) fs::rename(entry.path(), path_ / entry.path().filename(), error);
    if (!error) fs::remove(temporary_, error);
  } else {
    fs::rename(temporary_, path_, error);
  }
  if (error) throw Error("the directory '" + path_.string() + "' cannot be created: " + error.message());
  temporary_.clear();
  flush_folder(path_.parent_path());
}

void check_own_directory(const fs::path& directory, bool is_own, const std::string& what) {
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error) && !is_own)
    throw Error("the directory '" + directory.string() + "' contains files that do not belong to " + what +
                "; give an empty or new one with --out");
}

}  // namespace mtt
