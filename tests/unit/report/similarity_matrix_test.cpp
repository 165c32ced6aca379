#include "report/similarity_matrix.h"

#include <cmath>

#include "catch.h"
#include "eval/cosine.h"

TEST_CASE("similarities are cosines, and the picture escapes its texts") {
  const float vectors[] = {1, 0, 2, 2, 0, 0, NAN, 1};
  const auto values = mtt::cosine_similarities(vectors, 4, 2);
  CHECK(values[1] == Approx(std::sqrt(0.5)));
  CHECK(values[2] == 0);
  CHECK(values[15] == 0);
  const std::string svg = mtt::similarity_svg(values, {"<script>alert(1)</script>", "a & \"b\"", "c", "d"});
  CHECK(svg.find("<script>") == std::string::npos);
  CHECK_THAT(svg, Contains("&lt;script&gt;") && Contains("&amp; &quot;b&quot;"));
  CHECK_THAT(mtt::similarity_text(values, 4, 2, false), Contains("the first 2 of 4"));
}
