// Random queries against naive code: every dtype and aggregate, 0 to 3 keys, 1
// to 4 threads' locals, strips taken out of order, repeated and discarded, tiny
// vectors, colliding hashes, rows partitioned first or not.
#include <random>

#include "agg/partitioned_groups.h"
#include "agg_table.h"
#include "check.h"

namespace millrace::agg::testing {

namespace {

using Random = std::mt19937_64;

size_t below(Random& random, size_t bound) { return random() % bound; }

TypeId random_type(Random& random) { return static_cast<TypeId>(below(random, kTypeCount)); }

Cell random_real(Random& random, size_t distinct) {
  const size_t special = below(random, 40);
  if (special == 0) return cell(std::nan(""));
  if (special == 1) return cell(-0.0);
  if (special == 2) return cell(0.0);
  // Multiples of a quarter: sums are exact whatever their order.
  return cell((static_cast<double>(below(random, distinct)) - static_cast<double>(distinct / 2)) * 0.25);
}

std::string random_text(Random& random, size_t distinct) {
  const size_t pick = below(random, distinct);
  Random own(pick);
  // Mostly short; some share 16 or more bytes, some end in NUL bytes, one is
  // empty.
  const size_t kind = below(own, 8);
  const std::string number = std::to_string(pick);
  if (pick == 0) return "";
  if (kind == 0) return "a long prefix that many keys share " + number;
  if (kind == 1) return number + std::string(own() % 5, '\0');
  if (kind == 2) return std::string(own() % 40, 'x') + number;
  return "k" + number;
}

Cell random_cell(Random& random, TypeId type, size_t distinct, int64_t spread) {
  if (is_string(type)) return {false, 0, 0, random_text(random, distinct)};
  if (is_float(type)) return random_real(random, distinct);
  if (type == TypeId::Bool) return cell(static_cast<int64_t>(random() & 1));
  const auto pick = static_cast<int64_t>(below(random, distinct)) * spread;
  const int64_t centred = is_unsigned_int(type) ? pick : pick - static_cast<int64_t>(distinct / 2) * spread;
  switch (type_width(type)) {
    case 1: return cell(is_unsigned_int(type) ? centred & 0xff : int64_t{static_cast<int8_t>(centred)});
    case 2: return cell(is_unsigned_int(type) ? centred & 0xffff : int64_t{static_cast<int16_t>(centred)});
    case 4: return cell(is_unsigned_int(type) ? centred & 0xffffffff : int64_t{static_cast<int32_t>(centred)});
    default: return cell(centred);
  }
}

TestColumn random_column(Random& random, TypeId type, size_t rows, size_t distinct) {
  const int64_t spreads[] = {1, 1, 3, 1000, 1000003};
  const int64_t spread = spreads[below(random, 5)];
  const size_t nulls = below(random, 3) == 0 ? 1 + below(random, 10) : 0;
  const bool in_runs = below(random, 4) == 0;
  TestColumn column{type, {}};
  for (size_t row = 0; row < rows; row++) {
    if (nulls && below(random, 20) < nulls) {
      column.cells.push_back(null_cell());
    } else if (in_runs && row > 0 && below(random, 50) > 0 && !column.cells.back().null) {
      column.cells.push_back(column.cells.back());
    } else {
      column.cells.push_back(random_cell(random, type, distinct, spread));
    }
  }
  return column;
}

Query random_query(Random& random) {
  const size_t row_choices[] = {0, 1, 2, 63, 64, 65, 500, 3000, 9000};
  const size_t distinct_choices[] = {1, 2, 10, 100, 1000, 50000};
  Query query;
  query.rows = row_choices[below(random, 9)];
  query.spec.order = static_cast<Order>(below(random, 3));
  query.spec.drop_nulls = below(random, 4) == 0;
  // All-colliding tables are quadratic.
  if (query.rows <= 500 && below(random, 3) == 0) query.spec.hash_mask = random() & 3;
  const size_t keys = below(random, 4);
  for (size_t k = 0; k < keys; k++) {
    const TypeId type = random_type(random);
    query.spec.keys.push_back({"key", type, true});
    query.keys.push_back(random_column(random, type, query.rows, distinct_choices[below(random, 6)]));
  }
  const size_t aggregates = 1 + below(random, 5);
  while (query.spec.aggregates.size() < aggregates) {
    AggregateSpec spec;
    spec.function = static_cast<Function>(below(random, 16));
    spec.argument = random_type(random);
    spec.ddof = static_cast<int>(below(random, 3));
    spec.quantile = static_cast<double>(below(random, 5)) / 4;
    spec.skip_nulls = random() & 1;
    TestColumn column;
    if (!query.spec.aggregates.empty() && random() & 1) {
      spec.argument_id = query.spec.aggregates[0].argument_id;
      spec.argument = query.spec.aggregates[0].argument;
      column = query.arguments[0];
    } else {
      spec.argument_id = static_cast<int>(query.spec.aggregates.size());
      column = random_column(random, spec.argument, query.rows, distinct_choices[below(random, 5)]);
    }
    if (!result_field(spec).ok()) continue;
    query.spec.aggregates.push_back(spec);
    query.arguments.push_back(std::move(column));
  }
  return query;
}

struct StripPlan {
  size_t begin;
  size_t end;
};

// Runs the query as several threads would: strips are claimed in order but
// taken in any, some of them are consumed and thrown away first, before or
// after they are taken.
Result<Frame> run_in_strips(Random& random, const Query& query) {
  const uint32_t vector_choices[] = {1, 2, 3, 64, kVectorRows};
  const uint32_t vector_rows = vector_choices[query.rows > 500 ? 3 + below(random, 2) : below(random, 5)];
  const bool parted = !query.keys.empty() && random() & 1;
  const int64_t estimates[] = {0, 300'000, 1'000'000};
  auto made = parted ? PartitionedGroups::make(query.spec, estimates[below(random, 3)], nullptr)
                     : GlobalAggregation::make(query.spec, nullptr);
  if (!made.ok()) return made.take_status();
  GlobalAggregation& global = *made.value();
  std::vector<std::unique_ptr<LocalAggregation>> locals;
  for (size_t i = 1 + below(random, 4); i > 0; i--) locals.push_back(global.make_local());
  std::vector<StripPlan> plans;
  for (size_t begin = 0; begin < query.rows;) {
    const size_t end = std::min(query.rows, begin + 1 + below(random, query.rows < 8 ? 2 : query.rows / 3));
    plans.push_back({begin, end});
    begin = end;
  }
  std::vector<size_t> order(plans.size());
  for (size_t i = 0; i < order.size(); i++) order[i] = i;
  for (size_t i = 1; i < order.size(); i++) std::swap(order[i], order[below(random, i + 1)]);
  std::vector<std::unique_ptr<StripState>> strips(plans.size());
  for (const size_t index : order) {
    LocalAggregation& local = *locals[below(random, locals.size())];
    const size_t wrong = below(random, 6);
    if (wrong < 2) {
      const size_t begin = below(random, query.rows);
      MILLRACE_TRY(consume(local, query, begin, std::min(query.rows, begin + 100), vector_rows));
      if (wrong == 0) {
        local.discard_strip();
      } else {
        auto discarded = local.take_strip();
        if (!discarded.ok()) return discarded.take_status();
        MILLRACE_TRY(global.register_strip(*discarded.value()));
      }
    }
    MILLRACE_TRY(consume(local, query, plans[index].begin, plans[index].end, vector_rows));
    auto strip = local.take_strip();
    if (!strip.ok()) return strip.take_status();
    strips[index] = strip.take();
    MILLRACE_TRY(global.register_strip(*strips[index]));
  }
  locals.clear();
  SerialWorkers serial;
  for (auto& strip : strips) {
    MILLRACE_TRY(global.merge(std::move(strip)));
    if (random() % 4 == 0) MILLRACE_TRY(global.drain(serial));
  }
  return finish(global);
}

int compare_rows(const Query& query, size_t a, size_t b) {
  for (const TestColumn& key : query.keys) {
    const int order = naive_compare(key.type, key.cells[a], key.cells[b]);
    if (order) return order;
  }
  return 0;
}

// The first thing that is wrong with the result, or "".
std::string difference(const Query& query, const Frame& frame) {
  const Groups groups = naive_groups(query);
  const size_t keys = query.keys.size();
  if (static_cast<size_t>(frame.rows) != groups.rows.size()) {
    return std::to_string(frame.rows) + " groups for " + std::to_string(groups.rows.size());
  }
  size_t before = 0;
  for (int64_t row = 0; row < frame.rows; row++) {
    const std::string text = show_keys(frame, keys, row);
    const auto group = groups.rows.find(text);
    if (group == groups.rows.end()) return "a group that is not in the data: " + text;
    if (query.spec.order == Order::First && keys && text != groups.first[static_cast<size_t>(row)])
      return "order of appearance";
    if (query.spec.order == Order::Key && keys) {
      const size_t here = group->second.front();
      if (row > 0 && compare_rows(query, before, here) >= 0) return "order of keys at " + text;
      before = here;
    }
    for (size_t i = 0; i < query.spec.aggregates.size(); i++) {
      const AggregateSpec& spec = query.spec.aggregates[i];
      const std::string want = naive_aggregate(spec, query.arguments[i], group->second);
      const std::string got = show(frame.columns[keys + i], row);
      const bool exact = is_string(spec.argument) || spec.function == Function::Count || spec.function == Function::Sum;
      if (exact ? want != got : !close(want, got)) {
        return "function " + std::to_string(static_cast<int>(spec.function)) + " of " + type_name(spec.argument) +
               " for " + text + ": " + got + ", not " + want;
      }
    }
  }
  return "";
}

}  // namespace

TEST("random queries in random strips give what naive code gives") {
  for (int seed = 1; seed <= check::rounds(400); seed++) {
    Random random(static_cast<uint64_t>(seed));
    const Query query = random_query(random);
    const auto frame = run_in_strips(random, query);
    CHECK(frame.ok());
    if (!frame.ok()) continue;
    const std::string wrong = difference(query, frame.value());
    if (!wrong.empty()) CHECK_EQ("seed " + std::to_string(seed) + ": " + wrong, "");
  }
}

TEST("tables and states that outgrow the caches take the prefetching loops and give the same") {
  const std::vector<TypeId> key_types[] = {
      {TypeId::Int64}, {TypeId::Utf8}, {TypeId::Float64}, {TypeId::Int32, TypeId::Utf8}, {TypeId::Utf8, TypeId::Date}};
  Random random(11);
  for (const auto& types : key_types) {
    Query query;
    query.rows = 24000;
    for (const TypeId type : types) {
      query.spec.keys.push_back({"key", type, true});
      TestColumn key{type, {}};
      for (size_t row = 0; row < query.rows; row++) key.cells.push_back(random_cell(random, type, 40000, 1000003));
      query.keys.push_back(std::move(key));
    }
    for (const Function function : {Function::Sum, Function::Max, Function::Last, Function::Var}) {
      AggregateSpec spec;
      spec.function = function;
      spec.argument = TypeId::Float64;
      TestColumn argument{spec.argument, {}};
      for (size_t row = 0; row < query.rows; row++) {
        argument.cells.push_back(random() % 3 ? random_real(random, 100) : null_cell());
      }
      query.spec.aggregates.push_back(spec);
      query.arguments.push_back(std::move(argument));
    }
    const auto frame = run_in_strips(random, query);
    CHECK(frame.ok());
    if (frame.ok()) CHECK_EQ(difference(query, frame.value()), "");
  }
}

}  // namespace millrace::agg::testing
