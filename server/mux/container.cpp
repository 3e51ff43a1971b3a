#include "mux/container.h"

#include <cstring>
#include <utility>

namespace matinee::mux {

namespace {

constexpr int kBufferBytes = 32 * 1024;

// FFmpeg 7 made the written bytes const.
#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WrittenBytes = const std::uint8_t *;
#else
using WrittenBytes = std::uint8_t *;
#endif

int appendTo(void *out, WrittenBytes bytes, int size)
{
    static_cast<std::string *>(out)->append(reinterpret_cast<const char *>(bytes), static_cast<std::size_t>(size));
    return size;
}

Error noMemory()
{
    return fail(ErrorCode::Internal, "There is no memory for another segmenter.");
}

} // namespace

Container::~Container()
{
    if (m_packet)
        av.av_packet_free(&m_packet);
    if (m_io) {
        av.av_free(m_io->buffer); // libavformat may have replaced the one that it was given
        av.avio_context_free(&m_io);
    }
    if (context)
        av.avformat_free_context(context);
}

Error Container::internal(std::string_view doing, int code) const
{
    return fail(ErrorCode::Internal, "libavformat failed to " + std::string(doing) + ": " + av.describe(code) + ".");
}

Result<void> Container::open(const char *format)
{
    if (const int code = av.avformat_alloc_output_context2(&context, nullptr, format, nullptr); code < 0)
        return internal(std::string("make a muxer for ") + format, code);
    auto *const buffer = static_cast<unsigned char *>(av.av_mallocz(kBufferBytes));
    m_io = buffer ? av.avio_alloc_context(buffer, kBufferBytes, 1, &m_out, nullptr, appendTo, nullptr) : nullptr;
    m_packet = av.av_packet_alloc();
    if (!m_io || !m_packet) {
        if (buffer && !m_io)
            av.av_free(buffer);
        return noMemory();
    }
    context->pb = m_io;
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->avoid_negative_ts = 0;
    return {};
}

Result<AVStream *> Container::addStream()
{
    AVStream *const stream = av.avformat_new_stream(context, nullptr);
    if (!stream)
        return noMemory();
    return stream;
}

Result<void> Container::setConfig(AVStream &stream, std::span<const std::uint8_t> config)
{
    auto &parameters = *stream.codecpar;
    parameters.extradata = static_cast<std::uint8_t *>(av.av_mallocz(config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    if (!parameters.extradata)
        return noMemory();
    std::memcpy(parameters.extradata, config.data(), config.size());
    parameters.extradata_size = static_cast<int>(config.size());
    return {};
}

Result<void> Container::start(AVDictionary *options)
{
    const int code = av.avformat_write_header(context, &options);
    av.av_dict_free(&options);
    if (code < 0)
        return internal("begin a stream", code);
    return {};
}

Result<void> Container::write(std::span<const std::uint8_t> bytes, const Sample &sample)
{
    m_packet->data = const_cast<std::uint8_t *>(bytes.data()); // av_write_frame copies what it keeps
    m_packet->size = static_cast<int>(bytes.size());
    m_packet->stream_index = sample.stream;
    m_packet->pts = sample.pts;
    m_packet->dts = sample.dts;
    m_packet->duration = sample.duration;
    m_packet->flags = sample.key ? AV_PKT_FLAG_KEY : 0;
    const int code = av.av_write_frame(context, m_packet);
    m_packet->data = nullptr;
    m_packet->size = 0;
    if (code < 0)
        return fail(ErrorCode::InvalidArgument, "libavformat refused a frame: " + av.describe(code) + ".");
    return {};
}

Result<std::string> Container::flush()
{
    if (const int code = av.av_write_frame(context, nullptr); code < 0)
        return internal("finish a segment", code);
    return take();
}

std::string Container::take()
{
    av.avio_flush(m_io);
    return std::exchange(m_out, {});
}

void Container::setOption(const char *name, const char *value)
{
    av.av_opt_set(context->priv_data, name, value, 0);
}

} // namespace matinee::mux
