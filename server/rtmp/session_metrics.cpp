#include "rtmp/session.h"

namespace matinee::rtmp {

namespace {

/// Every `reason` of matinee_rtmp_closed_total.
constexpr std::string_view kReasons[] = {"not_rtmp",
                                         "handshake_incomplete",
                                         "handshake_timeout",
                                         "tls_failed",
                                         "no_command",
                                         "left",
                                         "connection_lost", // before a decision
                                         "message_too_large",
                                         "too_many_chunk_streams",
                                         "chunk_without_header",
                                         "message_length_changed",
                                         "bad_control_message",
                                         "too_much_buffered",
                                         "bad_command",
                                         "bad_aggregate",
                                         "command_out_of_order", // Dialogue
                                         "wrong_key",
                                         "stopped",
                                         "token_refused",
                                         "rate_limited",
                                         "name_taken",
                                         "taken_over",
                                         "not_found",
                                         "unavailable", // refused
                                         "publisher_finished",
                                         "publisher_lost",
                                         "publisher_silent",
                                         "kicked",
                                         "unsupported_codec",
                                         "bad_configuration",
                                         "bad_frames",
                                         "viewer_left",
                                         "stream_ended",
                                         "viewer_too_slow",
                                         "revoked",
                                         "other"};

} // namespace

SessionMetrics::SessionMetrics(observe::Metrics *metrics)
{
    if (!metrics)
        return;
    publishers = metrics->gauge("matinee_rtmp_publishers", "RTMP connections that publish.");
    players = metrics->gauge("matinee_rtmp_players", "RTMP connections that play.");
    framesIn = metrics->counter("matinee_rtmp_frames_received_total", "Audio and video frames from publishers.");
    framesLeftOut =
        metrics->counter("matinee_rtmp_frames_left_out_total", "Frames that were malformed or came before their sequence header.");
    otherTracks = metrics->counter("matinee_rtmp_other_tracks_total",
                                   "Packets of tracks other than the first, where an encoder sends several; viewers get the first.");
    timeRepairs = metrics->counter("matinee_rtmp_time_repairs_total", "Clocks of publishers that jumped.");
    for (const std::string_view reason : kReasons) {
        m_closed.emplace(reason, metrics->counter("matinee_rtmp_closed_total", "RTMP connections that ended, by reason.",
                                                  {{"reason", std::string(reason)}}));
    }
}

void SessionMetrics::closed(std::string_view reason)
{
    auto found = m_closed.find(reason);
    if (found == m_closed.end())
        found = m_closed.find("other");
    if (found != m_closed.end())
        found->second.add();
}

} // namespace matinee::rtmp
