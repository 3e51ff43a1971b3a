// FFmpeg's objects with their owner: freed when it goes. Values; each on the thread that uses it.
#pragma once

#include "transcode/libraries.h"

#include <memory>

namespace matinee::transcode {

struct Free
{
    const Libraries *av = nullptr;
    void operator()(AVCodecContext *context) const { av->avcodec_free_context(&context); }
    void operator()(AVFrame *frame) const { av->av_frame_free(&frame); }
    void operator()(AVPacket *packet) const { av->av_packet_free(&packet); }
    void operator()(SwsContext *scaler) const { av->sws_freeContext(scaler); }
};
using ContextHandle = std::unique_ptr<AVCodecContext, Free>;
using FrameHandle = std::unique_ptr<AVFrame, Free>;
using PacketHandle = std::unique_ptr<AVPacket, Free>;
using ScalerHandle = std::unique_ptr<SwsContext, Free>;

[[nodiscard]] inline FrameHandle newFrame(const Libraries &av)
{
    return {av.av_frame_alloc(), Free{&av}};
}
[[nodiscard]] inline PacketHandle newPacket(const Libraries &av)
{
    return {av.av_packet_alloc(), Free{&av}};
}
[[nodiscard]] inline ContextHandle newContext(const Libraries &av, const AVCodec *codec)
{
    return {av.avcodec_alloc_context3(codec), Free{&av}};
}

[[nodiscard]] inline Error noMemory()
{
    return fail(ErrorCode::Internal, "There is no memory for a picture of this size.");
}

/// A frame with room for its picture, whose content is not yet anything.
[[nodiscard]] inline FrameHandle newPicture(const Libraries &av, int width, int height, AVPixelFormat format)
{
    auto frame = newFrame(av);
    if (!frame)
        return frame;
    frame->width = width;
    frame->height = height;
    frame->format = format;
    if (av.av_frame_get_buffer(frame.get(), 0) < 0)
        frame.reset();
    return frame;
}

} // namespace matinee::transcode
