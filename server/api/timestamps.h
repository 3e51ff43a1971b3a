// Times as they go into messages.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <chrono>

namespace matinee::api {

[[nodiscard]] inline google::protobuf::Timestamp toTimestamp(std::chrono::system_clock::time_point time)
{
    using namespace std::chrono;
    const auto second = floor<seconds>(time);
    google::protobuf::Timestamp timestamp;
    timestamp.set_seconds(second.time_since_epoch().count());
    // Whole milliseconds: what the database keeps, so that a time reads the same when it comes back.
    timestamp.set_nanos(static_cast<std::int32_t>(floor<milliseconds>(time - second).count() * 1'000'000));
    return timestamp;
}

} // namespace matinee::api
