#include "model/pending_request.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "mtt/error.h"

namespace mtt {
namespace {

void check_token_ids(const Request& request) {
  if (request.token_ids.empty()) return;
  if (!request.texts.empty() || !request.second_texts.empty())
    throw Error("a request has both texts and token ids; expected either");
  if (request.predictions || request.prompt)
    throw Error("a request of token ids asks for predictions, or has a prompt; expected vectors alone");
}

void check_transformed(const Request& request, const std::vector<Task>& tasks) {
  const std::size_t t = *request.transformed_by;
  if (t >= tasks.size() || !tasks[t].transforms())
    throw Error("a request names " +
                (t < tasks.size() ? "task '" + tasks[t].name + "'" : "no task of the model") +
                " as the one whose head changes the inputs; expected a task whose head does");
  if (request.sentences || !request.predictions)
    throw Error("a request whose inputs task '" + tasks[t].name +
                "' changes asks for vectors, or for no predictions; expected predictions alone");
}

}  // namespace

bool RequestPart::goes_with(const RequestPart& other) const {
  const Request &own = request->request(), &others = other.request->request();
  return joint == other.joint && second_texts == other.second_texts && own.sentences == others.sentences &&
         own.normalize == others.normalize && own.token_vectors == others.token_vectors &&
         own.predictions == others.predictions && own.tasks == others.tasks && own.logits == others.logits &&
         own.transformed_by == others.transformed_by && own.top == others.top;
}

PendingRequest::PendingRequest(Request request, Answer answer, const MultiTaskModel& model)
    : request_(std::move(request)), answer_(std::move(answer)) {
  const auto count = static_cast<std::int64_t>(request_.size());
  if (!request_.second_texts.empty() && request_.second_texts.size() != request_.texts.size())
    throw Error("a request has " + std::to_string(count) + " texts and " +
                std::to_string(request_.second_texts.size()) + " second texts; expected as many, or none");
  check_token_ids(request_);
  if (!request_.normalize) request_.normalize = model.modules().normalizes();
  response_.times.submitted = std::chrono::steady_clock::now();
  const auto& tasks = model.tasks();
  if (request_.transformed_by) check_transformed(request_, tasks);
  const auto any = [&](const auto& is) {
    for (std::size_t t = 0; request_.predictions && t < tasks.size(); ++t)
      if (request_.asks(t) && is(tasks[t])) return true;
    return false;
  };
  const auto reads_text = [](bool second) {
    return [second](const Task& task) { return !task.grouped() && !task.joint(second); };
  };
  groups_ = any([](const Task& task) { return task.grouped(); });
  joint_ = any([](const Task& task) { return task.joint(true); });
  const bool own_vectors = request_.sentences || request_.token_vectors;
  lone_texts_ = own_vectors || any(reads_text(false));
  paired_texts_ = own_vectors || groups_ || any(reads_text(true));
  inputs_.resize(request_.size());
  open_inputs_.resize(request_.size());
  if (request_.token_vectors) response_.token_vectors.resize(request_.size());
  if (request_.sentences) response_.sentences = at::empty({count, model.modules().width()}, at::kFloat);
  if (request_.predictions) response_.predictions.assign(tasks.size(), std::vector<Value>(request_.size()));
  if (request_.logits)
    response_.logits.assign(tasks.size(), std::vector<std::vector<float>>(request_.size()));
  if (request_.transformed_by) response_.labels.resize(request_.size());
  open_pieces_ = chunks();
}

std::int64_t PendingRequest::chunks() const {
  const auto count = static_cast<std::int64_t>(request_.size());
  return std::max<std::int64_t>(1, (count + kTextsPerTokenizing - 1) / kTextsPerTokenizing);
}

const std::string* PendingRequest::second_text(std::int64_t text) const {
  if (request_.second_texts.empty() || !request_.second_texts[text]) return nullptr;
  return &*request_.second_texts[text];
}

TokenizedText PendingRequest::read(const TextEncoder& encoder, std::int64_t text) const {
  return request_.token_ids.empty() ? encoder.encode(request_.texts[text])
                                    : encoder.encode_ids(request_.token_ids[text]);
}

bool PendingRequest::tokenize(const TextEncoder& of_session, std::int64_t chunk) {
  std::exception_ptr error;
  try {
    const TextEncoder encoder = of_session.with(request_.prompt, request_.truncated_end);
    const auto end = std::min(static_cast<std::int64_t>(inputs_.size()), (chunk + 1) * kTextsPerTokenizing);
    for (std::int64_t i = chunk * kTextsPerTokenizing; i < end && !failed(); ++i) {
      const std::string* second = second_text(i);
      if (second ? paired_texts_ : lone_texts_) inputs_[i].text = read(encoder, i);
      if (second && groups_) inputs_[i].second = encoder.encode(*second);
      if (second && joint_) inputs_[i].joint = encoder.encode_pair(request_.texts[i], *second);
    }
  } catch (...) {
    error = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  if (error && !error_) error_ = error;
  return --open_pieces_ == 0;
}

std::optional<std::int64_t> PendingRequest::first_too_long() const {
  const auto is_truncated = [](const std::optional<TokenizedText>& input) {
    return input && input->truncated();
  };
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (is_truncated(inputs_[i].text) || is_truncated(inputs_[i].second) || is_truncated(inputs_[i].joint))
      return static_cast<std::int64_t>(i);
  return std::nullopt;
}

std::deque<RequestPart> PendingRequest::divide(const std::shared_ptr<PendingRequest>& request,
                                               std::int64_t tokens_per_forward) {
  PendingRequest& own = *request;
  own.response_.times.tokenized = std::chrono::steady_clock::now();
  std::deque<RequestPart> parts;
  const auto length = [](const std::optional<TokenizedText>& input) { return input ? input->length() : 0; };
  const auto add_parts = [&](bool joint, bool second_texts) {
    std::vector<std::int64_t> texts;
    for (std::size_t i = 0; i < own.inputs_.size(); ++i) {
      const auto text = static_cast<std::int64_t>(i);
      if ((own.second_text(text) != nullptr) == second_texts &&
          (joint ? own.inputs_[i].joint : own.inputs_[i].text))
        texts.push_back(text);
    }
    const auto tokens = [&](std::int64_t text) {
      const Inputs& inputs = own.inputs_[text];
      return joint ? length(inputs.joint) : length(inputs.text) + length(inputs.second);
    };
    for (auto& run : cut_by_length(std::move(texts), tokens, tokens_per_forward)) {
      RequestPart& part = parts.emplace_back(RequestPart{request, joint, second_texts, std::move(run)});
      for (const std::int64_t text : part.texts) {
        part.tokens += tokens(text);
        ++own.open_inputs_[text];
      }
    }
  };
  if (!own.error_ && (!own.request_.truncates || !own.request_.token_ids.empty()))
    own.response_.too_long = own.first_too_long();
  if (!own.error_ && !own.response_.too_long) {
    for (const Inputs& inputs : own.inputs_)
      for (const auto* input : {&inputs.text, &inputs.second, &inputs.joint})
        own.response_.tokens += length(*input);
    own.response_.truncated = std::count_if(own.inputs_.begin(), own.inputs_.end(), [](const Inputs& inputs) {
      return (inputs.text && inputs.text->truncated()) || (inputs.second && inputs.second->truncated()) ||
             (inputs.joint && inputs.joint->truncated());
    });
    add_parts(false, false);
    add_parts(false, true);
    add_parts(true, true);
  }
  own.open_pieces_ = static_cast<std::int64_t>(parts.size()) + 1;
  own.finish_piece(nullptr);  // answers a request without parts
  return parts;
}

const TokenizedText* PendingRequest::first_input(const RequestPart& part, std::int64_t text) const {
  return part.joint ? &*inputs_[text].joint : &*inputs_[text].text;
}

const TokenizedText* PendingRequest::second_input(std::int64_t text) const {
  return inputs_[text].second ? &*inputs_[text].second : nullptr;
}

void PendingRequest::start() {
  const std::lock_guard lock(mutex_);
  RequestTimes& times = response_.times;
  if (times.started == RequestTimes::Point()) times.started = std::chrono::steady_clock::now();
}

bool PendingRequest::failed() const {
  const std::lock_guard lock(mutex_);
  return error_ != nullptr || (request_.cancelled && *request_.cancelled);
}

void PendingRequest::finish(const RequestPart& part, std::exception_ptr error) {
  if (!error && request_.progress) {
    const std::lock_guard lock(mutex_);
    for (const std::int64_t text : part.texts) done_ += --open_inputs_[text] == 0;
    done_tokens_ += part.tokens;
    try {
      if (!error_)
        request_.progress(done_, static_cast<double>(done_tokens_) / static_cast<double>(response_.tokens));
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  finish_piece(error);
}

void PendingRequest::finish_piece(std::exception_ptr error) {
  {
    const std::lock_guard lock(mutex_);
    if (error && !error_) error_ = error;
    if (--open_pieces_ > 0) return;
    if (!error_ && request_.cancelled && *request_.cancelled)
      error_ = std::make_exception_ptr(Error("the request was cancelled"));
  }
  answer_(error_ ? Response() : std::move(response_), error_);
}

void PendingRequest::abandon(const std::exception_ptr& error) noexcept { answer_({}, error); }

}  // namespace mtt
