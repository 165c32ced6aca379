// The expected tokens are those of transformers 5.24 for the same files.
#include "model/class_tokenizer.h"

#include "tokenizer_files.h"

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

TEST_CASE("Llama: spaces are ▁, before the first text or each one, and there is no unknown token") {
  const auto llama = [](const std::string& more) {
    return tokens(with_config(character_pairs(),
                              R"({"tokenizer_class":"LlamaTokenizer","padding_side":"right")" + more + "}"),
                  "low  low</s>lowé x");
  };
  const std::string first = "▁low(0,3) ▁(3,4) ▁low(4,8) </s>(8,12) ";
  const std::string last = "<0xC3>(15,16) <0xA9>(15,16) ▁(16,17) ";
  CHECK(llama("") == first + "low(12,15) " + last);
  CHECK(llama(R"(,"legacy":null)") == first + "low(12,15) " + last);
  CHECK(llama(R"(,"legacy":true,"add_prefix_space":null)") == first + "▁low(12,15) " + last);
  CHECK(llama(R"(,"add_prefix_space":false)") == "low(0,3) ▁(3,4) ▁low(4,8) </s>(8,12) low(12,15) " + last);
}

TEST_CASE("Gemma: spaces are ▁, and characters without bytes are unknown") {
  const char text[] = "low  low</s>lowé x<eos>low";
  const std::string expected =
      "low(0,3) ▁(3,4) ▁low(4,8) <unk>(8,12) low(12,15) <0xC3>(15,16) <0xA9>(15,16) ▁(16,17) <unk>(17,18) "
      "<eos>(18,23) low(23,26) ";
  CHECK(tokens(with_config(character_pairs(),
                           R"({"tokenizer_class":"GemmaTokenizerFast","padding_side":"right"})"),
               text) == expected);
  CHECK(tokens(with_config(character_pairs(), "{}"), text, "gemma2") == expected);
  refused(with_config(bert(), "{}"), "the tokenizer model is WordPiece, but GemmaTokenizer needs BPE",
          "gemma2");
  refused({{"tokenizer.model", ""}}, "tokenizer.model is read by transformers", "gemma2");
}

TEST_CASE(
    "Llama and Gemma have the template of the file, and pad on the left unless the files say otherwise") {
  Value json = character_pairs();
  json.set("post_processor", mtt::parse_json(R"({"type":"TemplateProcessing",
             "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
             "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],
             "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}})",
                                             "test"));
  const std::string llama = R"({"tokenizer_class":"LlamaTokenizer")";
  CHECK(tokens(with_config(json, llama + R"(,"padding_side":"right"})"), "low") == "<s>(0,0) ▁low(0,3) ");
  refused(with_config(json, llama + "}"), "expected padding_side right");
  CHECK(tokens(with_config(json, llama + "}"), "low", "llama") == "<s>(0,0) ▁low(0,3) ");
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
