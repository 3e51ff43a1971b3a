// FFmpeg's libraries, loaded when somebody first needs them: linked, they and what they pull in would cost every start 25 ms and
// every idle server 17 MiB. Headers are used when compiling, so a call is as typed as a linked one. Any thread.
#pragma once

#include "common/protocol/result.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

namespace matinee::mux {

// What is used of each library; one line here is all that a further function needs.
#define MATINEE_LIBAVFORMAT(F)                                                                                                             \
    F(avformat_alloc_context)                                                                                                              \
    F(avformat_alloc_output_context2)                                                                                                      \
    F(avformat_close_input)                                                                                                                \
    F(avformat_find_stream_info)                                                                                                           \
    F(avformat_free_context)                                                                                                               \
    F(avformat_new_stream)                                                                                                                 \
    F(avformat_open_input)                                                                                                                 \
    F(avformat_write_header)                                                                                                               \
    F(av_find_best_stream)                                                                                                                 \
    F(av_read_frame)                                                                                                                       \
    F(av_write_frame)                                                                                                                      \
    F(avio_alloc_context)                                                                                                                  \
    F(avio_context_free)                                                                                                                   \
    F(avio_closep)                                                                                                                         \
    F(avio_flush)                                                                                                                          \
    F(avio_open2)                                                                                                                          \
    F(avio_write)
#define MATINEE_LIBAVCODEC(F)                                                                                                              \
    F(av_packet_alloc)                                                                                                                     \
    F(avcodec_get_name)                                                                                                                    \
    F(av_packet_free)                                                                                                                      \
    F(av_packet_get_side_data)                                                                                                             \
    F(av_packet_unref)
#define MATINEE_LIBAVUTIL(F)                                                                                                               \
    F(av_channel_layout_default)                                                                                                           \
    F(av_dict_free)                                                                                                                        \
    F(av_dict_set)                                                                                                                         \
    F(av_free)                                                                                                                             \
    F(av_log_format_line2)                                                                                                                 \
    F(av_log_set_callback)                                                                                                                 \
    F(av_mallocz)                                                                                                                          \
    F(av_rescale_q)                                                                                                                        \
    F(av_opt_set)                                                                                                                          \
    F(av_strerror)

struct LibAv
{
#define MATINEE_LIBAV_MEMBER(name) decltype(&::name) name = nullptr;
    MATINEE_LIBAVFORMAT(MATINEE_LIBAV_MEMBER)
    MATINEE_LIBAVCODEC(MATINEE_LIBAV_MEMBER)
    MATINEE_LIBAVUTIL(MATINEE_LIBAV_MEMBER)
#undef MATINEE_LIBAV_MEMBER

    /// "Invalid argument", for a log line.
    [[nodiscard]] std::string describe(int error) const;
};

/// Loads once, which takes some 25 ms; never null. Unavailable, with a sentence on what to install, where the libraries are missing.
[[nodiscard]] Result<const LibAv *> libav();

} // namespace matinee::mux
