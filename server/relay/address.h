// Where a stream is fetched from or sent to, as an owner gives it. The address may hold a user, a password or a publish key, so what
// people and logs see of it is masked. A value; pure, any thread.
#pragma once

#include "common/protocol/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace matinee::relay {

enum class Direction
{
    Pull, ///< rtmp, rtmps, rtsp, rtsps, http, https
    Push, ///< rtmp, rtmps
};

class StreamAddress
{
public:
    /// InvalidArgument with the field `address` and a sentence on what was expected.
    [[nodiscard]] static Result<StreamAddress> parse(std::string_view text, Direction direction);

    [[nodiscard]] const std::string &full() const { return m_full; } ///< Never into a log or an answer.
    /// "rtmp://host:1935/app/***": no user, no query, nothing after the first part of the path.
    [[nodiscard]] const std::string &masked() const { return m_masked; }
    /// The text without what `masked` hides, wherever it stands in it.
    [[nodiscard]] std::string redact(std::string text) const;

private:
    std::string m_full;
    std::string m_masked;
    std::vector<std::string> m_secrets; // longest first
};

} // namespace matinee::relay
