#include "report/html_text.h"

#include "markup.h"

TEST_CASE("text within markup is no markup") {
  CHECK(mtt::html_text(kHostile) == "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;\\u0001");
  check_balanced(mtt::html_table({{kHostile, "b"}, {"1", kHostile}}));
  check_balanced(mtt::html_page(kHostile, "<p>body</p>"));
}
