#include "model/tokenizer_class.h"

#include <algorithm>

#include "text/component_json.h"

namespace mtt {
namespace {

constexpr std::string_view kBackends[] = {"PreTrainedTokenizer", "PythonBackend", "TokenizersBackend",
                                          "BloomTokenizer"};

/// Without "Tokenizer" behind them.
constexpr std::pair<std::string_view, TokenizerClass> kReproduced[] = {
    {"Bert", TokenizerClass::bert},           {"DistilBert", TokenizerClass::distil_bert},
    {"Electra", TokenizerClass::bert},        {"LayoutLM", TokenizerClass::bert},
    {"Lxmert", TokenizerClass::bert},         {"MobileBert", TokenizerClass::bert},
    {"SqueezeBert", TokenizerClass::bert},    {"MPNet", TokenizerClass::mpnet},
    {"Roberta", TokenizerClass::roberta},     {"Bart", TokenizerClass::roberta},
    {"LED", TokenizerClass::roberta},         {"Longformer", TokenizerClass::roberta},
    {"Mvp", TokenizerClass::roberta},         {"XLMRoberta", TokenizerClass::xlm_roberta},
    {"Camembert", TokenizerClass::camembert}, {"Albert", TokenizerClass::albert},
    {"Llama", TokenizerClass::llama},         {"Gemma", TokenizerClass::gemma}};

/// Classes of transformers with rules of their own. A name that is in no list falls back to the backend.
constexpr std::string_view kOthers =
    " Barthez Bartpho BertGeneration BertJapanese Bertweet BigBird BioGpt Blenderbot BlenderbotSmall "
    "ByT5 CLIP CTRL Canine Character Clvp CodeGen CodeLlama Cohere ConvBert Cpm CpmAnt "
    "DPRContextEncoder DPRQuestionEncoder DPRReader Deberta DebertaV2 Dia Esm Esmc FNet FSMT "
    "FastSpeech2Conformer Flaubert Funnel GPT2 GPTNeoX GPTNeoXJapanese GPTSw3 Herbert Lasr "
    "LayoutLMv2 LayoutLMv3 LayoutXLM Luke M2M100 MBart MBart50 MLuke Marian MarkupLM Mecab "
    "Mgpstr MyT5 Nllb Nougat OpenAIGPT PLBart Parakeet Pegasus Perceiver Phi3 Phobert Pop2Piano "
    "ProphetNet Qwen2 Qwen3_5 Rag Reformer RemBert RoCBert RoFormer SeamlessM4T Siglip Siglip2 "
    "Speech2Text SpeechT5 Splinter T5 Tapas Tipsv2 Udop VideoPrism Vits Wav2Vec2CTC "
    "Wav2Vec2PhonemeCTC Whisper XGLM XLM XLNet ";

constexpr std::pair<std::string_view, TokenizerClass> kModelTypes[] = {
    {"bert", TokenizerClass::bert},           {"distilbert", TokenizerClass::bert},
    {"electra", TokenizerClass::bert},        {"mpnet", TokenizerClass::mpnet},
    {"roberta", TokenizerClass::roberta},     {"xlm-roberta", TokenizerClass::xlm_roberta},
    {"camembert", TokenizerClass::camembert}, {"albert", TokenizerClass::albert},
    {"modernbert", TokenizerClass::backend},  {"gemma", TokenizerClass::gemma},
    {"gemma2", TokenizerClass::gemma},        {"gemma3", TokenizerClass::gemma},
    {"gemma3_text", TokenizerClass::gemma}};

std::string_view without(std::string_view name, std::string_view ending) {
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name;
}

bool is_byte_level(const Value* tokenizer_json) {
  if (!tokenizer_json) return false;
  for (const char* part : {"pre_tokenizer", "post_processor", "decoder"})
    if (const Value* value = tokenizer_json->find(part);
        value && value->json().find("\"ByteLevel\"") != std::string::npos)
      return true;
  return false;
}

TokenizerClass named_class(const Value& name, const Value* tokenizer_json) {
  const std::string_view plain = without(name.string(), "Fast");
  const std::string_view stem = without(plain, "Tokenizer");
  if (std::find(std::begin(kBackends), std::end(kBackends), plain) != std::end(kBackends))
    return TokenizerClass::backend;
  if (plain == "LlamaTokenizer" && is_byte_level(tokenizer_json)) return TokenizerClass::backend;
  for (const auto& [known, which] : kReproduced)
    if (plain.ends_with("Tokenizer") && stem == known) return which;
  if (plain.ends_with("Tokenizer") && kOthers.find(" " + std::string(stem) + " ") != std::string_view::npos)
    name.refuse("the tokenizer class " + name.json() +
                " is not supported; expected that of BERT, DistilBERT, ELECTRA, MPNet, RoBERTa, "
                "XLM-RoBERTa, CamemBERT, ALBERT, Llama or Gemma, or PreTrainedTokenizerFast");
  return TokenizerClass::backend;
}

bool has_code_of_its_own(const Value& settings) {
  const Value* map = settings.find("auto_map");
  if (is_null(map)) return false;
  return !map->is(Value::Kind::table) || !is_null(map->find("AutoTokenizer"));
}

}  // namespace

const char* class_name(TokenizerClass which) {
  switch (which) {
    case TokenizerClass::backend:
      return "TokenizersBackend";
    case TokenizerClass::bert:
      return "BertTokenizer";
    case TokenizerClass::distil_bert:
      return "DistilBertTokenizer";
    case TokenizerClass::mpnet:
      return "MPNetTokenizer";
    case TokenizerClass::roberta:
      return "RobertaTokenizer";
    case TokenizerClass::xlm_roberta:
      return "XLMRobertaTokenizer";
    case TokenizerClass::camembert:
      return "CamembertTokenizer";
    case TokenizerClass::albert:
      return "AlbertTokenizer";
    case TokenizerClass::llama:
      return "LlamaTokenizer";
    case TokenizerClass::gemma:
      return "GemmaTokenizer";
  }
  return "";
}

TokenizerClass tokenizer_class(const Value& config, const Value& settings, const Value* tokenizer_json,
                               bool has_word_pieces) {
  const Value* name = settings.find("tokenizer_class");
  if (is_null(name)) name = config.find("tokenizer_class");
  const std::string& type = config.at("model_type").string();
  if (!is_null(name) && (type != "modernbert" || has_code_of_its_own(settings)))
    return named_class(*name, tokenizer_json);
  for (const auto& [known, which] : kModelTypes)
    if (type == known) return which;
  if (tokenizer_json) return TokenizerClass::backend;
  return has_word_pieces ? TokenizerClass::bert : TokenizerClass::roberta;
}

}  // namespace mtt
