// FLV tags as binary WebSocket messages, one frame each. A server does not mask (RFC 6455, 5.1), so the head of the message is part of the
// bytes that all viewers share. A stateless value; any thread.
#pragma once

#include "flv/wire/tag_format.h"

namespace matinee::flv {

class MessageFormat final : public live::FrameFormat
{
public:
    [[nodiscard]] live::Format format() const override { return live::Format::FlvMessages; }
    [[nodiscard]] media::Bytes encode(const media::Frame &frame) const override;
    [[nodiscard]] media::Bytes header(const media::Frame &first) const override;

private:
    TagFormat m_tags;
};

/// One binary message around the bytes.
[[nodiscard]] media::Bytes message(const media::Bytes &bytes);

} // namespace matinee::flv
