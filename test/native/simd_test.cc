// Every SIMD level against the scalar one, byte for byte.
#include "simd/kernels.h"

#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "simd/levels.h"

using namespace millrace;

namespace {

std::vector<const simd::KernelTable*> levels() {
  std::vector<const simd::KernelTable*> out;
  const simd::KernelTable& before = simd::kernels();
  for (const char* const* name = simd::available_levels(); *name; name++) {
    simd::select_level(*name);
    out.push_back(&simd::kernels());
  }
  simd::select_level(before.name);
  return out;
}

std::string random_text(std::mt19937& random, size_t size, const std::string& alphabet) {
  std::string out;
  for (size_t i = 0; i < size; i++) out.push_back(alphabet[random() % alphabet.size()]);
  return out + std::string(128, '\0');
}

}  // namespace

TEST("every SIMD level finds the same delimiters and newlines as the scalar one") {
  std::mt19937 random(1);
  for (int round = 0; round < 400; round++) {
    const size_t size = random() % 700;
    const std::string text = random_text(random, size, round % 2 ? "ab,\n" : "abcdefghijklmnopqrst,\n;");
    const size_t begin = size ? random() % size : 0;
    std::vector<uint32_t> expected(size + 128);
    const auto want = simd::scalar_kernels()->index_plain(text.data(), begin, size, ',', expected.data());
    for (const simd::KernelTable* level : levels()) {
      std::vector<uint32_t> found(size + 128);
      const auto got = level->index_plain(text.data(), begin, size, ',', found.data());
      CHECK_EQ(got.positions, want.positions);
      CHECK_EQ(got.newlines, want.newlines);
      for (size_t i = 0; i < want.positions; i++) CHECK_EQ(found[i], expected[i]);
    }
  }
}

TEST("every SIMD level agrees on quotes, on what it carries over, and on where it gives up") {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; round++) {
    const size_t size = random() % 400;
    const std::string text = random_text(random, size, round % 3 ? "a,\n\"" : "abcdefgh,\n\r\"\"");
    simd::QuoteState start;
    start.inside = random() % 2 ? ~uint64_t{0} : 0;
    start.opener_ok = start.inside ? 0 : random() % 2;
    simd::QuoteState expected_state = start;
    std::vector<uint32_t> expected(size + 128);
    const auto want = simd::scalar_kernels()->index_quoted(text.data(), 0, size, ',', '"', expected_state, expected.data());
    for (const simd::KernelTable* level : levels()) {
      simd::QuoteState state = start;
      std::vector<uint32_t> found(size + 128);
      const auto got = level->index_quoted(text.data(), 0, size, ',', '"', state, found.data());
      CHECK_EQ(got.positions, want.positions);
      CHECK_EQ(got.newlines, want.newlines);
      CHECK_EQ(got.end, want.end);
      CHECK_EQ(state.inside, expected_state.inside);
      CHECK_EQ(state.opener_ok, expected_state.opener_ok);
      CHECK_EQ(state.after_close, expected_state.after_close);
      for (size_t i = 0; i < want.positions; i++) CHECK_EQ(found[i], expected[i]);
    }
  }
}

TEST("counting a byte and testing for ASCII give the same at every level") {
  std::mt19937 random(3);
  for (int round = 0; round < 300; round++) {
    const size_t size = random() % 300;
    std::string text = random_text(random, size, "xyz\n");
    if (size && round % 2) text[random() % size] = '\xC3';
    size_t newlines = 0;
    bool ascii = true;
    for (size_t i = 0; i < size; i++) {
      newlines += text[i] == '\n';
      ascii = ascii && static_cast<unsigned char>(text[i]) < 128;
    }
    for (const simd::KernelTable* level : levels()) {
      CHECK_EQ(level->count_byte(text.data(), size, '\n'), newlines);
      CHECK_EQ(level->is_ascii(text.data(), size), ascii);
    }
  }
}

TEST("an unknown SIMD level is refused and the old one stays") {
  const std::string before = simd::kernels().name;
  CHECK(!simd::select_level("mmx"));
  CHECK_EQ(std::string(simd::kernels().name), before);
}
