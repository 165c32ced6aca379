// Every name that a message tells users of other systems to write is a declared one, the plugins' included.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "catch.h"
#include "experiment/experiment.h"
#include "experiment/other_keys.h"
#include "experiment/other_words.h"
#include "plugin/plugin_catalog.h"

namespace {

using Options = std::vector<mtt::Option>;

const mtt::Section* section_named(const std::vector<mtt::Section>& sections, const std::string& name) {
  for (const mtt::Section& section : sections)
    if (section.name == name) return &section;
  return nullptr;
}

/// The experiment's tables with the options of all heads and weightings.
class Declared {
 public:
  Declared() : catalog_({MTT_PLUGINS}), sections_(mtt::experiment_sections()) { catalog_.load_all(); }

  bool has_table(const std::string& table) const { return section_named(sections_, table) != nullptr; }

  Options options(const std::string& table) const {
    const mtt::Section* section = section_named(sections_, table);
    Options all = section ? section->options.all() : Options();
    const auto add = [&](const auto& plugins) {
      for (const auto& plugin : plugins)
        all.insert(all.end(), plugin.options.all().begin(), plugin.options.all().end());
    };
    for (const mtt::PluginLibrary& library : catalog_.libraries()) {
      if (table == "tasks.<name>") add(library.registry.heads());
      if (table == "weighting") add(library.registry.weightings());
    }
    return all;
  }

  bool has(const std::string& table, const std::string& key) const {
    const Options all = options(table);
    return std::any_of(all.begin(), all.end(), [&](const mtt::Option& one) { return one.name == key; });
  }

  bool has_anywhere(const std::string& key) const {
    return std::any_of(sections_.begin(), sections_.end(),
                       [&](const mtt::Section& section) { return has(section.name, key); });
  }

  /// Whether a word may be the value of a key.
  bool takes(const std::string& table, const std::string& key, const std::string& word) {
    if (table == "weighting" && key == "method") return catalog_.weighting(word).name == word;
    for (const mtt::Option& option : options(table))
      if (option.name == key &&
          std::find(option.choices.begin(), option.choices.end(), word) != option.choices.end())
        return true;
    return false;
  }

  /// Checks all that a text names, and returns the number of its tables.
  std::size_t check(const std::string& text) {
    std::size_t tables = 0;
    std::string table;
    for (const std::smatch& found : matches(text, R"re(\[([^\]]+)\])re")) {
      CHECK(has_table(table = found[1]));
      ++tables;
    }
    for (const std::smatch& found :
         matches(text, R"re((\w+)(?: = "\w+")?(?: (?:and|or) (\w+))? in \[([^\]]+)\])re")) {
      CHECK(has(found[3], found[1]));
      if (found[2].matched) CHECK(has(found[3], found[2]));
    }
    for (const std::smatch& found : matches(text, R"re((\w+) = "(\w+)")re"))
      CHECK(takes(table, found[1], found[2]));
    for (const std::smatch& found : matches(text, R"re([a-z0-9]+(?:_[a-z0-9]+)+)re"))
      CHECK(has_anywhere(found[0]));
    return tables;
  }

 private:
  static std::vector<std::smatch> matches(const std::string& text, const char* pattern) {
    const std::regex regex(pattern);
    return {std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()};
  }

  mtt::PluginCatalog catalog_;
  std::vector<mtt::Section> sections_;
};

}  // namespace

TEST_CASE("every key that stands for a key or table of another system is declared") {
  Declared declared;
  CHECK_FALSE(declared.has("train", "lr"));
  CHECK(mtt::other_keys().size() > 150);
  for (const auto names : {mtt::other_keys(), mtt::other_tables()})
    for (const mtt::OtherName& name : names) {
      INFO(name.other << ": " << name.own);
      const std::size_t tables = declared.check(std::string(name.own));
      // Options of commands: tests/cli/other_commands_test.cpp.
      CHECK((tables == 1 || name.own.starts_with("not available") || name.own.starts_with("the option --")));
    }
  for (const mtt::OtherName& name : mtt::other_tables())
    CHECK_FALSE(declared.has_table(std::string(name.other)));
}

TEST_CASE("every word that stands for a word of another system is one of its option's") {
  Declared declared;
  for (const mtt::OtherWord& word : mtt::other_words()) {
    INFO(word.option << ": " << word.other << " → " << word.own);
    const std::string option(word.option), other(word.other), own(word.own);
    std::size_t found = 0;
    for (const mtt::Section& section : mtt::experiment_sections()) {
      if (!section.options.find(option)) continue;
      ++found;
      if (option == "init")
        CHECK((own == "none" || own == "logistic"));  // any head's; the closed forms are a head's own
      else
        CHECK((declared.takes(section.name, option, own) && !declared.takes(section.name, option, other)));
    }
    CHECK(found > 0);
  }
}
