#include "serve/tei_routes.h"

#include <utility>

#include "model/truncated_vectors.h"
#include "serve/body_fields.h"
#include "serve/text_inputs.h"
#include "serve/text_settings.h"
#include "serve/vector_json.h"
#include "value/utf8.h"

namespace mtt {

Outcome tei_embed(const ServedModel& served, const Value& body) {
  const BodyFields fields(body);
  TextInputs inputs = texts_or_ids(fields.at("inputs"), served.vocabulary());
  if (auto refusal = refuse_count(inputs.size(), "inputs", served.limits().batch)) return *refusal;
  const std::int64_t width = fields.integer("dimensions").value_or(served.width());
  if (width < 1 || width > served.width())
    fields.at("dimensions")
        .refuse("`dimensions` is " + std::to_string(width) + "; expected 1 to " +
                std::to_string(served.width()));
  const bool normalize = fields.flag("normalize", true);
  Work work{.route = "embed", .single = inputs.single};
  work.request = {.texts = std::move(inputs.texts), .token_ids = std::move(inputs.token_ids)};
  work.request.normalize = normalize;
  read_text_settings(served, fields, work.request);
  work.write = [width, normalize](Response& response) {
    return matrix_json(truncated_vectors(response.sentences, width, normalize));
  };
  return work;
}

Outcome tei_embed_all(const ServedModel& served, const Value& body) {
  const BodyFields fields(body);
  TextInputs inputs = texts_or_ids(fields.at("inputs"), served.vocabulary());
  if (auto refusal = refuse_count(inputs.size(), "inputs", served.limits().batch)) return *refusal;
  Work work{.route = "embed", .single = inputs.single};
  work.request = {.texts = std::move(inputs.texts), .token_ids = std::move(inputs.token_ids)};
  work.request.sentences = false;
  work.request.token_vectors = true;
  read_text_settings(served, fields, work.request);
  work.write = [](Response& response) {
    std::string json = "[";
    for (const at::Tensor& vectors : response.token_vectors)
      json += (json.size() > 1 ? "," : "") + matrix_json(vectors);
    return json + "]";
  };
  return work;
}

Outcome tei_similarity(const ServedModel& served, const Value& body) {
  const BodyFields fields(body);
  const BodyFields inputs(fields.at("inputs"));
  std::vector<std::string> texts = inputs.texts("sentences");
  if (auto refusal = refuse_count(texts.size(), "inputs.sentences", served.limits().batch)) return *refusal;
  texts.insert(texts.begin(), inputs.at("source_sentence").string());
  Work work{.route = "embed"};
  work.request = {.texts = std::move(texts)};
  const Value none{Value::Table{}};
  const Value* parameters = fields.find("parameters");
  read_text_settings(served, BodyFields(parameters != nullptr ? *parameters : none), work.request);
  work.write = [](Response& response) {
    Value::Array cosines;
    for (std::int64_t i = 1; i < response.sentences.size(0); ++i)
      cosines.emplace_back(cosine(response.sentences, 0, i));
    return Value(std::move(cosines)).json();
  };
  return work;
}

namespace {

/// As text-embeddings-inference names them.
const char* type_name(Precision precision) {
  return precision == Precision::bf16 ? "bfloat16" : precision == Precision::int8 ? "int8" : "float32";
}

/// Where each code point begins, and the end.
std::vector<std::size_t> code_point_offsets(const std::string& text) {
  std::vector<std::size_t> offsets;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!continues_character(text[i])) offsets.push_back(i);
  offsets.push_back(text.size());
  return offsets;
}

Value tokens_of(const Tokenizer& tokenizer, const TextEncoder& encoder, const std::string& text,
                bool special_tokens) {
  const Tokens tokens = encoder.encode(text).tokens;
  const std::vector<std::size_t> offsets = code_point_offsets(text);
  Value::Array list;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    const bool special = tokens.special[i] != 0;
    if (special && !special_tokens) continue;
    const auto [begin, end] = tokens.chars[i];
    const bool in_text = begin < end;  // tokens of the prompt are not
    const std::string own = in_text ? text.substr(offsets[begin], offsets[end] - offsets[begin])
                                    : std::string(tokenizer.token(tokens.ids[i]));
    list.emplace_back(Value::Table{{"id", std::int64_t{tokens.ids[i]}},
                                   {"text", own},
                                   {"special", special},
                                   {"start", special ? Value() : Value(std::int64_t{begin})},
                                   {"stop", special ? Value() : Value(std::int64_t{end})}});
  }
  return list;
}

}  // namespace

Outcome tei_tokenize(const ServedModel& served, const Value& body) {
  const BodyFields fields(body);
  const Value& given = fields.at("inputs");
  const std::vector<std::string> texts =
      given.is(Value::Kind::string) ? std::vector{given.string()} : fields.texts("inputs");
  if (auto refusal = refuse_count(texts.size(), "inputs", served.limits().batch)) return *refusal;
  const bool special_tokens = fields.flag("add_special_tokens", true);
  const Encoder& encoder = served.open().encoder;
  const std::string prompt = served.prompt(fields.text("prompt_name")).value_or(encoder.prompt);
  const Tokenizer& tokenizer = *encoder.directory.tokenizer;
  const TextEncoder text_encoder(tokenizer, 0, prompt);
  Value::Array all;
  for (const std::string& text : texts)
    all.push_back(tokens_of(tokenizer, text_encoder, text, special_tokens));
  return json_response(Value(std::move(all)).json());
}

HttpResponse tei_info(const ServedModel& served) {
  const MultiTaskModel& model = served.model();
  std::string pooling;
  for (const PoolingMode mode : model.modules().pooling().modes)
    for (const PoolingName& known : kPoolingNames)
      if (known.mode == mode) pooling += (pooling.empty() ? "" : "+") + std::string(known.name);
  Value::Array tasks;
  for (const Task& task : served.tasks()) {
    Value::Array labels;
    for (const std::string& label : task.label_names()) labels.emplace_back(label);
    tasks.emplace_back(Value::Table{{"name", task.name},
                                    {"head", task.plugin},
                                    {"reads_pairs", task.reads_pairs()},
                                    {"reads_single_texts", task.reads_single_texts()},
                                    {"labels", std::move(labels)}});
  }
  const Session& session = *served.open().session;
  return json_response(
      Value(Value::Table{{"model_id", served.name()},
                         {"model_sha", Value()},
                         {"model_dtype", type_name(served.open().precision)},
                         {"served_model_name", served.name()},
                         {"model_type", Value::Table{{"embedding", Value::Table{{"pooling", pooling}}}}},
                         {"dimensions", served.width()},
                         {"tasks", std::move(tasks)},
                         {"max_concurrent_requests", served.limits().concurrent_requests},
                         {"max_input_length", served.max_tokens()},
                         {"max_batch_tokens", session.tokens_per_forward()},
                         {"max_batch_requests", Value()},
                         {"max_client_batch_size", served.limits().batch},
                         {"auto_truncate", true},
                         {"tokenization_workers", session.threads()},
                         {"version", MTT_VERSION},
                         {"sha", Value()},
                         {"docker_label", Value()}})
          .json());
}

}  // namespace mtt
