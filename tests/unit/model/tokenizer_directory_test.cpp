// The expected tokens are those of transformers 5.24 for the same files.
#include "model/tokenizer_directory.h"

#include <map>

#include "temporary_folder.h"
#include "text/byte_level.h"
#include "unit/text/shown.h"
#include "value/json.h"
#include "value/utf8.h"

namespace {

using mtt::Value;
using Files = std::map<std::string, std::string>;

const char kWords[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlow\nLow\ncafe\ncafé\nnew\n##er\n中\n";
const char kText[] = "Low café 中low";
const char kAdded[] = "a[NEW]Lower new [MASK]";

struct Read {
  mtt::DirectoryTokenizer directory;
  std::vector<std::string> warnings;
};

Read read(const Files& files, const std::string& type = "bert", bool lower_case = false,
          const std::string& more = "") {
  const TemporaryFolder folder;
  for (const auto& [name, text] : files) folder.write(name, text);
  std::vector<std::string> warnings;
  const Value config = mtt::parse_json(R"({"model_type":")" + type + "\"" + more + "}", "config.json");
  auto directory = mtt::read_tokenizer(folder.path(), config, lower_case, warnings);
  return {std::move(directory), warnings};
}

std::string tokens(const Files& files, const std::string& text, const std::string& type = "bert",
                   bool lower_case = false) {
  return shown(read(files, type, lower_case).directory.tokenizer, text);
}

std::vector<std::int32_t> ids(const Files& files, const std::string& text, std::int64_t most,
                              const std::string& type = "bert") {
  mtt::Tokens tokens;
  read(files, type).directory.tokenizer.encode(text, most, tokens);
  return tokens.ids;
}

void refused(const Files& files, const std::string& part, const std::string& type = "bert") {
  CHECK_THROWS_WITH(read(files, type), Contains(part));
}

Value tokenizer(Value normalizer, Value pre_tokenizer, Value model) {
  return Value::Table{{"version", "1.0"},
                      {"added_tokens", Value::Array{}},
                      {"normalizer", std::move(normalizer)},
                      {"pre_tokenizer", std::move(pre_tokenizer)},
                      {"post_processor", Value()},
                      {"model", std::move(model)}};
}

Value type(const char* name) { return Value::Table{{"type", name}}; }

/// kWords in lower case, with a null post-processor.
Value bert() {
  Value::Table vocabulary;
  std::string words = kWords;
  for (std::size_t end; (end = words.find('\n')) != std::string::npos; words.erase(0, end + 1))
    vocabulary.push_back({words.substr(0, end), static_cast<std::int64_t>(vocabulary.size())});
  return tokenizer(Value::Table{{"type", "BertNormalizer"},
                                {"clean_text", true},
                                {"handle_chinese_chars", true},
                                {"strip_accents", Value()},
                                {"lowercase", true}},
                   type("BertPreTokenizer"),
                   Value::Table{{"type", "WordPiece"},
                                {"unk_token", "[UNK]"},
                                {"continuing_subword_prefix", "##"},
                                {"max_input_chars_per_word", 100},
                                {"vocab", std::move(vocabulary)}});
}

Value byte_vocabulary() {
  Value::Table tokens;
  const auto add = [&](const std::string& token) {
    tokens.push_back({token, static_cast<std::int64_t>(tokens.size())});
  };
  for (const char* token : {"<s>", "<pad>", "</s>", "<unk>", "<mask>"}) add(token);
  for (char32_t c = 33; c < 512; ++c) {
    char bytes[4];
    const std::string token(bytes, static_cast<std::size_t>(mtt::write_code_point(c, bytes)));
    if (mtt::bytes_of_token(token)) add(token);
  }
  for (const char* token : {"lo", "low", "Ġlow"}) add(token);
  return tokens;
}

Value byte_pairs() {
  return tokenizer(
      type("Lowercase"),
      Value::Table{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}},
      Value::Table{
          {"type", "BPE"}, {"vocab", byte_vocabulary()}, {"merges", Value::Array{"l o", "lo w", "Ġ low"}}});
}

Value unigram() {
  Value::Array vocabulary;
  const auto add = [&](const char* token, double score) {
    vocabulary.push_back(Value(Value::Array{token, score}));
  };
  for (const char* token : {"<s>", "<pad>", "</s>", "<unk>"}) add(token, 0.0);
  add("▁low", -1.0);
  add("low", -2.0);
  add("▁", -3.0);
  add("é", -4.0);
  add("e", -4.5);
  for (const char* token : {"[CLS]", "[SEP]"}) add(token, 0.0);
  return tokenizer(type("Lowercase"), type("WhitespaceSplit"),
                   Value::Table{{"type", "Unigram"}, {"unk_id", 0}, {"vocab", Value(std::move(vocabulary))}});
}

Files with_config(const Value& json, const std::string& config) {
  return {{"tokenizer.json", json.json()}, {"tokenizer_config.json", config}};
}

Files words_with(const std::string& file, const std::string& content) {
  return {{"vocab.txt", kWords}, {file, content}};
}

}  // namespace

TEST_CASE("BERT: tokenizer_config.json decides over the normalizer of tokenizer.json") {
  const std::string usual = "[CLS](0,0) low(0,3) cafe(4,8) 中(9,10) low(10,13) [SEP](0,0) ";
  CHECK(tokens({{"vocab.txt", kWords}}, kText) == usual);
  CHECK(tokens({{"tokenizer.json", bert().json()}}, kText) == usual);
  CHECK(tokens(with_config(bert(), R"({"do_lower_case":false})"), kText) ==
        "[CLS](0,0) Low(0,3) café(4,8) 中(9,10) low(10,13) [SEP](0,0) ");
  CHECK(tokens(with_config(bert(), R"({"strip_accents":false})"), kText) ==
        "[CLS](0,0) low(0,3) café(4,8) 中(9,10) low(10,13) [SEP](0,0) ");
  CHECK(tokens(with_config(bert(), R"({"tokenize_chinese_chars":false})"), kText) ==
        "[CLS](0,0) low(0,3) cafe(4,8) [UNK](9,13) [SEP](0,0) ");
  CHECK(tokens(with_config(bert(), R"({"do_lower_case":false,"strip_accents":true})"), kText) ==
        "[CLS](0,0) Low(0,3) cafe(4,8) 中(9,10) low(10,13) [SEP](0,0) ");
  // sentence-transformers' do_lower_case leaves the accents, which BERT strips only where it lowers itself
  CHECK(tokens(with_config(bert(), R"({"do_lower_case":false})"), kText, "bert", true) ==
        "[CLS](0,0) low(0,3) café(4,8) 中(9,10) low(10,13) [SEP](0,0) ");
}

TEST_CASE("the tokenizer class decides whether tokenizer.json is followed") {
  const std::string as_written = "low(0,3) cafe(4,8) 中(9,10) low(10,13) ";
  const std::string fast = R"({"do_lower_case":false,"tokenizer_class":"PreTrainedTokenizerFast"})";
  CHECK(tokens(with_config(bert(), fast), kText) == as_written);
  CHECK(tokens(with_config(bert(), R"({"do_lower_case":false,"tokenizer_class":"OwnTokenizer"})"), kText) ==
        as_written);
  CHECK(shown(read({{"tokenizer.json", bert().json()}}, "bert", false,
                   R"(,"tokenizer_class":"PreTrainedTokenizerFast")")
                  .directory.tokenizer,
              kText) == as_written);
  CHECK(tokens(with_config(byte_pairs(), R"({"tokenizer_class":"RobertaTokenizer"})"), "low Low",
               "modernbert") == "low(0,3) Ġlow(3,7) ");
  refused(with_config(bert(), R"({"tokenizer_class":"BertJapaneseTokenizer"})"),
          "the tokenizer class \"BertJapaneseTokenizer\" is not supported");
  refused(with_config(bert(), R"({"tokenizer_class":"RobertaTokenizer"})"),
          "the tokenizer model is WordPiece, but RobertaTokenizer needs BPE");
  refused({{"vocab.txt", kWords}, {"tokenizer_config.json", fast}},
          "TokenizersBackend needs tokenizer.json, which is missing");
}

TEST_CASE("added tokens are found in every file that may list them") {
  const std::string special =
      "[CLS](0,0) [UNK](0,1) [NEW](1,6) low(6,9) ##er(9,11) new(12,15) [MASK](16,22) [SEP](0,0) ";
  CHECK(tokens(words_with("added_tokens.json", R"({"[NEW]":12,"new":9})"), kAdded) == special);
  CHECK(tokens(words_with("tokenizer_config.json", R"({"additional_special_tokens":["[NEW]"]})"), kAdded) ==
        special);
  CHECK(tokens(words_with("tokenizer_config.json", R"({"extra_special_tokens":{"x_token":"[NEW]"}})"),
               kAdded) == special);
  CHECK(tokens(words_with("tokenizer_config.json", R"({"x_token":"[NEW]"})"), kAdded) == special);
  CHECK(tokens(words_with("special_tokens_map.json", R"({"additional_special_tokens":["[NEW]"]})"), kAdded) ==
        special);
  CHECK(tokens(words_with("special_tokens_map.json", R"({"cls_token":"low"})"), "new") ==
        "low(0,0) new(0,3) [SEP](0,0) ");
  Files decoder = words_with("special_tokens_map.json", R"({"cls_token":"low"})");
  decoder["tokenizer_config.json"] = R"({"added_tokens_decoder":{"12":{"content":"[NEW]","special":true}}})";
  CHECK(tokens(decoder, kAdded) == special);
  CHECK(tokens(words_with("tokenizer_config.json", R"({"split_special_tokens":true})"), "[MASK]") ==
        "[CLS](0,0) [UNK](0,1) [UNK](1,5) [UNK](5,6) [SEP](0,0) ");
}

TEST_CASE("ids that the files give to added tokens are those of the vocabulary, or a warning says so") {
  CHECK(read(words_with("added_tokens.json", R"({"[NEW]":12,"new":9})")).warnings.empty());
  const Read wrong = read(words_with("added_tokens.json", R"({"[NEW]":20})"));
  REQUIRE(wrong.warnings.size() == 1);
  CHECK_THAT(wrong.warnings[0],
             Contains("\"[NEW]\" is listed with id 20, but its place in the vocabulary is 12"));
  CHECK(ids(words_with("added_tokens.json", R"({"[NEW]":20})"), "[NEW]", 0) ==
        std::vector<std::int32_t>{2, 12, 3});
}

TEST_CASE("a text that is too long keeps the end that the files name") {
  const std::vector<std::int32_t> beginning = {2, 5, 5, 3}, end = {2, 11, 5, 3};
  const std::string text = "low Low café 中low";
  CHECK(ids({{"vocab.txt", kWords}}, text, 4) == beginning);
  CHECK(ids(words_with("tokenizer_config.json", R"({"truncation_side":"left"})"), text, 4) == end);
  Value json = bert();
  json.set("truncation", Value(Value::Table{{"direction", "Left"}, {"max_length", 9}, {"stride", 0}}));
  CHECK(ids({{"tokenizer.json", json.json()}}, text, 4) == end);
  CHECK(ids(with_config(json, R"({"truncation_side":"right"})"), text, 4) == beginning);
  const auto left = read(words_with("tokenizer_config.json", R"({"truncation_side":"left"})"));
  mtt::Tokens cut;
  left.directory.tokenizer.encode(text, 4, cut);
  CHECK(cut.truncated == 3);
  CHECK(cut.chars[1].begin == 13);
  refused(words_with("tokenizer_config.json", R"({"truncation_side":"middle"})"),
          "truncation_side is \"middle\"; expected left or right");
}

TEST_CASE("RoBERTa: add_prefix_space, trim_offsets and special tokens come from tokenizer_config.json") {
  const char text[] = "low Low<mask> low";
  const auto roberta = [&](const std::string& config) {
    return tokens(with_config(byte_pairs(), config), text, "roberta");
  };
  const std::string usual =
      "<s>(0,0) low(0,3) Ġ(4,4) L(4,5) o(5,6) w(6,7) <mask>(7,13) Ġlow(14,17) </s>(0,0) ";
  CHECK(roberta("{}") == usual);
  CHECK(roberta(R"({"add_prefix_space":true})") ==
        "<s>(0,0) Ġlow(0,3) Ġ(4,4) L(4,5) o(5,6) w(6,7) <mask>(7,13) Ġlow(14,17) </s>(0,0) ");
  CHECK(roberta(R"({"trim_offsets":false})") ==
        "<s>(0,0) low(0,3) Ġ(3,4) L(4,5) o(5,6) w(6,7) <mask>(7,13) Ġlow(13,17) </s>(0,0) ");
  CHECK(roberta(R"({"mask_token":{"__type":"AddedToken","content":"<mask>","lstrip":true,"rstrip":true}})") ==
        "<s>(0,0) low(0,3) Ġ(4,4) L(4,5) o(5,6) w(6,7) <mask>(7,13) low(14,17) </s>(0,0) ");
  const Files files = {{"vocab.json", byte_vocabulary().json()},
                       {"merges.txt", "#version: 0.2\nl o\nlo w\nĠ low\n"}};
  CHECK(tokens(files, text, "roberta") == usual);
}

TEST_CASE("the Unigram classes build normalizer, words and unknown token anew") {
  const char text[] = "low Lowé é";
  const auto read_as = [&](const std::string& model, const std::string& config,
                           const std::string& more = "") {
    return tokens(with_config(unigram(), config), text + more, model);
  };
  CHECK(read_as("xlm-roberta", "{}") ==
        "<s>(0,0) ▁low(0,3) ▁(4,5) <unk>(4,7) é(7,8) ▁(9,10) é(9,10) </s>(0,0) ");
  CHECK(read_as("xlm-roberta", R"({"add_prefix_space":false})") ==
        "<s>(0,0) low(0,3) <unk>(4,7) é(7,8) é(9,10) </s>(0,0) ");
  CHECK(read_as("camembert", "{}", " <unk>NOTUSED") ==
        "<s>(0,0) ▁low(0,3) ▁(4,5) <unk>(4,7) é(7,8) ▁(9,10) é(9,10) <unk>NOTUSED(11,23) </s>(0,0) ");
  CHECK(read_as("albert", "{}") == "[CLS](0,0) ▁low(0,3) ▁low(4,7) e(7,8) ▁(9,10) e(9,10) [SEP](0,0) ");
  CHECK(read_as("albert", R"({"keep_accents":true,"do_lower_case":false})") ==
        "[CLS](0,0) ▁low(0,3) ▁(4,5) <pad>(4,7) é(7,8) ▁(9,10) é(9,10) [SEP](0,0) ");
}

TEST_CASE("each class has a template for pairs") {
  const auto pair = [](const Files& files, const std::string& type) {
    return shown_pair(read(files, type).directory.tokenizer, "low", "low");
  };
  const std::string bert_pair = "[CLS](0,0)0/- low(0,3)0/0 [SEP](0,0)0/- low(0,3)1/1 [SEP](0,0)1/- ";
  const std::string zeros = "[CLS](0,0)0/- low(0,3)0/0 [SEP](0,0)0/- low(0,3)0/1 [SEP](0,0)0/- ";
  CHECK(pair({{"vocab.txt", kWords}}, "bert") == bert_pair);
  CHECK(pair({{"tokenizer.json", bert().json()}}, "bert") == bert_pair);
  CHECK(pair(words_with("tokenizer_config.json", R"({"model_input_names":["input_ids","attention_mask"]})"),
             "bert") == zeros);
  CHECK(pair(words_with("tokenizer_config.json", R"({"tokenizer_class":"DistilBertTokenizer"})"), "bert") ==
        zeros);
  CHECK(pair({{"vocab.txt", kWords}}, "distilbert") == bert_pair);
  CHECK(pair({{"vocab.txt", std::string("<s>\n<pad>\n</s>\n[UNK]\n<mask>\n") + "low\n"}}, "mpnet") ==
        "<s>(0,0)0/- low(0,3)0/0 </s>(0,0)0/- </s>(0,0)0/- low(0,3)0/1 </s>(0,0)0/- ");
  CHECK(pair({{"tokenizer.json", byte_pairs().json()}}, "roberta") ==
        "<s>(0,0)0/- low(0,3)0/0 </s>(0,0)0/- </s>(0,0)0/- low(0,3)0/1 </s>(0,0)0/- ");
  for (const char* type : {"xlm-roberta", "camembert"})
    CHECK(pair({{"tokenizer.json", unigram().json()}}, type) ==
          "<s>(0,0)0/- ▁low(0,3)0/0 </s>(0,0)0/- </s>(0,0)0/- ▁low(0,3)0/1 </s>(0,0)0/- ");
  const std::string albert_pair = "[CLS](0,0)0/- ▁low(0,3)0/0 [SEP](0,0)0/- ▁low(0,3)1/1 [SEP](0,0)1/- ";
  CHECK(
      pair(with_config(unigram(), R"({"model_input_names":["input_ids","token_type_ids","attention_mask"]})"),
           "albert") == albert_pair);
}

TEST_CASE("MPNet: vocab.txt with its own special tokens") {
  CHECK(tokens({{"vocab.txt", "<s>\n<pad>\n</s>\n[UNK]\nlow\n"}}, "low </s>x", "mpnet") ==
        "<s>(0,0) low(0,3) </s>(4,8) [UNK](8,9) </s>(0,0) ");
}

TEST_CASE("settings that are not reproduced are refused by name, where they change a result") {
  const auto config = [](const std::string& text) { return words_with("tokenizer_config.json", text); };
  refused(config(R"({"vocab":{"a":0}})"), "vocab of tokenizer_config.json is not supported");
  CHECK_NOTHROW(read(with_config(bert(), R"({"vocab":{"a":0}})")));
  refused(config(R"({"init_inputs":["x"]})"), "init_inputs");
  CHECK_NOTHROW(read(config(R"({"init_inputs":[],"do_basic_tokenize":false,"add_prefix_space":true})")));
  refused(config(R"({"model_input_names":["input_ids"]})"), "lacks attention_mask");
  refused(config(R"({"padding_side":"left"})"), "padding on the left shifts the positions of bert");
  CHECK_NOTHROW(read(with_config(byte_pairs(), R"({"padding_side":"left"})"), "roberta"));
  const std::string other = R"({"padding_side":"left","pad_token":"<unk>"})";
  refused(with_config(byte_pairs(), other), "padding on the left shifts the positions of roberta", "roberta");
  CHECK_NOTHROW(read(with_config(byte_pairs(), other), "roberta", false, R"(,"pad_token_id":3)"));
  refused({{"vocab.txt", "<s>\n<pad>\n</s>\n[UNK]\n"}, {"tokenizer_config.json", other}},
          "padding on the left shifts the positions of mpnet", "mpnet");
  refused(config(R"({"do_lower_case":null})"), "tokenizer_config.json:1:");
  refused(config(R"({"cls_token":null})"), "cls_token of BertTokenizer is null");
  refused(config(R"({"cls_token":{"content":"[CLS]"}})"), "AddedToken");
  refused(words_with("tokenizer.model", "x"), "tokenizer.model is read by transformers");
  refused({{"sentencepiece.bpe.model", "x"}}, "is not read", "xlm-roberta");
  refused({}, "BertTokenizer needs tokenizer.json or vocab.txt, which is missing");
}

TEST_CASE("words are marked by ##, except at the token that is named unk_token") {
  const mtt::WordMarks words = read(words_with("tokenizer_config.json", "{}")).directory.words;
  CHECK(words.prefix);
  CHECK(words.unknown == 1);
  CHECK(read(words_with("tokenizer_config.json", R"({"unk_token":"[SEP]"})")).directory.words.unknown == 3);
  const mtt::WordMarks bytes = read(with_config(byte_pairs(), "{}"), "roberta").directory.words;
  CHECK_FALSE(bytes.prefix);
  CHECK(bytes.unknown == 3);
}

TEST_CASE("type ids are those of the template only where the model is given them") {
  Value json = bert();
  const auto item = [](const char* kind, const char* id) {
    return Value(Value::Table{{kind, Value::Table{{"id", id}, {"type_id", 1}}}});
  };
  json.set("post_processor", Value::Table{{"type", "TemplateProcessing"},
                                          {"single", Value::Array{item("Sequence", "A")}},
                                          {"special_tokens", Value(Value::Table{})}});
  const auto type_of_first = [&](const std::string& names) {
    mtt::Tokens tokens;
    read(with_config(json, R"({"tokenizer_class":"PreTrainedTokenizerFast")" + names + "}"))
        .directory.tokenizer.encode("low", 0, tokens);
    return tokens.type_ids.at(0);
  };
  CHECK(type_of_first("") == 0);
  CHECK(type_of_first(R"(,"model_input_names":["input_ids","token_type_ids","attention_mask"])") == 1);
}

TEST_CASE("a normalizer that makes a text very much longer is refused when it is read") {
  const auto normalized = [](Value normalizer) {
    Value json = bert();
    json.set("normalizer", std::move(normalizer));
    return with_config(json, R"({"tokenizer_class":"PreTrainedTokenizerFast"})");
  };
  const auto replace = [](const std::string& content) {
    return Value(
        Value::Table{{"type", "Replace"}, {"pattern", Value::Table{{"String", "a"}}}, {"content", content}});
  };
  const char message[] = "the normalizer can make a text more than 100 times as long";
  refused(normalized(replace(std::string(101, 'a'))), message);
  CHECK_NOTHROW(read(normalized(replace(std::string(100, 'a')))));
  Value nested = replace("aa");
  for (int i = 0; i < 7; ++i)
    nested = Value::Table{{"type", "Sequence"}, {"normalizers", Value::Array{nested, replace("aa")}}};
  refused(normalized(nested), message);
  refused(normalized(Value::Table{{"type", "Sequence"},
                                  {"normalizers", Value(Value::Array(1001, type("Lowercase")))}}),
          "the normalizer has 1001 steps; expected at most 1000");
  Value json = bert();
  json.set("normalizer", replace(std::string(101, 'a')));
  CHECK_NOTHROW(read({{"tokenizer.json", json.json()}}));  // BertTokenizer does not use it
}

TEST_CASE("the embedding has a row for every token of the files") {
  const auto check = [](const Read& read, std::int64_t rows) {
    std::vector<std::string> warnings;
    mtt::check_embedding("model", read.directory.tokenizer, read.directory.listed_tokens, rows, warnings);
    return warnings;
  };
  const Read whole = read({{"vocab.txt", kWords}});
  CHECK(check(whole, 12).empty());
  REQUIRE(check(whole, 20).size() == 1);
  CHECK_THAT(check(whole, 20)[0],
             Contains("12 tokens, the embedding has 20 rows; the last 8 are never used"));
  CHECK_THROWS_WITH(check(whole, 11), Contains("the token \"中\" would need row 11"));
  const Read without_mask = read({{"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n"}});
  REQUIRE(check(without_mask, 4).size() == 1);
  CHECK_THAT(check(without_mask, 4)[0], Contains("a text that needs one of the others is refused"));
  CHECK_THROWS_WITH(check(read(words_with("added_tokens.json", R"({"[NEW]":12})")), 12),
                    Contains("the token \"[NEW]\" would need row 12"));
}
