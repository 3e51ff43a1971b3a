// Takes an aggregate message apart: several tagged messages in one, with their times moved to that of the whole. Adobe RTMP 1.0, 7.1.6.
// Pure; any thread.
#pragma once

#include "rtmp/wire/message.h"

#include "common/protocol/result.h"

#include <vector>

namespace matinee::rtmp {

enum class AggregateError
{
    Truncated, ///< Ends inside a header or a payload.
    Nested,    ///< An aggregate inside an aggregate.
    TooMany,   ///< More than kMaxAggregateParts.
};

inline constexpr std::size_t kMaxAggregateParts = 4096;

/// Adds the messages in order. A back pointer that is missing at the very end is forgiven.
Result<void, AggregateError> splitAggregate(const Message &aggregate, std::vector<Message> &out);

} // namespace matinee::rtmp
