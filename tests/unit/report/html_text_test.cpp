#include "report/html_text.h"

#include "markup.h"

TEST_CASE("text within markup is no markup") {
  CHECK(mtt::html_text(kHostile) == "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;\\u0001");
}
