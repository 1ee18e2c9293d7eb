#include "csv/convert.h"

#include <bit>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "column/text.h"
#include "field_chunk.h"

namespace millrace::csv {

TEST("each integer type takes its range and rejects one past it as out of range") {
  struct Case {
    TypeId type;
    const char* low;
    const char* high;
    const char* below;
    const char* above;
  };
  for (const Case& c :
       {Case{TypeId::Int8, "-128", "127", "-129", "128"}, Case{TypeId::Int16, "-32768", "32767", "-32769", "32768"},
        Case{TypeId::Int32, "-2147483648", "2147483647", "-2147483649", "2147483648"},
        Case{TypeId::Int64, "-9223372036854775808", "9223372036854775807", "-9223372036854775809",
             "9223372036854775808"},
        Case{TypeId::UInt8, "0", "255", "-1", "256"}, Case{TypeId::UInt16, "0", "65535", "-1", "65536"},
        Case{TypeId::UInt32, "0", "4294967295", "-1", "4294967296"},
        Case{TypeId::UInt64, "0", "18446744073709551615", "-1", "18446744073709551616"}}) {
    CHECK_EQ(one(c.type, c.low), c.low);
    CHECK_EQ(one(c.type, c.high), c.high);
    CHECK_EQ(one(c.type, c.below), "!range");
    CHECK_EQ(one(c.type, c.above), "!range");
    CHECK_EQ(one(c.type, "1.5"), "!number");
    CHECK_EQ(one(c.type, "x"), "!number");
    CHECK_EQ(one(c.type, "-0"), "0");
    CHECK_EQ(one(c.type, ""), "null");
  }
}

TEST("blanks around values are dropped, around strings they are kept") {
  CHECK_EQ(one(TypeId::Int64, "  42 "), "42");
  CHECK_EQ(one(TypeId::Float64, " -1.5  "), float64_text(-1.5));
  CHECK_EQ(one(TypeId::Bool, " true"), "true");
  CHECK_EQ(one(TypeId::Date, " 1970-01-02 "), "1");
  CHECK_EQ(one(TypeId::Int64, "\" 42 \""), "42");
  CHECK_EQ(one(TypeId::Int64, "4 2"), "!number");
  CHECK_EQ(one(TypeId::Int64, "   "), "null");
  CHECK_EQ(one(TypeId::Utf8, "  x "), "'  x '");
  CHECK_EQ(one(TypeId::Utf8, "   "), "'   '");
}

TEST("a null token is null in every type, also where it would be a value") {
  const Texts nulls = {"NA", "0", "-", "true"};
  CHECK_EQ(one(TypeId::Int64, "0", nulls), "null");
  CHECK_EQ(one(TypeId::Float64, "0", nulls), "null");
  CHECK_EQ(one(TypeId::Bool, "true", nulls), "null");
  CHECK_EQ(one(TypeId::Utf8, "0", nulls), "null");
  CHECK_EQ(one(TypeId::Utf8, "NA", nulls), "null");
  CHECK_EQ(one(TypeId::Date, "-", nulls), "null");
  CHECK_EQ(one(TypeId::Int64, " NA ", nulls), "null");
  CHECK_EQ(one(TypeId::Int64, "00", nulls), "0");
  CHECK_EQ(one(TypeId::Utf8, "na", nulls), "'na'");
  CHECK_EQ(one(TypeId::Utf8, "", nulls), "''");
  CHECK_EQ(one(TypeId::Int64, "", nulls), "!number");
}

TEST("without null tokens the empty field is null") {
  FieldChunk chunk({"", "x"});
  const Texts none;
  for (const Texts* tokens : {&none, static_cast<const Texts*>(nullptr)}) {
    CHECK_EQ(convert(chunk.source, {TypeId::Utf8, tokens}, 2).values, (Texts{"null", "'x'"}));
  }
}

TEST("null tokens of 64 bytes and more are found") {
  for (const size_t size : {63, 64, 65, 128, 129}) {
    const Texts nulls = {std::string(size, 'n')};
    CHECK_EQ(one(TypeId::Utf8, nulls[0], nulls), "null");
    CHECK_EQ(one(TypeId::Int64, nulls[0], nulls), "null");
    CHECK_EQ(one(TypeId::Utf8, std::string(size, 'm'), nulls), "'" + std::string(size, 'm') + "'");
  }
}

TEST("quoted values convert their inside") {
  CHECK_EQ(one(TypeId::Int64, "\"123\""), "123");
  CHECK_EQ(one(TypeId::Float64, "\"1.5\""), float64_text(1.5));
  CHECK_EQ(one(TypeId::Date, "\"1970-01-02\""), "1");
  CHECK_EQ(one(TypeId::Bool, "\"false\""), "false");
  CHECK_EQ(one(TypeId::TimestampMs, "\"1970-01-01T00:00:01Z\""), "1000");
  CHECK_EQ(one(TypeId::Int64, "\"1\"\"2\""), "!number");
}

TEST("onError null turns every kind of bad field into a null and counts them") {
  Outcome out = convert(TypeId::Int64, {"1", "x", "\"2", "9223372036854775808", "", "5"}, {""}, true);
  CHECK_EQ(out.reason, Reason::None);
  CHECK_EQ(out.values, (Texts{"1", "null", "null", "null", "null", "5"}));
  CHECK_EQ(out.nullified, 3);
  out = convert(TypeId::Utf8, {"a", "\"b", "\xff", "d", ""}, {""}, true);
  CHECK_EQ(out.values, (Texts{"'a'", "null", "null", "'d'", "null"}));
  CHECK_EQ(out.nullified, 2);
}

TEST("a conversion forgets the nulls, failures and counts of the one before") {
  MemoryBudget budget;
  ConvertedColumn column(&budget);
  ConvertFailure failure;
  FieldChunk bad({"", "x"});
  CHECK(column.convert(bad.source, {TypeId::Int64, nullptr, true}, nullptr, 2, failure).ok());
  CHECK(column.vector().validity != nullptr);
  CHECK_EQ(column.nullified(), 1);
  FieldChunk good({"7", "8"});
  CHECK(column.convert(good.source, {TypeId::Utf8, nullptr}, nullptr, 2, failure).ok());
  CHECK(column.vector().validity == nullptr);
  CHECK_EQ(column.nullified(), 0);
  CHECK_EQ(failure.reason, Reason::None);
  CHECK_EQ(column.vector().as<StringRef>()[1].view(), "8");
}

TEST("a selection converts its rows only, and a failure names the row of the batch") {
  FieldChunk chunk({"0", "x", "2", "3", "y", "5"});
  const uint32_t good[] = {0, 2, 3, 5};
  CHECK_EQ(convert(chunk.source, {TypeId::Int32, nullptr}, 4, good).values, (Texts{"0", "2", "3", "5"}));
  const uint32_t bad[] = {2, 4, 5};
  const Outcome out = convert(chunk.source, {TypeId::Int32, nullptr}, 3, bad);
  CHECK_EQ(out.reason, Reason::NotANumber);
  CHECK_EQ(out.failed_row, 4);
  CHECK_EQ(convert(chunk.source, {TypeId::Utf8, nullptr}, 3, bad).values, (Texts{"'2'", "'y'", "'5'"}));
}

TEST("a full vector with nulls at every place of a word keeps values and validity apart") {
  Texts fields;
  Texts expected;
  for (uint32_t i = 0; i < kVectorRows; i++) {
    const bool null = i % 64 == i / 64 || i % 7 == 0;
    fields.push_back(null ? "" : std::to_string(i));
    expected.push_back(null ? "null" : std::to_string(i));
  }
  CHECK_EQ(convert(TypeId::Int32, fields).values, expected);
}

TEST("float32 is the nearest float of the text, not of its double") {
  const auto text_of = [](float value) { return std::to_string(std::bit_cast<uint32_t>(value)); };
  CHECK_EQ(one(TypeId::Float32, "1.00000017881393432617187499"),
           text_of(std::strtof("1.00000017881393432617187499", nullptr)));
  CHECK_EQ(one(TypeId::Float32, "16777217"), text_of(16777216.0F));
  CHECK_EQ(one(TypeId::Float32, "16777219"), text_of(16777220.0F));
  CHECK_EQ(one(TypeId::Float32, "1e39"), text_of(std::numeric_limits<float>::infinity()));
  std::mt19937_64 random(8);
  for (int i = 0; i < 20'000; i++) {
    const std::string field = std::to_string(random() % 2'000'000) + "." + std::to_string(random() % 100'000'000);
    CHECK_EQ(one(TypeId::Float32, field), text_of(std::strtof(field.c_str(), nullptr)));
  }
}

TEST("timestamps convert to the unit of their column") {
  CHECK_EQ(one(TypeId::TimestampMs, "1970-01-01T00:00:01.5"), "1500");
  CHECK_EQ(one(TypeId::TimestampUs, "1970-01-01 00:00:01.5Z"), "1500000");
  CHECK_EQ(one(TypeId::TimestampNs, "1970-01-01 00:00:01.123456789"), "1123456789");
  CHECK_EQ(one(TypeId::TimestampNs, "2300-01-01 00:00:00"), "!range");
  CHECK_EQ(one(TypeId::TimestampUs, "2020-13-01 00:00:00"), "!date");
  CHECK_EQ(one(TypeId::TimestampUs, "1970-01-02"), "86400000000");
}

TEST("every column agrees with the plain parsers on random fields, for any padding") {
  std::mt19937_64 random(9);
  const std::string alphabet = "0123456789012345678901234567890123456789..--+eE: TZ\"\"x";
  const auto random_field = [&] {
    std::string field;
    switch (random() % 8) {
      case 0:
        for (size_t size = random() % 24; field.size() < size;) field += alphabet[random() % alphabet.size()];
        return field;
      case 1: return std::to_string(static_cast<int64_t>(random()) >> (random() % 64));
      case 2:
        return std::to_string(static_cast<int64_t>(random() % 2'000'000) - 1'000'000) + "." +
               std::to_string(random() % 100'000);
      case 3:
        return std::string("2024-0") + static_cast<char>('0' + random() % 10) + "-1" +
               static_cast<char>('0' + random() % 10);
      case 4: return std::string(random() % 2 ? "true" : "FALSE");
      case 5: return "2001-02-03T04:05:0" + std::to_string(random() % 12) + (random() % 2 ? "" : ".25");
      case 6: return "\"" + std::to_string(random() % 1000) + "\"";
      default: return std::string(random() % 3, ' ') + std::to_string(random() % 1000);
    }
  };
  const auto expected = [](TypeId type, std::string_view field) -> std::string {
    if (field.empty()) return "null";
    if (field[0] == '"') {
      size_t closing = 1;
      while (closing < field.size() && field[closing] != '"') closing++;
      // Doubled quotes: nothing that these types could hold.
      if (closing + 1 < field.size() && field[closing + 1] == '"') return "skip";
      if (closing + 1 != field.size()) return "!quote";
      field = field.substr(1, closing - 1);
      if (field.empty()) return "null";
    }
    while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
    while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
    if (field.empty()) return "null";
    const auto result = [](ParseResult parsed, std::string value, const char* reason) {
      if (parsed == ParseResult::Ok) return value;
      return std::string(parsed == ParseResult::OutOfRange ? "!range" : reason);
    };
    int64_t integer = 0;
    double number = 0;
    bool truth = false;
    int32_t days = 0;
    if (type == TypeId::Int64) {
      const ParseResult parsed = parse_int64(field, integer);
      return result(parsed, std::to_string(integer), "!number");
    }
    if (type == TypeId::Float64) {
      const ParseResult parsed = parse_float64(field, number);
      return result(parsed, float64_text(number), "!number");
    }
    if (type == TypeId::Bool) {
      const ParseResult parsed = parse_bool(field, truth);
      return result(parsed, truth ? "true" : "false", "!bool");
    }
    if (type == TypeId::Date) {
      const ParseResult parsed = parse_date(field, days);
      return result(parsed, std::to_string(days), "!date");
    }
    const ParseResult parsed = parse_timestamp(field, type, integer);
    return result(parsed, std::to_string(integer), "!date");
  };
  for (int i = 0; i < 20'000; i++) {
    const std::string field = random_field();
    for (const TypeId type : {TypeId::Int64, TypeId::Float64, TypeId::Bool, TypeId::Date, TypeId::TimestampMs,
                              TypeId::TimestampUs, TypeId::TimestampNs}) {
      const std::string want = expected(type, field);
      if (want != "skip") CHECK_EQ(one(type, field) + " from " + field, want + " from " + field);
    }
  }
}

}  // namespace millrace::csv
