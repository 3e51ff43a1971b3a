// FFmpeg's decoders, scaler and encoders, loaded when a relay process first needs them: the server itself never does (see mux/libav.h for
// why they are not linked). One table of typed functions; any thread.
#pragma once

#include "common/protocol/result.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/avutil.h>
#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <string>

namespace matinee::transcode {

// What is used of each library; one line here is all that a further function needs.
#define MATINEE_TRANSCODE_CODEC(F)                                                                                                         \
    F(av_codec_is_encoder)                                                                                                                 \
    F(av_codec_iterate)                                                                                                                    \
    F(av_new_packet)                                                                                                                       \
    F(av_packet_alloc)                                                                                                                     \
    F(av_packet_free)                                                                                                                      \
    F(av_packet_unref)                                                                                                                     \
    F(avcodec_alloc_context3)                                                                                                              \
    F(avcodec_find_decoder)                                                                                                                \
    F(avcodec_find_encoder)                                                                                                                \
    F(avcodec_find_encoder_by_name)                                                                                                        \
    F(avcodec_flush_buffers)                                                                                                               \
    F(avcodec_free_context)                                                                                                                \
    F(avcodec_get_name)                                                                                                                    \
    F(avcodec_open2)                                                                                                                       \
    F(avcodec_receive_frame)                                                                                                               \
    F(avcodec_receive_packet)                                                                                                              \
    F(avcodec_send_frame)                                                                                                                  \
    F(avcodec_send_packet)
#define MATINEE_TRANSCODE_SCALE(F)                                                                                                         \
    F(sws_alloc_context)                                                                                                                   \
    F(sws_freeContext)                                                                                                                     \
    F(sws_getCoefficients)                                                                                                                 \
    F(sws_init_context)                                                                                                                    \
    F(sws_scale)                                                                                                                           \
    F(sws_setColorspaceDetails)
#define MATINEE_TRANSCODE_UTIL(F)                                                                                                          \
    F(av_dict_free)                                                                                                                        \
    F(av_dict_set)                                                                                                                         \
    F(av_frame_alloc)                                                                                                                      \
    F(av_frame_free)                                                                                                                       \
    F(av_frame_get_buffer)                                                                                                                 \
    F(av_frame_unref)                                                                                                                      \
    F(av_log_format_line2)                                                                                                                 \
    F(av_log_set_callback)                                                                                                                 \
    F(av_mallocz)                                                                                                                          \
    F(av_opt_set_int)                                                                                                                      \
    F(av_pix_fmt_desc_get)                                                                                                                 \
    F(av_strerror)

struct Libraries
{
#define MATINEE_TRANSCODE_MEMBER(name) decltype(&::name) name = nullptr;
    MATINEE_TRANSCODE_CODEC(MATINEE_TRANSCODE_MEMBER)
    MATINEE_TRANSCODE_SCALE(MATINEE_TRANSCODE_MEMBER)
    MATINEE_TRANSCODE_UTIL(MATINEE_TRANSCODE_MEMBER)
#undef MATINEE_TRANSCODE_MEMBER

    /// `doing` failed with `code`: a sentence with the reason, and with what FFmpeg complained of last on this way.
    [[nodiscard]] std::string complaint(const std::string &doing, int code) const;
};

/// Loads once; never null. Unavailable, with a sentence on what to install, where a library is missing. What FFmpeg complains of goes to
/// standard error, which in a relay process is the server's log.
[[nodiscard]] Result<const Libraries *> libraries();

} // namespace matinee::transcode
