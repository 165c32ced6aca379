// A request on its way through a session.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "model/batching.h"
#include "model/multi_task_model.h"
#include "model/request.h"

namespace mtt {

class PendingRequest;

/// Texts of one request for one forward pass: joint pairs, or texts that all have a second text or all have
/// none.
struct RequestPart {
  std::shared_ptr<PendingRequest> request;
  bool joint = false;
  bool second_texts = false;
  std::vector<std::int64_t> texts = {};  ///< their numbers in the request
  std::int64_t tokens = 0;

  /// Whether one forward pass can serve both: the same kind of inputs, the same results.
  bool goes_with(const RequestPart& other) const;
};

/// A request, its tokens, and what is ready of its response. Its work is divided twice: into chunks of texts
/// to tokenize, then into parts of forward passes. Each is done by one thread, all at the same time if need
/// be; the last one answers, with the error if there was one.
class PendingRequest {
 public:
  PendingRequest(Request request, Answer answer, const MultiTaskModel& model);

  const Request& request() const { return request_; }
  std::int64_t chunks() const;

  /// Tokenizes a chunk; true for the last of them.
  bool tokenize(const TextEncoder& of_session, std::int64_t chunk);
  /// To be called once after the last chunk: the parts, each of at most `tokens_per_forward` tokens or one
  /// longer text. There are none where the request is answered already: it failed, a text is too long, or
  /// nothing reads its texts.
  static std::deque<RequestPart> divide(const std::shared_ptr<PendingRequest>& request,
                                        std::int64_t tokens_per_forward);

  /// The inputs of a text that a part reads; null: the text has no such input.
  const TokenizedText* first_input(const RequestPart& part, std::int64_t text) const;
  const TokenizedText* second_input(std::int64_t text) const;
  Response& response() { return response_; }
  /// A forward pass with texts of this request begins.
  void start();

  /// Whether an error has ended the request, so that its other parts need no work.
  bool failed() const;
  /// Counts a part as done; without an error it is reported as progress.
  void finish(const RequestPart& part, std::exception_ptr error = nullptr);
  /// Counts a part of a failed request as done.
  void skip() { finish_piece(nullptr); }
  /// Fails a request that nobody works on.
  void abandon(const std::exception_ptr& error) noexcept;

 private:
  /// What the encoder can read of a text: it alone, its second text alone, both encoded jointly.
  struct Inputs {
    std::optional<TokenizedText> text, second, joint;
  };
  const std::string* second_text(std::int64_t text) const;
  TokenizedText read(const TextEncoder& encoder, std::int64_t text) const;
  std::optional<std::int64_t> first_too_long() const;
  void finish_piece(std::exception_ptr error);

  Request request_;
  Response response_;
  Answer answer_;
  std::vector<Inputs> inputs_;
  bool lone_texts_ = false;    ///< texts without a second text are read
  bool paired_texts_ = false;  ///< texts with a second text are read alone, too
  bool groups_ = false, joint_ = false;

  mutable std::mutex mutex_;
  std::int64_t open_pieces_ = 0;  ///< chunks or parts that are not done
  std::vector<std::uint8_t> open_inputs_;
  std::int64_t done_ = 0, done_tokens_ = 0;
  std::exception_ptr error_;
};

}  // namespace mtt
