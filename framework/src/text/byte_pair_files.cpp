#include "text/byte_pair_files.h"

#include <algorithm>

#include "mtt/error.h"
#include "text/utf8.h"

namespace mtt {
namespace {

constexpr const char *kStart = "<s>", *kStop = "</s>";

Value::Array read_merges(std::string_view text, const std::string& source) {
  if (find_invalid_utf8(text) != std::string_view::npos) throw Error(source + " is not valid UTF-8");
  const auto name = std::make_shared<const std::string>(source);
  Value::Array merges;
  for (std::int32_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view merge = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (merge.ends_with('\r')) merge.remove_suffix(1);
    if (merge.empty() || merge.starts_with("#version")) continue;
    merges.push_back(Value(std::string(merge)).placed({name, line, 1}));
  }
  return merges;
}

Value special_token(const char* content, const Value& id) {
  return Value::Table{{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
                      {"rstrip", false}, {"normalized", false}, {"special", true}};
}

}  // namespace

Value roberta_tokenizer_json(const Value& vocabulary, std::string_view merges,
                             const std::string& merges_source, bool space_before) {
  const Value *start = vocabulary.find(kStart), *stop = vocabulary.find(kStop);
  if (!start || !stop)
    vocabulary.refuse("the vocabulary lacks " + std::string(start ? kStop : kStart) +
                      "; a RoBERTa vocabulary has <s> and </s>");
  Value::Array added;
  for (const char* token : {kStart, "<pad>", kStop, "<unk>", "<mask>"})
    if (const Value* id = vocabulary.find(token)) added.push_back(special_token(token, *id));
  return Value::Table{
      {"added_tokens", std::move(added)},
      {"pre_tokenizer", Value::Table{{"type", "ByteLevel"}, {"add_prefix_space", space_before}}},
      {"post_processor", Value::Table{{"type", "RobertaProcessing"},
                                      {"sep", Value::Array{kStop, *stop}},
                                      {"cls", Value::Array{kStart, *start}},
                                      {"trim_offsets", true},
                                      {"add_prefix_space", space_before}}},
      {"model",
       Value::Table{{"type", "BPE"}, {"vocab", vocabulary}, {"merges", read_merges(merges, merges_source)}}}};
}

}  // namespace mtt
