#include "io/base64.h"

#include "catch.h"

TEST_CASE("base64 has the values of RFC 4648") {
  CHECK(mtt::base64("").empty());
  CHECK(mtt::base64("f") == "Zg==");
  CHECK(mtt::base64("fo") == "Zm8=");
  CHECK(mtt::base64("foo") == "Zm9v");
  CHECK(mtt::base64("foob") == "Zm9vYg==");
  CHECK(mtt::base64("fooba") == "Zm9vYmE=");
  CHECK(mtt::base64("foobar") == "Zm9vYmFy");
  CHECK(mtt::base64("\xff\xfe\xfb") == "//77");
}
