#include "serve/page.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/html_text.h"
#include "serve/assets.h"

namespace mtt {

namespace {

void replace_all(std::string& text, std::string_view mark, const std::string& by) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size()))
    text.replace(at, mark.size(), by);
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

HttpResponse asset(const char* type, std::string body) {
  return {
      .content_type = type,
      .body = std::move(body),
      .headers = {{"Content-Security-Policy",
                   "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; "
                   "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
                  {"X-Content-Type-Options", "nosniff"}}};
}

}  // namespace

HttpResponse page_html(const ServedModel& served) {
  std::vector<std::string> tasks;
  for (const Task& task : served.tasks()) tasks.push_back(task.name);
  const std::string summary = "Sentence vectors of " + std::to_string(served.width()) + " dimensions" +
                              (tasks.empty() ? "" : ", and predictions of " + joined(tasks)) +
                              ", from one forward pass.";
  const bool pairs = served.model().reads_pairs();
  std::string page = kPageHtml;
  replace_all(page, "@HAS_PAIRS@", pairs ? "yes" : "no");
  replace_all(page, "@PAIRS@", pairs ? " A tab separates a text from its second text." : "");
  replace_all(page, "@MOST@", std::to_string(served.limits().batch));
  replace_all(page, "@SUMMARY@", html_text(summary));
  replace_all(page, "@NAME@", html_text(served.name()));
  return asset("text/html; charset=utf-8", std::move(page));
}

HttpResponse page_script() { return asset("text/javascript; charset=utf-8", kPageScript); }

}  // namespace mtt
