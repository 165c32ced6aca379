#include "report/html_page.h"

#include "markup.h"

TEST_CASE("a page escapes its title, loads nothing and runs only its own script") {
  const std::string page = mtt::html_page(kHostile, "<p>body</p>");
  CHECK(count(page, "<script") == 1);
  CHECK(count(page, "</script>") == 1);
  CHECK(count(page, "&lt;script&gt;") == 2);
  CHECK(page.find("default-src 'none'") != std::string::npos);
  CHECK(page.find("script-src 'sha256-") != std::string::npos);
  for (const char* loads : {"src=", "href=", "@import", "url("}) CHECK(page.find(loads) == std::string::npos);
  for (const char* kind : {"prefers-color-scheme: dark", "@media print", "width=device-width"})
    CHECK(page.find(kind) != std::string::npos);
}
