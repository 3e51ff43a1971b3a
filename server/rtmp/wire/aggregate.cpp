#include "rtmp/wire/aggregate.h"

#include "rtmp/wire/big_endian.h"

#include <optional>

namespace matinee::rtmp {

Result<void, AggregateError> splitAggregate(const Message &aggregate, std::vector<Message> &out)
{
    ByteReader reader(aggregate.payload);
    std::optional<std::uint32_t> firstTime;
    for (std::size_t parts = 0; reader.left() > 0; ++parts) {
        if (parts == kMaxAggregateParts)
            return AggregateError::TooMany;
        const auto type = static_cast<MessageType>(reader.u8());
        const std::uint32_t length = reader.u24();
        const std::uint32_t low = reader.u24();
        const std::uint32_t time = low | static_cast<std::uint32_t>(reader.u8()) << 24; // as in FLV: the high byte comes last
        (void)reader.u24();
        const auto payload = reader.take(length);
        if (!reader.ok())
            return AggregateError::Truncated;
        if (type == MessageType::Aggregate)
            return AggregateError::Nested;
        if (!firstTime)
            firstTime = time;
        out.push_back({type, aggregate.streamId, aggregate.timestamp + (time - *firstTime), {payload.begin(), payload.end()}});
        (void)reader.take(std::min<std::size_t>(4, reader.left()));
    }
    return {};
}

} // namespace matinee::rtmp
