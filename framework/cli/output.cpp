#include "output.h"

#include <filesystem>
#include <system_error>

#include "io/standard_output.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {

void check_output(const std::string& output, const std::vector<std::string>& endings) {
  if (output == "-") return;
  std::string known;
  bool fits = false;
  for (const std::string& ending : endings) {
    fits = fits || output.ends_with(ending);
    known += (known.empty() ? "" : ", ") + ending;
  }
  if (!fits)
    throw Error("the output '" + output + "' " +
                (endings.size() == 1 ? "does not end in " : "ends in none of ") + known +
                "; the extension determines the format" +
                (output.starts_with("/dev/") ? "; for standard output give -" : ""));
  std::error_code error;
  const fs::path parent = fs::absolute(output).parent_path();
  if (!fs::is_directory(parent, error))
    throw Error("the folder '" + parent.string() + "' of the output does not exist");
  if (fs::is_directory(output, error)) throw Error("the output '" + output + "' is a directory; give a file");
}

AppendFile& LineOutput::file() {
  if (!file_) file_.emplace(output_, 0);
  return *file_;
}

void LineOutput::add(const std::string& line) {
  constexpr std::size_t kBlock = 1 << 20;
  block_ += line;
  block_ += '\n';
  if (block_.size() >= kBlock) flush();
}

void LineOutput::flush() {
  if (block_.empty()) return;
  if (output_ == "-")
    write_standard_output(block_);
  else
    file().append(block_);
  block_.clear();
}

void LineOutput::finish() {
  flush();
  if (output_ != "-") file().sync();
}

}  // namespace mtt
