#include "base/json.h"

#include <random>

#include "check.h"

namespace millrace {
namespace {

// The value written back, members and all, or the message of the error.
std::string written(const Json& json) {
  switch (json.kind()) {
    case Json::Kind::Null: return "null";
    case Json::Kind::Bool: return json.as_bool() ? "true" : "false";
    case Json::Kind::Number: {
      char text[64];
      std::snprintf(text, sizeof(text), "%.17g", json.as_number());
      return text;
    }
    case Json::Kind::String: return "\"" + json.as_string() + "\"";
    case Json::Kind::Array:
    case Json::Kind::Object: break;
  }
  std::string out = json.is_array() ? "[" : "{";
  for (size_t i = 0; i < json.size(); i++) {
    if (i) out += ",";
    if (json.is_object()) out += json.names()[i] + ":";
    out += written(json.items()[i]);
  }
  return out + (json.is_array() ? "]" : "}");
}

std::string read(std::string_view text) {
  const auto json = Json::parse(text);
  return json.ok() ? written(json.value()) : json.status().message();
}

bool fails(std::string_view text, int max_depth = 64) {
  const auto json = Json::parse(text, max_depth);
  return !json.ok() && json.status().code() == Code::Plan && json.status().facts().offset >= 0 &&
         json.status().facts().offset <= static_cast<int64_t>(text.size());
}

TEST("all kinds of values are read, with blanks anywhere between tokens") {
  CHECK_EQ(read(" { \"a\" : [ 1 , -2.5e3 , \"x\" , true , false , null ] , \"b\" : { } , \"c\":[]}\r\n\t"),
           "{a:[1,-2500,\"x\",true,false,null],b:{},c:[]}");
  CHECK_EQ(read("7"), "7");
  CHECK_EQ(read("\"\""), "\"\"");
}

TEST("members are found by name, elements by index, and absent ones are null") {
  const auto parsed = Json::parse("{\"a\":[10,20],\"b\":\"text\",\"c\":true}");
  const Json& json = parsed.value();
  CHECK_EQ(json["a"][1].as_int(), 20);
  CHECK_EQ(json["b"].as_string(), "text");
  CHECK(json["c"].as_bool());
  CHECK(json.has("a") && !json.has("z"));
  CHECK(json["z"].is_null() && json["a"][2].is_null() && json["a"]["b"].is_null());
  CHECK_EQ(json["b"].as_int(-1), -1);
  CHECK_EQ(json["a"].as_string(), "");
  CHECK(json["b"].as_bool(true));
  CHECK_EQ(json["z"].as_number(2.5), 2.5);
}

TEST("numbers are the doubles that JavaScript reads, to the last bit") {
  const auto number = [](std::string_view text) { return Json::parse(text).value().as_number(); };
  CHECK_EQ(number("0.1"), 0.1);
  CHECK_EQ(number("5e-324"), 5e-324);
  CHECK_EQ(number("2.2250738585072011e-308"), 2.2250738585072011e-308);
  CHECK_EQ(number("1.7976931348623157e308"), 1.7976931348623157e308);
  CHECK_EQ(number("9007199254740993"), 9007199254740992.0);
  CHECK_EQ(number("1E+2"), 100.0);
  CHECK(std::signbit(number("-0")));
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; i++) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    char text[64];
    std::snprintf(text, sizeof(text), "%.17g", value);
    CHECK_EQ(number(text), value);
  }
}

TEST("as_int gives whole numbers within 64 bits and the fallback for everything else") {
  const auto integer = [](std::string_view text) { return Json::parse(text).value().as_int(-7); };
  CHECK_EQ(integer("42"), 42);
  CHECK_EQ(integer("-9223372036854775808"), INT64_MIN);
  CHECK_EQ(integer("1e3"), 1000);
  CHECK_EQ(integer("1.5"), -7);
  CHECK_EQ(integer("9223372036854775808"), -7);
  CHECK_EQ(integer("1e300"), -7);
  CHECK_EQ(integer("\"1\""), -7);
}

TEST("escapes become their characters, surrogate pairs one, and lone surrogates U+FFFD") {
  CHECK_EQ(read(R"("\"\\\/\b\f\n\r\t")"), "\"\"\\/\b\f\n\r\t\"");
  CHECK_EQ(read(R"("\u0041\u00e9\u20AC\ud83d\uDE00")"), "\"A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  CHECK_EQ(read(R"("\ud83dx")"), "\"\xEF\xBF\xBDx\"");
  CHECK_EQ(read(R"("\ude00\ud83d\ud83d\ude00")"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xF0\x9F\x98\x80\"");
  CHECK_EQ(read(R"("\ud83d\u0041")"), "\"\xEF\xBF\xBD\x41\"");
  CHECK_EQ(read("\"\xC3\xA9\xF0\x9F\x98\x80\""), "\"\xC3\xA9\xF0\x9F\x98\x80\"");
  const auto with_nul = Json::parse("\"a\\u0000b\"");
  CHECK_EQ(with_nul.value().as_string().size(), 3u);
}

TEST("what RFC 8259 does not allow is an error with a place") {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{1:2}",
                           "{\"a\":1 \"b\":2}",
                           "[1 2]",
                           "tru",
                           "True",
                           "nul",
                           "nulll",
                           "NaN",
                           "Infinity",
                           "-",
                           "+1",
                           "01",
                           "-01",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "0x10",
                           "1_000",
                           "1e999",
                           "\"",
                           "\"a",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12G4\"",
                           "\"\\ud83d\\u12\"",
                           "\"\n\"",
                           "\"\t\"",
                           "1 2",
                           "[] []",
                           "//",
                           "[1]//",
                           "'a'",
                           "]",
                           "}",
                           ",",
                           ":"}) {
    if (!fails(text)) CHECK_EQ(std::string("accepted: ") + text, "refused");
  }
  CHECK(fails(std::string_view("1\0", 2)));
  CHECK(fails(std::string_view("\"a\0b\"", 5)));
  CHECK_EQ(read("[1,\n  x]"), "malformed plan text: a value is missing at byte 6");
}

TEST("strings that are not UTF-8 are refused") {
  for (const char* text :
       {"\"\x80\"", "\"\xC3\"", "\"\xC0\x80\"", "\"\xE0\x80\x80\"", "\"\xED\xA0\x80\"", "\"\xF0\x80\x80\x80\"",
        "\"\xF4\x90\x80\x80\"", "\"\xF5\x80\x80\x80\"", "\"\xE2\x82\"", "\"\xFF\""}) {
    CHECK(fails(text));
  }
}

TEST("a duplicate member is refused, in small objects and in large ones") {
  CHECK(fails("{\"a\":1,\"b\":2,\"a\":3}"));
  CHECK(fails("{\"\\u0061\":1,\"a\":3}"));
  std::string large = "{";
  for (int i = 0; i < 5000; i++) large += "\"name" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  CHECK(fails(large + "\"name4321\":0}"));
  const auto parsed = Json::parse(large + "\"last\":0}");
  CHECK(parsed.ok());
  CHECK_EQ(parsed.value()["name4321"].as_int(), 4321);
}

TEST("nesting is read to the limit and refused past it, however long the text") {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(Json::parse(nested(65)).ok());
  CHECK(fails(nested(66)));
  CHECK(fails(std::string(1'000'000, '[')));
  CHECK(fails("[[1]]", 1));
  std::string objects;
  for (int i = 0; i < 100'000; i++) objects += "{\"a\":";
  CHECK(fails(objects));
}

TEST("no damage to a text makes the reader misbehave") {
  const std::string text =
      R"({"version":1,"ops":[["col","Cl\u00e9"],["lit","float64",-1.5e10],["gt",0,1]],"é":{"x":[true,null,"\ud83d\ude00"]}})";
  CHECK(Json::parse(text).ok());
  for (size_t cut = 0; cut < text.size(); cut++) CHECK(fails(std::string_view(text).substr(0, cut)));
  std::mt19937_64 random(2);
  int accepted = 0;
  for (int i = 0; i < 20000; i++) {
    std::string damaged = text;
    for (uint64_t n = random() % 3 + 1; n > 0; n--) damaged[random() % damaged.size()] = static_cast<char>(random());
    const auto json = Json::parse(damaged);
    if (json.ok())
      accepted++;
    else
      CHECK(json.status().facts().offset <= static_cast<int64_t>(damaged.size()));
  }
  CHECK(accepted > 0);
}

}  // namespace
}  // namespace millrace
