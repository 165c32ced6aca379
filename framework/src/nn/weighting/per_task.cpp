#include "mtt/weighting/per_task.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mtt::per_task {
namespace {

constexpr double kLeastLoss = 1e-8;

void write(at::Tensor& tensor, const std::vector<double>& numbers) {
  std::transform(numbers.begin(), numbers.end(), tensor.mutable_data_ptr<float>(),
                 [](double number) { return static_cast<float>(number); });
}

}  // namespace

std::vector<double> softmax(std::vector<double> logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  for (double& x : logits) x = std::exp(x - largest);
  const double sum = std::accumulate(logits.begin(), logits.end(), 0.0);
  for (double& x : logits) x /= sum;
  return logits;
}

double floored(double loss) { return std::max(loss, kLeastLoss); }

std::vector<double> spread(const std::vector<double>& values, const std::vector<std::size_t>& present,
                           std::size_t tasks) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  std::vector<double> all(tasks, values.empty() ? 1.0 : sum / static_cast<double>(values.size()));
  for (std::size_t n = 0; n < present.size(); ++n) all[present[n]] = values[n];
  return all;
}

std::vector<double> numbers(const at::Tensor& parameter) {
  const float* data = parameter.const_data_ptr<float>();
  return {data, data + parameter.numel()};
}

void assign(at::Tensor& parameter, const std::vector<double>& numbers) { write(parameter, numbers); }

void set_gradient(at::Tensor& parameter, const std::vector<double>& gradient) {
  at::Tensor made = at::empty(parameter.sizes(), at::kFloat);
  write(made, gradient);
  parameter.mutable_grad() = made;
}

Value to_value(const std::vector<double>& numbers) {
  Value::Array array;
  for (const double number : numbers) array.push_back(std::isnan(number) ? Value() : Value(number));
  return array;
}

std::vector<double> from_value(const Value& value, std::size_t count) {
  std::vector<double> numbers;
  for (const Value& item : value.array())
    numbers.push_back(item.is(Value::Kind::null) ? std::numeric_limits<double>::quiet_NaN() : item.number());
  if (numbers.size() != count)
    value.refuse("the state of the weighting has " + std::to_string(numbers.size()) + " numbers, expected " +
                 std::to_string(count) + "; it belongs to other tasks");
  return numbers;
}

}  // namespace mtt::per_task
