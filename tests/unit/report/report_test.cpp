#include <cmath>

#include "catch.h"
#include "eval/cosine.h"
#include "value/json.h"
#include "report/console.h"
#include "report/prediction_text.h"
#include "report/similarity_matrix.h"
#include "io/terminal_text.h"
#include "temporary_folder.h"

TEST_CASE("no input moves the cursor or forges a line") {
  CHECK(mtt::printable("a\x1b[2Jb\nc\u2028\u202e") == "a\\u001b[2Jb\\u000ac\\u2028\\u202e");
  CHECK(mtt::printable_text("a\tb\n\x1b[1;31mc\x1b[0m \x1b[2J\xc2\x9b\u200f\xff") ==
        "a\tb\n\x1b[1;31mc\x1b[0m \\u001b[2J\\u009b\\u200f\\xff");
  CHECK(mtt::printable("a\xff\xfe"
                       "b") == "a\\xff\\xfeb");
  CHECK(mtt::shortened("äöü", 3) == "äöü");
  CHECK(mtt::shortened("äöüß", 3) == "äö…");
  CHECK(mtt::padded("ä", 3) == "ä  ");
  CHECK(mtt::without_colours("\x1b[31mred\x1b[0m") == "red");
}

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

TEST_CASE("entities are marked in their text") {
  const auto prediction =
      mtt::parse_json(R"({"entities":[{"start":5,"end":9,"label":"song","score":0.5}]})", "f");
  CHECK(mtt::prediction_text(prediction, "play tüte now") == "play [tüte](song 0.50) now");
  CHECK(mtt::prediction_text(mtt::parse_json(R"({"label":"a","score":1.0})", "f"), "") == "a 1.00");
}

TEST_CASE("all that is printed is in the file, also what came before it") {
  const TemporaryFolder folder;
  mtt::Console console;
  console.warn("first");
  console.keep_in(folder.path() / "console.txt");
  console.say("\x1b[1msecond\x1b[0m\n");
  CHECK(file_text(folder.path() / "console.txt") == "mtt: warning: first\nsecond\n");
}
