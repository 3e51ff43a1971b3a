// Query strings and path parameters: text into typed message fields. Pure.
#pragma once

#include "common/protocol/result.h"

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace matinee::api {

/// "a=1&b=x%20y" into decoded pairs, in order. At most 64; a bad escape is an error.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> parseQuery(std::string_view query);

/// Sets (or adds to, where repeated) a field that is no message. The error names the field and what it takes.
[[nodiscard]] Result<void> setFromText(google::protobuf::Message &message, const google::protobuf::FieldDescriptor &field,
                                       const std::string &text);

/// What a field takes, for people: "a whole number from 0 to 4294967295".
[[nodiscard]] std::string expectationOf(const google::protobuf::FieldDescriptor &field);

} // namespace matinee::api
