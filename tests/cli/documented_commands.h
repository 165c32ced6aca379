// Code blocks of pages, and commands as a reader runs them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

/// A command of the shell; its output is in `log`.
inline int shell(const std::string& command, const std::filesystem::path& log) {
  return std::system((command + " > '" + log.string() + "' 2>&1").c_str());
}

/// The first code block of a page in a language; "" for blocks that name none.
inline std::string code_of(const std::string& page, const std::string& language) {
  std::istringstream lines(page);
  std::string code;
  bool inside = false, wanted = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("```")) {
      if (wanted) code += line + "\n";
      continue;
    }
    if (wanted) return code;
    inside = !inside;
    wanted = inside && line.substr(3) == language;
  }
  return code;
}
