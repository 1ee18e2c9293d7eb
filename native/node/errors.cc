#include "base/cold.h"

#include "node/handles.h"

namespace millrace::node {

Napi::Error make_error(Napi::Env env, const Status& status) {
  Napi::Error error = Napi::Error::New(env, status.message());
  Napi::Object object = error.Value();
  object.Set("code", code_name(status.code()));
  const ErrorFacts& facts = status.facts();
  const std::pair<const char*, const std::string*> texts[] = {
      {"hint", &facts.hint}, {"column", &facts.column}, {"file", &facts.file}, {"text", &facts.text}};
  for (const auto& [name, text] : texts) {
    if (!text->empty()) object.Set(name, *text);
  }
  if (facts.line >= 0) object.Set("line", static_cast<double>(facts.line));
  if (facts.row >= 0) object.Set("row", static_cast<double>(facts.row));
  if (facts.offset >= 0) object.Set("offset", static_cast<double>(facts.offset));
  return error;
}

void throw_status(Napi::Env env, const Status& status) { make_error(env, status).ThrowAsJavaScriptException(); }

void throw_argument(Napi::Env env, const char* message) { throw_status(env, Status(Code::InvalidArgument, message)); }

}  // namespace millrace::node
