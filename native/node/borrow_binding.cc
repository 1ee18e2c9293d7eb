// frameBorrow: a frame over typed arrays without a copy of their numbers. feedPush: the same as a piece of a feed.
#include "base/cold.h"

#include "exec/scan/borrowed_frame.h"
#include "node/bindings.h"
#include "node/column_input.h"
#include "node/properties.h"

namespace millrace::node {

namespace {

using exec::BorrowedChunk;
using exec::BorrowedColumn;
using exec::BorrowedFrame;
using Values = BorrowedColumn::Values;

// The buffers that a frame reads, as one JavaScript array that the frame keeps alive.
class Buffers {
 public:
  explicit Buffers(Napi::Env env) : env_(env), list_(Napi::Array::New(env)) {}

  // ERR_INTERNAL in an environment that is ending.
  Status add(napi_value buffer) {
    bool same = false;
    if (last_) (void)napi_strict_equals(env_, last_, buffer, &same);
    if (same) return {};
    last_ = buffer;
    return napi_set_element(env_, list_, count_++, buffer) == napi_ok ? Status() : not_held();
  }

  // What keeps them alive, and `then`, which runs when it is given up. That may be on any thread, also when the
  // environment, and with it all references, is gone; then nothing runs.
  Result<std::shared_ptr<const void>> hold(Mailbox::Call then) const {
    napi_ref reference = nullptr;
    if (napi_create_reference(env_, list_, 1, &reference) != napi_ok) return not_held();
    const auto let_go = [mailbox = EnvState::of(env_).mailbox(), then = std::move(then)](const void* held) {
      auto* kept = static_cast<napi_ref>(const_cast<void*>(held));
      mailbox->post([kept, then](Napi::Env env) {
        napi_delete_reference(env, kept);
        then(env);
      });
    };
    return std::shared_ptr<const void>(reference, let_go);
  }
  bool empty() const { return count_ == 0; }

 private:
  static Status not_held() { return Status(Code::Internal, "the buffers of a frame could not be kept"); }
  Napi::Env env_;
  Napi::Array list_;
  napi_value last_ = nullptr;
  uint32_t count_ = 0;
};

Status read_codes(const std::string& name, const Napi::Value& value, const Dictionary* dictionary,
                  BorrowedColumn& out) {
  ArrayView view;
  if (!dictionary) return bad_column(name, "has codes without a dictionary");
  if (!view_of_array(value, view) || view.type != napi_uint32_array) {
    return bad_column(name, "needs codes: a Uint32Array");
  }
  MILLRACE_TRY(out.codes.append(reinterpret_cast<const uint32_t*>(view.bytes), view.count));
  // The dictionary has an entry at 0 even when it is empty, which is what null rows read.
  const auto limit = static_cast<uint32_t>(dictionary->refs.size());
  for (const uint32_t code : out.codes) {
    if (code >= limit) return bad_column(name, "has a code that its dictionary has not");
  }
  out.values = Values::Coded;
  out.column.rows = static_cast<int64_t>(view.count);
  return {};
}

Status read_borrowed(const std::string& name, const ArrayView& data, Buffers& buffers, BorrowedColumn& out) {
  const size_t width = type_width(out.column.type);
  if (data.size % width) return bad_column(name, "has data of another width than its type");
  out.values = Values::Borrowed;
  out.borrowed = data.bytes;
  out.column.rows = static_cast<int64_t>(data.size / width);
  return data.size > 0 ? buffers.add(data.buffer) : Status();
}

// Texts that nobody writes to any more: only that they lie within their bytes is checked, and by those who read them.
Status read_texts(const std::string& name, const ArrayView& data, const Napi::Value& offsets, Buffers& buffers,
                  BorrowedColumn& out) {
  ArrayView positions;
  if (!view_of_array(offsets, positions) || positions.type != napi_uint32_array || positions.count == 0) {
    return bad_column(name, "needs offsets: a Uint32Array of rows + 1 positions");
  }
  out.values = Values::Texts;
  out.borrowed = data.bytes;
  out.borrowed_bytes = data.size;
  out.positions = reinterpret_cast<const uint32_t*>(positions.bytes);
  out.column.rows = static_cast<int64_t>(positions.count) - 1;
  if (data.size > 0) MILLRACE_TRY(buffers.add(data.buffer));
  return buffers.add(positions.buffer);
}

Status read_missing(const std::string& name, const Napi::Value& rows, BorrowedColumn& out) {
  constexpr double kMostRows = 9007199254740991;
  const double count = rows.IsNumber() ? rows.As<Napi::Number>().DoubleValue() : -1;
  if (!(count >= 0 && count <= kMostRows)) return bad_column(name, "needs a number of rows");
  out.values = Values::Missing;
  out.column.rows = out.column.null_count = static_cast<int64_t>(count);
  return {};
}

Status read_column(const Napi::Object& object, const std::string& name, const Dictionary* dictionary, Buffers& buffers,
                   BorrowedColumn& out) {
  const Napi::Value missing = property(object, "missing");
  if (!missing.IsUndefined()) return read_missing(name, missing, out);
  const Napi::Value codes = property(object, "codes");
  if (!codes.IsUndefined()) {
    MILLRACE_TRY(read_codes(name, codes, dictionary, out));
    return copy_validity(name, property(object, "validity"), out.column);
  }
  ArrayView data;
  if (!view_of_array(property(object, "data"), data)) return bad_column(name, "needs a typed array as data");
  const Napi::Value flag = property(object, "borrow");
  const bool borrow = flag.IsBoolean() && flag.As<Napi::Boolean>();
  if (is_string(out.column.type)) {
    const Napi::Value offsets = property(object, "offsets");
    MILLRACE_TRY(borrow ? read_texts(name, data, offsets, buffers, out)
                        : copy_strings(name, data, offsets, out.column));
  } else {
    MILLRACE_TRY(borrow ? read_borrowed(name, data, buffers, out) : copy_numbers(name, data, out.column));
  }
  return copy_validity(name, property(object, "validity"), out.column);
}

// The columns of the first chunk are the schema; those of the others must be the same.
Status place_field(const std::string& name, TypeId type, size_t at, bool first, Schema& schema) {
  if (first) {
    if (find_column(schema, name) >= 0) {
      return Status(Code::DuplicateColumn, "two columns are called \"" + name + "\"");
    }
    schema.push_back({name, type, false});
    return {};
  }
  if (at < schema.size() && schema[at].name == name && schema[at].type == type) return {};
  return bad_column(name, "is not in every chunk");
}

Status read_chunk(const Napi::Array& columns, Buffers& buffers, BorrowedFrame& frame) {
  BorrowedChunk chunk;
  const bool first = frame.schema.empty();
  for (uint32_t i = 0; i < columns.Length(); i++) {
    const Napi::Value value = element(columns, i);
    if (!value.IsObject()) return Status(Code::InvalidArgument, "a column must be an object");
    const auto object = value.As<Napi::Object>();
    const std::string name = text_property(object, "name");
    const auto type = type_from_name(text_property(object, "type"));
    if (!type) return bad_column(name, "has an unknown type");
    MILLRACE_TRY(place_field(name, *type, i, first, frame.schema));
    BorrowedColumn column;
    column.column.type = *type;
    const Dictionary* dictionary = i < frame.dictionaries.size() ? frame.dictionaries[i].get() : nullptr;
    MILLRACE_TRY(read_column(object, name, dictionary, buffers, column));
    if (i > 0 && column.column.rows != chunk.rows) {
      return bad_column(name, "has " + std::to_string(column.column.rows) + " rows where the columns before it have " +
                                  std::to_string(chunk.rows));
    }
    chunk.rows = column.column.rows;
    if (column.column.null_count > 0) frame.schema[i].nullable = true;
    chunk.columns.push_back(std::move(column));
  }
  if (chunk.columns.size() != frame.schema.size()) {
    return Status(Code::InvalidArgument, "chunks must have the same columns");
  }
  chunk.first_row = frame.rows;
  frame.rows += chunk.rows;
  // Chunks without rows are only there for their columns.
  if (frame.chunks.empty() || chunk.rows > 0) frame.chunks.push_back(std::move(chunk));
  return {};
}

Status read_dictionary(const Napi::Value& value, std::shared_ptr<Dictionary>& out) {
  if (!value.IsObject()) return {};
  const auto object = value.As<Napi::Object>();
  ArrayView data;
  Column strings;
  strings.type = TypeId::Utf8;
  if (!view_of_array(property(object, "data"), data)) return bad_column("", "needs a typed array as data");
  MILLRACE_TRY(copy_strings("", data, property(object, "offsets"), strings));
  auto made = make_dictionary(std::move(strings), nullptr);
  MILLRACE_TRY(made);
  out = made.take();
  return {};
}

Status read_frame(const Napi::Array& chunks, const Napi::Array& dictionaries, Buffers& buffers, BorrowedFrame& frame) {
  frame.dictionaries.resize(dictionaries.Length());
  for (uint32_t i = 0; i < dictionaries.Length(); i++) {
    MILLRACE_TRY(read_dictionary(element(dictionaries, i), frame.dictionaries[i]));
  }
  for (uint32_t i = 0; i < chunks.Length(); i++) {
    const Napi::Value chunk = element(chunks, i);
    if (!chunk.IsArray()) return Status(Code::InvalidArgument, "a chunk must be an array of columns");
    MILLRACE_TRY(read_chunk(chunk.As<Napi::Array>(), buffers, frame));
  }
  frame.dictionaries.resize(frame.schema.size());
  return {};
}

Status keep(const Buffers& buffers, Mailbox::Call then, BorrowedFrame& frame) {
  auto owner = buffers.hold(std::move(then));
  MILLRACE_TRY(owner);
  frame.owner = owner.take();
  return {};
}

// Any column may have nulls, unless it says that it has none.
Status read_fields(const Napi::Array& fields, Schema& schema) {
  for (uint32_t i = 0; i < fields.Length(); i++) {
    const Napi::Value value = element(fields, i);
    if (!value.IsObject()) return Status(Code::InvalidArgument, "a field must be an object");
    const auto object = value.As<Napi::Object>();
    const std::string name = text_property(object, "name");
    const auto type = type_from_name(text_property(object, "type"));
    if (!type) return bad_column(name, "has an unknown type");
    MILLRACE_TRY(place_field(name, *type, i, true, schema));
    const Napi::Value nullable = property(object, "nullable");
    schema.back().nullable = !nullable.IsBoolean() || nullable.As<Napi::Boolean>();
  }
  return schema.empty() ? Status(Code::InvalidArgument, "a feed needs a column") : Status();
}

Status read_fed_chunk(const Napi::Array& columns, const Schema& schema, Buffers& buffers, BorrowedFrame& chunk) {
  chunk.schema = schema;
  chunk.dictionaries.resize(schema.size());
  MILLRACE_TRY(read_chunk(columns, buffers, chunk));
  for (size_t c = 0; c < schema.size(); c++) {
    const bool nulls = chunk.schema[c].nullable && !schema[c].nullable;
    if (nulls) return bad_column(schema[c].name, "has nulls, and its feed has none");
  }
  return {};
}

}  // namespace

Napi::Value frame_borrow(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsArray() || !info[1].IsArray()) {
    throw_argument(env, "frameBorrow(chunks, dictionaries): arrays");
    return env.Undefined();
  }
  Buffers buffers(env);
  auto frame = std::make_shared<BorrowedFrame>();
  Status status = read_frame(info[0].As<Napi::Array>(), info[1].As<Napi::Array>(), buffers, *frame);
  if (status.ok() && !buffers.empty())
    status = keep(
        buffers, [](Napi::Env) {}, *frame);
  if (!status.ok()) {
    throw_status(env, status);
    return env.Undefined();
  }
  frame->lease = EnvState::of(env).lease();
  return make_handle<const BorrowedFrame>(env, std::move(frame));
}

Napi::Value feed_create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Schema schema;
  const Status status = info[0].IsArray() ? read_fields(info[0].As<Napi::Array>(), schema)
                                          : Status(Code::InvalidArgument, "feedCreate(fields): an array");
  if (!status.ok()) {
    throw_status(env, status);
    return env.Undefined();
  }
  return make_handle<exec::Feed>(env, std::make_shared<exec::Feed>(std::move(schema)));
}

Napi::Value feed_push(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto feed = get_handle<exec::Feed>(info[0]);
  if (!feed || !info[1].IsArray()) {
    throw_argument(env, "feedPush(feed, columns): a feed, and an array of columns");
    return env.Undefined();
  }
  Buffers buffers(env);
  auto chunk = std::make_shared<BorrowedFrame>();
  chunk->lease = EnvState::of(env).lease();
  Status status = read_fed_chunk(info[1].As<Napi::Array>(), feed->schema(), buffers, *chunk);
  if (!status.ok()) {
    throw_status(env, status);
    return env.Undefined();
  }
  const auto deferred = Napi::Promise::Deferred::New(env);
  const auto let_go = [deferred, watched = std::weak_ptr<exec::Feed>(feed)](Napi::Env env) {
    const auto feed = watched.lock();
    deferred.Resolve(Napi::Boolean::New(env, feed && !feed->closed()));
  };
  status = keep(buffers, let_go, *chunk);
  if (status.ok()) {
    feed->push(std::move(chunk));
  } else {
    deferred.Reject(make_error(env, status).Value());
  }
  return deferred.Promise();
}

Napi::Value feed_end(const Napi::CallbackInfo& info) {
  const auto feed = get_handle<exec::Feed>(info[0]);
  if (feed) {
    feed->end();
  } else {
    throw_argument(info.Env(), "feedEnd(feed): a feed");
  }
  return info.Env().Undefined();
}

}  // namespace millrace::node
