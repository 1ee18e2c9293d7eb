#include <string>
#include <vector>

#include "check.h"
#include "csv/convert.h"
#include "field_chunk.h"

namespace millrace::csv {

TEST("a quoted string is never null, a quoted null token in another type is") {
  CHECK_EQ(one(TypeId::Utf8, "\"\""), "''");
  CHECK_EQ(one(TypeId::Utf8, "\"NA\"", {"NA"}), "'NA'");
  CHECK_EQ(one(TypeId::Int64, "\"\""), "null");
  CHECK_EQ(one(TypeId::Float64, "\"NA\"", {"NA"}), "null");
}

TEST("quoted strings lose their quotes, and doubled quotes become one") {
  CHECK_EQ(one(TypeId::Utf8, "\"abc\""), "'abc'");
  CHECK_EQ(one(TypeId::Utf8, "\"a,b\nc\r\""), "'a,b\nc\r'");
  CHECK_EQ(one(TypeId::Utf8, "\"\"\"\""), "'\"'");
  CHECK_EQ(one(TypeId::Utf8, "\"\"\"\"\"\""), "'\"\"'");
  CHECK_EQ(one(TypeId::Utf8, "\"a\"\"b\""), "'a\"b'");
  CHECK_EQ(one(TypeId::Utf8, "\"" + std::string(100, 'x') + "\"\"" + std::string(40, 'y') + "\""),
           "'" + std::string(100, 'x') + "\"" + std::string(40, 'y') + "'");
}

TEST("quotes inside a field that does not begin with one are literal") {
  CHECK_EQ(one(TypeId::Utf8, "12\" monitor"), "'12\" monitor'");
  CHECK_EQ(one(TypeId::Utf8, "a\"\"b\""), "'a\"\"b\"'");
  CHECK_EQ(one(TypeId::Utf8, " \"x\""), "' \"x\"'");
}

TEST("a quote that is not closed by the field's last byte is a bad quote in every type") {
  for (const char* field : {"\"", "\"abc", "\"abc\"d", "\"a\"\"", "\"a\" ", "\"\"\"", "\"a\"b\"", "\"1\"2"}) {
    for (const TypeId type : {TypeId::Utf8, TypeId::Int64, TypeId::Float64, TypeId::Date, TypeId::Bool}) {
      CHECK_EQ(one(type, field), "!quote");
    }
  }
  CHECK_EQ(one(TypeId::Utf8, "\"" + std::string(50, 'x')), "!quote");
}

TEST("an escape other than the quote makes the byte behind it literal, and doubled quotes are malformed") {
  FieldChunk chunk({"\"a\\\"b\"", "\"\\\\\"", "\"a\\nb\"", "a\\b", "\"" + std::string(30, 'x') + "\\\"\""});
  chunk.source.escape = '\\';
  const Outcome out = convert(chunk.source, {TypeId::Utf8, nullptr}, 5);
  CHECK_EQ(out.values, (Texts{"'a\"b'", "'\\'", "'anb'", "'a\\b'", "'" + std::string(30, 'x') + "\"'"}));
  for (const char* field : {"\"a\"\"b\"", "\"a\\\"", "\"a\\"}) {
    FieldChunk bad({field});
    bad.source.escape = '\\';
    CHECK_EQ(convert(bad.source, {TypeId::Utf8, nullptr}, 1).reason, Reason::BadQuote);
  }
}

TEST("without a quote character quotes are text") {
  FieldChunk chunk({"\"a\"", "\"", "1"});
  chunk.source.quote = chunk.source.escape = 0;
  CHECK_EQ(convert(chunk.source, {TypeId::Utf8, nullptr}, 3).values, (Texts{"'\"a\"'", "'\"'", "'1'"}));
  CHECK_EQ(convert(chunk.source, {TypeId::Int64, nullptr}, 3).reason, Reason::NotANumber);
}

TEST("the carriage return of CRLF is dropped, once") {
  FieldChunk chunk({"1", "", "22", "\"3\""}, true);
  CHECK_EQ(convert(chunk.source, {TypeId::Int64, nullptr}, 4).values, (Texts{"1", "null", "22", "3"}));
  CHECK_EQ(convert(chunk.source, {TypeId::Utf8, nullptr}, 4).values, (Texts{"'1'", "null", "'22'", "'3'"}));
  FieldChunk twice({"a\r"}, true);
  CHECK_EQ(convert(twice.source, {TypeId::Utf8, nullptr}, 1).values, (Texts{"'a\r'"}));
}

TEST("strings must be UTF-8, and the first field that is not is named") {
  CHECK_EQ(one(TypeId::Utf8, "Zürich"), "'Zürich'");
  CHECK_EQ(one(TypeId::Utf8, "日本語のとても長いテキスト、十六バイト以上"),
           "'日本語のとても長いテキスト、十六バイト以上'");
  for (const char* field :
       {"\x80", "a\xff", "\xc0\xaf", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
        "sixteen bytes...\xc3", "a longer text, 40 bytes or so, then \xe9", "\"\xe9\"", "\"x\"\"\xe9\""}) {
    CHECK_EQ(one(TypeId::Utf8, field), "!utf8");
  }
  const Outcome out = convert(TypeId::Utf8, {"ok", "ü", "\xfc", "\"bad", "x"});
  CHECK_EQ(out.reason, Reason::BadUtf8);
  CHECK_EQ(out.failed_row, 2);
  const Outcome other = convert(TypeId::Utf8, {"ok", "ü", "\"bad", "\xfc", "x"});
  CHECK_EQ(other.reason, Reason::BadQuote);
  CHECK_EQ(other.failed_row, 2);
  CHECK_EQ(other.values, (Texts{"'ok'", "'ü'"}));
}

TEST("latin1 strings are transcoded") {
  FieldChunk chunk({"Z\xfcrich", "plain", "\"caf\xe9 \"\"\xff\"\"\"", ""});
  const Texts nulls = {""};
  CHECK_EQ(convert(chunk.source, {TypeId::Utf8, &nulls, false, true}, 4).values,
           (Texts{"'Zürich'", "'plain'", "'café \"ÿ\"'", "null"}));
}

TEST("texts of a chunk without quotes and other bytes than ASCII are those of the way that looks at them") {
  uint32_t state = 5;
  const auto random = [&state] { return (state = state * 1664525 + 1013904223) >> 8; };
  const std::vector<std::string> tokens[] = {{""}, {"NA", "-"}, {"", std::string(70, 'x')}};
  for (int round = 0; round < 200; round++) {
    std::vector<std::string> fields(1 + random() % 600);
    for (std::string& field : fields) {
      field.assign(random() % 8 ? random() % 20 : random() % 80, 'x');
      if (random() % 8 == 0) field = random() % 2 ? "NA" : "-";
    }
    FieldChunk chunk(fields, round % 4 == 0);
    chunk.source.quoted = false;
    std::vector<uint32_t> selection;
    for (uint32_t i = 0; i < fields.size(); i++) {
      if (random() % 3) selection.push_back(i);
    }
    const ConvertOptions options{TypeId::Utf8, &tokens[round % 3], false, round % 5 == 0};
    const bool all = round % 2;
    const auto count = static_cast<uint32_t>(all ? fields.size() : selection.size());
    const Outcome expected = convert(chunk.source, options, count, all ? nullptr : selection.data());
    chunk.source.ascii = true;
    CHECK_EQ(convert(chunk.source, options, count, all ? nullptr : selection.data()).values, expected.values);
  }
}

TEST("field_text shows what the user wrote, without quotes and cut short") {
  FieldChunk chunk({"plain", "\"a\"\"b\"", "\"open", "\"\"", std::string(500, 'x')});
  CHECK_EQ(field_text(chunk.source, 0), "plain");
  CHECK_EQ(field_text(chunk.source, 1), "a\"b");
  CHECK_EQ(field_text(chunk.source, 2), "\"open");
  CHECK_EQ(field_text(chunk.source, 3), "");
  CHECK_EQ(field_text(chunk.source, 4), std::string(200, 'x'));
}

TEST("a refused allocation is ERR_MEMORY_LIMIT, for values and for unescaped text") {
  MemoryBudget small(100);
  ConvertedColumn column(&small);
  ConvertFailure failure;
  FieldChunk chunk({"\"a\"\"b\""});
  CHECK_EQ(column.convert(chunk.source, {TypeId::Utf8, nullptr}, nullptr, 1, failure).code(), Code::MemoryLimit);
  MemoryBudget enough_for_values(kVectorRows * sizeof(StringRef) + kBufferPadding);
  ConvertedColumn other(&enough_for_values);
  CHECK_EQ(other.convert(chunk.source, {TypeId::Utf8, nullptr}, nullptr, 1, failure).code(), Code::MemoryLimit);
  FieldChunk latin1({"\xe9"});
  ConvertedColumn third(&enough_for_values);
  other = ConvertedColumn(nullptr);
  CHECK_EQ(third.convert(latin1.source, {TypeId::Utf8, nullptr, false, true}, nullptr, 1, failure).code(),
           Code::MemoryLimit);
}

}  // namespace millrace::csv
