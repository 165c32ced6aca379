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
