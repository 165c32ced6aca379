#include <filesystem>
#include <memory>
#include <system_error>

#include "data/import/import.h"
#include "io/file.h"
#include "io/new_directory.h"
#include "io/terminal_text.h"
#include "mtt/error.h"
#include "report/console.h"
#include "report/import_text.h"
#include "verbs.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kEnding = ".jsonl";

struct Import {
  std::string format, output;
  std::vector<std::string> inputs, renames;

  void run() const;

 private:
  void check_output(const Imported& data) const;
  void write(const Imported& data) const;
};

const ImportFormat& format_named(const std::string& name) {
  for (const ImportFormat& format : import_formats())
    if (format.name == name) return format;
  throw Error("there is no format '" + name + "'");
}

std::vector<KeyName> key_names(const std::vector<std::string>& renames) {
  std::vector<KeyName> names;
  for (const std::string& rename : renames) {
    const std::size_t equals = rename.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == rename.size())
      throw Error("--rename is '" + rename +
                  "', expected a key and its new name, as in --rename sentence=text");
    names.push_back({rename.substr(0, equals), rename.substr(equals + 1)});
  }
  return names;
}

void write_examples(const fs::path& file, const std::vector<Value>& rows) {
  AtomicFile output(file);
  for (const Value& row : rows) output.write(row.json() + "\n");
  output.commit();
}

void Import::check_output(const Imported& data) const {
  const bool one_file = output.ends_with(kEnding);
  std::string names;
  for (const ImportedSplit& split : data.splits) {
    if (split.name.empty() && data.splits.size() > 1)
      throw Error("some of the inputs have splits and others have none; import them one by one");
    names += (names.empty() ? "" : ", ") + split.name;
  }
  if (one_file && !names.empty())
    throw Error("the data set has the splits " + names + ", but the output '" + output +
                "' is one file; give a directory");
  if (!one_file && names.empty())
    throw Error(
        "the data set has no splits, so the output is one file; expected a name that ends in .jsonl, found "
        "'" +
        output + "'");
}

void Import::write(const Imported& data) const {
  if (output.ends_with(kEnding)) return write_examples(output, data.splits.front().rows);
  NewDirectory directory(output);
  for (const ImportedSplit& split : data.splits)
    write_examples(directory.folder() / (split.name + kEnding), split.rows);
  directory.commit();
}

void Import::run() const {
  std::error_code error;
  if (output.ends_with(kEnding) && fs::exists(fs::symlink_status(output, error)))
    throw Error("'" + output + "' already exists; remove it or give another --output");
  const Imported data = import_files(format_named(format), inputs, key_names(renames));
  check_output(data);
  write(data);
  Console console;
  for (const ImportedSplit& split : data.splits) {
    const std::string file =
        split.name.empty() ? output : (fs::path(output) / (split.name + kEnding)).string();
    console.say(printable(file) + ": " + import_summary(split) + "\n");
  }
  for (const ImportNote& note : data.notes) console.say("note: " + import_note(note) + "\n");
}

}  // namespace

void add_data_import(CLI::App& data) {
  auto import = std::make_shared<Import>();
  CLI::App* verb = data.add_subcommand("import", "Convert public data sets to JSONL");
  std::vector<std::string> names;
  std::string list = "Formats:";
  for (const ImportFormat& format : import_formats()) {
    names.emplace_back(format.name);
    list += "\n  " + padded(format.name, 11) + std::string(format.about);
  }
  verb->footer(list);
  verb->add_option("format", import->format, "Format of the inputs, see below")
      ->type_name("FORMAT")
      ->required()
      ->check(CLI::IsMember(names));
  verb->add_option("input", import->inputs, "Input files (folders for jointbert), which are concatenated")
      ->type_name("INPUT")
      ->required();
  verb->add_option("--output", import->output,
                   "A new .jsonl file, or a new or empty directory if the data set has splits")
      ->type_name("FILE|DIR")
      ->required();
  verb->add_option("--rename", import->renames, "Rename a key; may be repeated")
      ->type_name("old=new")
      ->expected(1)
      ->take_all();
  verb->callback([import] { import->run(); });
}

}  // namespace mtt
