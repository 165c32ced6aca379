#include "output.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "io/file.h"
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
    throw Error("the output '" + output + "' ends in none of " + known + "; its ending says what is written");
  std::error_code error;
  const fs::path parent = fs::absolute(output).parent_path();
  if (!fs::is_directory(parent, error))
    throw Error("the folder '" + parent.string() + "' of the output does not exist");
  if (fs::is_directory(output, error)) throw Error("the output '" + output + "' is a directory; give a file");
}

void write_lines(const std::string& output, std::int64_t count,
                 const std::function<std::string(std::int64_t)>& line) {
  if (output != "-") {
    AtomicFile file(output);
    std::string block;
    constexpr std::size_t kBlock = 1 << 20;
    for (std::int64_t i = 0; i < count; ++i) {
      block += line(i) + "\n";
      if (block.size() < kBlock) continue;
      file.write(block);
      block.clear();
    }
    file.write(block);
    file.commit();
    return;
  }
  bool fine = true;
  for (std::int64_t i = 0; i < count && fine; ++i) {
    const std::string text = line(i) + "\n";
    fine = std::fwrite(text.data(), 1, text.size(), standard_output()) == text.size();
  }
  if (std::fflush(standard_output()) != 0 || !fine)
    throw Error(std::string("standard output cannot be written: ") + std::strerror(errno));
}

std::string json_row(const float* values, std::int64_t count) {
  std::string row = "[";
  char digits[32];
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0) row += ',';
    row.append(digits, std::to_chars(digits, digits + sizeof digits, values[i]).ptr);
  }
  return row + "]";
}

}  // namespace mtt
