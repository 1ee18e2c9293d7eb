// Keys of strings, whichever table they are in: by their bits while those are few, by their hashes else.
#include "agg/string_keys.h"

#include <map>
#include <random>
#include <set>
#include <string>

#include "base/memory.h"
#include "check.h"
#include "simd/kernels.h"

namespace millrace::agg {

namespace {

// Texts with readable bytes behind each, none of them zero.
class Texts {
 public:
  void add(const std::string& text) {
    places_.emplace_back(bytes_.size(), text.size());
    bytes_ += text + std::string(kStringPadding, '#');
  }
  std::vector<StringRef> refs() const {
    std::vector<StringRef> out;
    for (const auto& [at, size] : places_) out.push_back({bytes_.data() + at, size});
    return out;
  }

 private:
  std::string bytes_;
  std::vector<std::pair<size_t, size_t>> places_;
};

// What the encoder has to give: ids in the order of first appearance, null among the values.
class Oracle {
 public:
  uint32_t id(const std::string& text) { return ids_.emplace(text, static_cast<uint32_t>(ids_.size())).first->second; }

 private:
  std::map<std::string, uint32_t> ids_;
};

Vector vector_of(const std::vector<StringRef>& refs, size_t first, const uint64_t* validity = nullptr) {
  Vector out;
  out.type = TypeId::Utf8;
  out.data = refs.data() + first;
  out.validity = validity;
  return out;
}

void check_ids(const std::vector<std::string>& texts, uint64_t hash_mask = ~uint64_t{0}) {
  Texts made;
  for (const std::string& text : texts) made.add(text);
  const std::vector<StringRef> refs = made.refs();
  MemoryBudget budget;
  {
    StringKeys keys(TypeId::Utf8, {&budget, hash_mask});
    Oracle oracle;
    std::vector<uint32_t> ids(kVectorRows);
    bool same = true;
    for (size_t first = 0; first < refs.size(); first += kVectorRows) {
      const auto rows = static_cast<uint32_t>(std::min<size_t>(kVectorRows, refs.size() - first));
      CHECK(keys.encode(vector_of(refs, first), rows, ids.data()).ok());
      for (uint32_t i = 0; i < rows; i++) {
        const uint32_t want = oracle.id(texts[first + i]);
        same = same && ids[i] == want && keys.string(want).view() == texts[first + i];
      }
    }
    CHECK(same);
  }
  CHECK_EQ(budget.used_bytes(), 0);
}

std::string padded(const char* before, uint64_t number, size_t digits) {
  std::string text = std::to_string(number);
  return before + std::string(digits - std::min(digits, text.size()), '0') + text;
}

void at_every_level(void (*test)()) {
  const std::string before = simd::kernels().name;
  for (const char* const* level = simd::available_levels(); *level; level++) {
    CHECK(simd::select_level(*level));
    test();
  }
  CHECK(simd::select_level(before.c_str()));
}

}  // namespace

TEST("strings have the ids of their first appearance, however they differ") {
  at_every_level([] {
    std::mt19937_64 random(13);
    std::vector<std::vector<std::string>> cases;
    std::vector<std::string> texts;
    // Few bits, then more with every digit, and in the end more than fit.
    for (const uint64_t most : {7, 100, 5000, 40000}) {
      for (int i = 0; i < check::rounds(9000, 3000); i++) texts.push_back(padded("id", random() % most, 10));
      cases.push_back(texts);
    }
    texts.push_back("id0000000001 and more");
    texts.push_back("id0000000001");
    cases.push_back(texts);
    // Sizes and NUL bytes are part of what differs.
    texts = {"a", "b", "", std::string("a\0", 2), std::string("\0", 1), "a", "", "ab", "abcdefghijklmno"};
    cases.push_back(texts);
    texts.push_back("abcdefghijklmnop");
    texts.insert(texts.end(), {"a", "", "abcdefghijklmnop", "abcdefghijklmnopq"});
    cases.push_back(texts);
    // Exactly 39 bits, the largest of which are all ones; and one bit more.
    for (const int top : {127, 255}) {
      texts.clear();
      for (int i = 0; i < 3000; i++) {
        const uint64_t bits = i % 50 == 0 ? ~uint64_t{0} : random();
        std::string text(5, '\0');
        std::memcpy(text.data(), &bits, 5);
        text[4] = static_cast<char>(text[4] & top);
        texts.push_back(text);
      }
      cases.push_back(texts);
    }
    // Anything at all.
    texts.clear();
    for (int i = 0; i < 3000; i++) {
      std::string text(random() % 24, 'x');
      for (char& byte : text) byte = static_cast<char>('a' + random() % 2);
      texts.push_back(text);
    }
    cases.push_back(texts);
    for (const auto& one : cases) check_ids(one);
    for (const auto& one : cases) {
      check_ids({one.begin(), one.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(one.size(), 400))}, 0);
    }
  });
}

TEST("more strings than a packed table takes go on in another one") {
  std::vector<std::string> texts;
  for (int i = 0; i < 600'000; i++) texts.push_back(padded("k", static_cast<uint64_t>(i) * 7919 % 600'000, 6));
  check_ids(texts);
}

TEST("null is a value among strings, whichever comes first") {
  at_every_level([] {
    for (const bool with_long : {false, true}) {
      Texts made;
      for (int i = 0; i < 300; i++)
        made.add(with_long && i == 150 ? "longer than fifteen bytes" : padded("n", i % 90, 3));
      const std::vector<StringRef> refs = made.refs();
      for (const int null_at : {0, 1, 149, 151, 299}) {
        StringKeys keys(TypeId::Utf8, {});
        std::vector<uint64_t> validity(kValidityWords, ~uint64_t{0});
        validity[static_cast<size_t>(null_at) / 64] &= ~(uint64_t{1} << null_at % 64);
        std::vector<uint32_t> ids(300);
        CHECK(keys.encode(vector_of(refs, 0, validity.data()), 300, ids.data()).ok());
        Oracle oracle;
        for (int i = 0; i < 300; i++) {
          CHECK_EQ(ids[static_cast<size_t>(i)],
                   oracle.id(i == null_at ? "(null)" : std::string(refs[static_cast<size_t>(i)].view())));
        }
        CHECK(keys.is_null(ids[static_cast<size_t>(null_at)]));
      }
    }
  });
}

TEST("after an error strings keep their ids, and none has two") {
  at_every_level([] {
    std::mt19937_64 random(14);
    Texts made;
    std::vector<std::string> texts;
    for (int i = 0; i < 1500; i++) {
      texts.push_back(i == 1100 ? std::string("a long one, hashed with all")
                                : padded("id", random() % 3000, i < 700 ? 4 : 5));
      made.add(texts.back());
    }
    const std::vector<StringRef> refs = made.refs();
    std::vector<uint32_t> ids(texts.size());
    int failed = 0;
    // A packed table that is refused memory is given up, which is no error: so not until the first success.
    for (int countdown = 0; countdown < 30; countdown++) {
      StringKeys keys(TypeId::Utf8, {});
      inject_allocation_failure(countdown, false);
      bool ok = true;
      for (size_t first = 0; ok && first < refs.size(); first += 500) {
        ok = keys.encode(vector_of(refs, first), 500, ids.data() + first).ok();
      }
      inject_allocation_failure(-1, false);
      failed += !ok;
      for (size_t first = 0; first < refs.size(); first += 500) {
        CHECK(keys.encode(vector_of(refs, first), 500, ids.data() + first).ok());
      }
      Oracle oracle;
      for (size_t i = 0; i < texts.size(); i++) CHECK_EQ(ids[i], oracle.id(texts[i]));
      CHECK_EQ(keys.size(), std::set<std::string>(texts.begin(), texts.end()).size());
    }
    CHECK(failed > 3);
  });
}

}  // namespace millrace::agg
