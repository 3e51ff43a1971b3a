// JSON and query strings into the request message of a declared call, and response messages into JSON. Pure.
// Field names are those of the .proto (snake_case); anything unknown is refused by name instead of being ignored.
#pragma once

#include "api/dispatcher.h"

namespace matinee::api {

/// Fills `into` (empty, of the call's request type) from path, query and body. The error names the field.
[[nodiscard]] Result<void> decodeJsonCall(const DeclaredCall &call, const JsonRequest &request, google::protobuf::Message &into);

/// Fills `into` from a JSON object alone; `what` begins the sentence of an error: "The body".
[[nodiscard]] Result<void> decodeJson(std::string_view what, const std::string &text, google::protobuf::Message &into);

/// Every field that is not `optional` is present, also where it has its default value.
[[nodiscard]] Result<std::string> encodeJson(const google::protobuf::Message &message);

} // namespace matinee::api
