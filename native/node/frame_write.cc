// frameWrite: the columns of a frame written to shared memory, on a thread of the engine, as JavaScript reads them. The
// memory is JavaScript's: Node-API cannot make a SharedArrayBuffer over memory of ours. It may go away with its
// environment while we write, so each piece is written under the lease of that environment.
#include "node/frame_write.h"

#include <algorithm>
#include <limits>
#include <new>

#include "exec/threads/thread_pool.h"
#include "node/bindings.h"
#include "node/column_input.h"
#include "node/delivery.h"
#include "node/properties.h"

namespace millrace::node {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kPieceBytes = 256 << 10;
constexpr int64_t kPieceRows = 16 << 10;  // a multiple of 64

// Where the parts of a column are, in bytes from the beginning of the memory.
struct Place {
  size_t data = 0;
  size_t data_bytes = 0;
  size_t offsets = 0;
  size_t offset_width = 0;  // 0: no offsets. 4: uint32_t; 8: double, past 4 GiB of text
  size_t validity = 0;
  bool nulls = false;
};

std::vector<Place> places_of(const Frame& frame, size_t& end) {
  std::vector<Place> out;
  end = 0;
  const auto reserve = [&end](size_t bytes) {
    const size_t at = end;
    end += (bytes + kAlignment - 1) / kAlignment * kAlignment;
    return at;
  };
  for (const Column& column : frame.columns) {
    const auto rows = static_cast<size_t>(column.rows);
    const bool text = column.type == TypeId::Utf8;
    Place place;
    place.data_bytes =
        text ? column.data.size() : rows * (column.type == TypeId::Dict ? sizeof(int32_t) : type_width(column.type));
    place.data = reserve(place.data_bytes);
    if (text) {
      place.offset_width = column.data.size() > UINT32_MAX ? sizeof(double) : sizeof(uint32_t);
      place.offsets = reserve((rows + 1) * place.offset_width);
    }
    place.nulls = column.null_count > 0;
    if (place.nulls) place.validity = reserve((rows + 7) / 8);
    out.push_back(place);
  }
  return out;
}

template <class T>
void fill_nulls(const Column& column, uint8_t* bytes, int64_t begin, int64_t end, T value) {
  T* values = reinterpret_cast<T*>(bytes);
  for (int64_t row = begin; row < end; row++) {
    if (!column.is_valid(row)) values[row] = value;
  }
}

// As prepare() has it: what stands under a null shows that it is none.
void fill_nulls(const Column& column, uint8_t* bytes, int64_t begin, int64_t end) {
  switch (column.type) {
    case TypeId::Float64: return fill_nulls(column, bytes, begin, end, std::numeric_limits<double>::quiet_NaN());
    case TypeId::Float32: return fill_nulls(column, bytes, begin, end, std::numeric_limits<float>::quiet_NaN());
    default: break;
  }
  switch (type_width(column.type)) {
    case 1: return fill_nulls<uint8_t>(column, bytes, begin, end, 0);
    case 2: return fill_nulls<uint16_t>(column, bytes, begin, end, 0);
    case 4: return fill_nulls<uint32_t>(column, bytes, begin, end, 0);
    default: return fill_nulls<uint64_t>(column, bytes, begin, end, 0);
  }
}

class Writing {
 public:
  Writing(std::shared_ptr<const Frame> frame, uint8_t* memory, std::shared_ptr<exec::Lease> lease)
      : frame_(std::move(frame)), memory_(memory), lease_(std::move(lease)) {
    size_t end;
    places_ = places_of(*frame_, end);
    categories_.resize(places_.size());
  }

  Status run() {
    try {
      for (size_t c = 0; c < places_.size(); c++) MILLRACE_TRY(write(frame_->columns[c], places_[c], categories_[c]));
      return {};
    } catch (const std::bad_alloc&) {
      return memory_limit_error(nullptr, 0);
    }
  }

  Napi::Array describe(Napi::Env env) const {
    Napi::Array out = Napi::Array::New(env, places_.size());
    for (uint32_t c = 0; c < places_.size(); c++) out.Set(c, describe_column(env, c));
    return out;
  }

 private:
  // Bytes [0, size) by pieces. ERR_ABORTED when the memory is gone.
  template <class Piece>
  Status by_pieces(int64_t size, int64_t step, Piece piece) {
    for (int64_t begin = 0; begin < size; begin += step) {
      if (!lease_->enter()) return exec::aborted_error();
      piece(begin, std::min(size, begin + step));
      lease_->leave();
    }
    return {};
  }

  Status copy(size_t at, const uint8_t* from, size_t bytes) {
    return by_pieces(static_cast<int64_t>(bytes), kPieceBytes, [&](int64_t begin, int64_t end) {
      std::memcpy(memory_ + at + begin, from + begin, static_cast<size_t>(end - begin));
    });
  }

  template <class T>
  Status write_offsets(const Column& column, size_t at) {
    const auto* from = reinterpret_cast<const uint64_t*>(column.offsets.data());
    T* to = reinterpret_cast<T*>(memory_ + at);
    return by_pieces(column.rows + 1, kPieceRows, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) to[row] = static_cast<T>(from[row]);
    });
  }

  Status write(const Column& column, const Place& place, std::vector<std::string>& categories) {
    if (place.nulls) MILLRACE_TRY(copy(place.validity, column.validity.data(), (column.rows + 7) / 8));
    if (column.type == TypeId::Dict) {
      PodVector<int32_t> codes;
      MILLRACE_TRY(encode_dictionary(column, codes, categories));
      return copy(place.data, reinterpret_cast<const uint8_t*>(codes.data()), place.data_bytes);
    }
    MILLRACE_TRY(copy(place.data, column.data.data(), place.data_bytes));
    if (place.offset_width == sizeof(uint32_t)) return write_offsets<uint32_t>(column, place.offsets);
    if (place.offset_width) return write_offsets<double>(column, place.offsets);
    if (!place.nulls) return {};
    return by_pieces(column.rows, kPieceRows,
                     [&](int64_t begin, int64_t end) { fill_nulls(column, memory_ + place.data, begin, end); });
  }

  Napi::Object describe_column(Napi::Env env, uint32_t c) const {
    const Place& place = places_[c];
    const Field& field = frame_->schema[c];
    Napi::Object out = Napi::Object::New(env);
    out.Set("name", field.name);
    out.Set("type", type_name(field.type));
    const std::pair<const char*, size_t> numbers[] = {{"data", place.data},
                                                      {"dataBytes", place.data_bytes},
                                                      {"offsets", place.offsets},
                                                      {"offsetWidth", place.offset_width}};
    for (const auto& [name, value] : numbers) out.Set(name, static_cast<double>(value));
    if (place.nulls) out.Set("validity", static_cast<double>(place.validity));
    if (field.type == TypeId::Dict) {
      Napi::Array categories = Napi::Array::New(env, categories_[c].size());
      for (uint32_t i = 0; i < categories_[c].size(); i++) categories.Set(i, categories_[c][i]);
      out.Set("categories", categories);
    }
    return out;
  }

  const std::shared_ptr<const Frame> frame_;
  uint8_t* const memory_;
  const std::shared_ptr<exec::Lease> lease_;
  std::vector<Place> places_;
  std::vector<std::vector<std::string>> categories_;
};

}  // namespace

size_t written_bytes(const Frame& frame) {
  size_t end;
  (void)places_of(frame, end);
  return end;
}

Napi::Value frame_write(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto frame = get_handle<const Frame>(info[0]);
  ArrayView memory;
  if (!frame || !view_of_array(info[1], memory) || memory.size < written_bytes(*frame)) {
    throw_argument(env, "frameWrite(frame, memory): a frame handle, and a typed array that has room for its columns");
    return env.Undefined();
  }
  napi_ref kept = nullptr;
  if (napi_create_reference(env, info[1], 1, &kept) != napi_ok) return env.Undefined();
  EnvState& state = EnvState::of(env);
  const auto mailbox = state.mailbox();
  const auto deferred = Napi::Promise::Deferred::New(env);
  const auto writing = std::make_shared<Writing>(frame, const_cast<uint8_t*>(memory.bytes), state.lease());
  mailbox->expect(env);
  exec::ThreadPool::shared().run([mailbox, deferred, writing, kept] {
    Status status = writing->run();
    mailbox->post([mailbox, deferred, writing, kept, status = std::move(status)](Napi::Env env) {
      mailbox->settle(env);
      napi_delete_reference(env, kept);
      if (!status.ok()) return deferred.Reject(make_error(env, status).Value());
      deferred.Resolve(writing->describe(env));
    });
  });
  return deferred.Promise();
}

}  // namespace millrace::node
