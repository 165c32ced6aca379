#include <array>
#include <memory>
#include <system_error>

#include "data/file_text.h"
#include "data/import/import.h"
#include "data/import/parsers.h"
#include "data/tagged_sentence.h"
#include "data/text_lines.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

struct Lines {
  std::shared_ptr<const std::string> source;
  std::vector<std::string> lines;

  Place place(std::size_t line) const { return {source, static_cast<std::int32_t>(line) + 1, 1}; }
};

struct Word {
  std::string_view text;
  std::size_t at = 0;
};

Lines read_lines(const fs::path& file) {
  const std::string bytes = original_text(file), source = file.string();
  check_file_text(bytes, source);
  return {std::make_shared<const std::string>(source), split_lines(bytes, source)};
}

std::vector<Word> words_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<Word> words;
  for (std::size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back({line.substr(at, end - at), at});
    at = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

void check_length(const Lines& lines, const Lines& words) {
  if (lines.lines.size() != words.lines.size())
    throw Error(*lines.source + ": found " + std::to_string(lines.lines.size()) + " lines, expected " +
                std::to_string(words.lines.size()) + ", one for each sentence of " + *words.source);
}

Value example(const Lines& words_file, const Lines& tags_file, const Lines& intents, std::size_t i) {
  const std::vector<Word> words = words_of(words_file.lines[i]), tags = words_of(tags_file.lines[i]);
  if (words.size() != tags.size())
    throw Error(tags_file.place(i).prefix() + "found " + std::to_string(tags.size()) + " tags, expected " +
                std::to_string(words.size()) + ", one for each word of " + words_file.place(i).str());
  TaggedSentenceBuilder builder(tags_file.place(i));
  for (std::size_t w = 0; w < words.size(); ++w) {
    Place place = tags_file.place(i);
    place.column += static_cast<std::int32_t>(tags[w].at);
    builder.add(words[w].text, tags[w].text, std::move(place));
  }
  TaggedSentence sentence = std::move(builder).sentence();
  const std::vector<Word> intent = words_of(intents.lines[i]);
  if (intent.size() != 1 && !words.empty())
    throw Error(intents.place(i).prefix() + "found " + std::to_string(intent.size()) +
                " words, expected the intent of the sentence");
  return Value(Value::Table{{"text", std::move(sentence.text)},
                            {"intent", intent.empty() ? std::string() : std::string(intent[0].text)},
                            {"entities", std::move(sentence.spans)}})
      .placed(words_file.place(i));
}

void read_part(const fs::path& folder, std::string_view split, Imported& data) {
  const Lines words = read_lines(folder / "seq.in"), tags = read_lines(folder / "seq.out"),
              intents = read_lines(folder / "label");
  check_length(tags, words);
  check_length(intents, words);
  for (std::size_t i = 0; i < words.lines.size(); ++i) data.add(split, example(words, tags, intents, i));
}

struct SplitFolder {
  std::string_view folder, split;
};

constexpr std::array<SplitFolder, 4> kSplitFolders = {
    {{"train", "train"}, {"dev", "dev"}, {"valid", "dev"}, {"test", "test"}}};

}  // namespace

void import_joint_bert(const fs::path& folder, Imported& data) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw Error("'" + folder.string() +
                "' is not a folder, expected one with the files seq.in, seq.out and label");
  if (fs::exists(folder / "seq.in", error)) return read_part(folder, "", data);
  bool found = false;
  for (const SplitFolder& part : kSplitFolders) {
    if (!fs::exists(folder / part.folder / "seq.in", error)) continue;
    read_part(folder / part.folder, part.split, data);
    found = true;
  }
  if (!found)
    throw Error(
        "the folder '" + folder.string() +
        "' holds no seq.in, nor do its folders train, dev, valid and test; expected seq.in, seq.out and "
        "label in it or in them");
}

}  // namespace mtt
