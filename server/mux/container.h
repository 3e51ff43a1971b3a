// One libavformat muxer that writes into a string: what MPEG-TS and fragmented MP4 have in common. Owned by the muxer that uses it, on
// its worker; asks no clock.
#pragma once

#include "mux/libav.h"

#include "common/protocol/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace matinee::mux {

class Container
{
public:
    explicit Container(const LibAv &libav) : av(libav) {}
    ~Container();
    Container(const Container &) = delete;
    Container &operator=(const Container &) = delete;

    [[nodiscard]] Result<void> open(const char *format);
    [[nodiscard]] Result<AVStream *> addStream();
    /// Gives the stream its decoder configuration, which libavformat frees.
    [[nodiscard]] Result<void> setConfig(AVStream &stream, std::span<const std::uint8_t> config);
    /// `options` is used up.
    [[nodiscard]] Result<void> start(AVDictionary *options);

    struct Sample
    {
        int stream = 0;
        std::int64_t pts = 0;
        std::int64_t dts = 0;
        std::int64_t duration = 0;
        bool key = false;
    };
    /// The bytes are lent for the call only. InvalidArgument where libavformat refuses them.
    [[nodiscard]] Result<void> write(std::span<const std::uint8_t> bytes, const Sample &sample);
    /// Makes libavformat write what it still holds, and gives all that was written since the last take().
    [[nodiscard]] Result<std::string> flush();
    [[nodiscard]] std::string take();
    [[nodiscard]] std::size_t size() const { return m_out.size(); }
    void setOption(const char *name, const char *value);

    [[nodiscard]] Error internal(std::string_view doing, int code) const;

    const LibAv &av;
    AVFormatContext *context = nullptr;

private:
    AVIOContext *m_io = nullptr;
    AVPacket *m_packet = nullptr;
    std::string m_out;
};

} // namespace matinee::mux
