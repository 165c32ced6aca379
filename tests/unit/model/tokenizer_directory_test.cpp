// The expected tokens are those of transformers 5.24 for the same files.
#include "model/tokenizer_directory.h"

#include "tokenizer_files.h"

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
