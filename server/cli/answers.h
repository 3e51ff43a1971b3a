// Messages of the declared calls as documents: the same JSON as REST gives, and times for people.
#pragma once

#include "common/protocol/result.h"

#include <boost/json/value.hpp>
#include <google/protobuf/timestamp.pb.h>

#include <string>

namespace matinee::cli {

[[nodiscard]] boost::json::value documentOf(const google::protobuf::Message &message);
/// "2026-11-21 18:04 UTC".
[[nodiscard]] std::string when(const google::protobuf::Timestamp &time);

} // namespace matinee::cli
