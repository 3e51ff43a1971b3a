#include "flv/message_format.h"

#include "http/wire/client_frames.h"

namespace matinee::flv {

media::Bytes message(const media::Bytes &bytes)
{
    constexpr std::size_t longestHead = 10;
    media::Bytes out;
    out.reserve(longestHead + bytes.size());
    http::wire::appendFrameHead(out, http::wire::FrameOpcode::Binary, bytes.size());
    out.insert(out.end(), bytes.begin(), bytes.end());
    return out;
}

media::Bytes MessageFormat::encode(const media::Frame &frame) const
{
    return message(m_tags.encode(frame));
}

media::Bytes MessageFormat::header(const media::Frame &first) const
{
    return message(m_tags.header(first));
}

} // namespace matinee::flv
