#include "relay/session.h"

#include "net/address_guard.h"

#include <array>
#include <cstdarg>
#include <cstdio>

#include <unistd.h>

namespace matinee::relay {

namespace {

// rtmps and https stand on tls and tcp; crypto is AES-128 of HLS. Nothing that reads files, and nothing by UDP.
constexpr const char *kProtocols = "rtmp,rtmps,http,https,tcp,tls,crypto";
// What a live source may be. Demuxers that open other things by themselves (concat, ffmetadata) stay out.
constexpr const char *kFormats = "flv,live_flv,hls,mpegts,mov,rtsp,aac,mp3,webvtt";
constexpr const char *kCertificates = "/etc/ssl/certs/ca-certificates.crt";

const mux::LibAv *g_av = nullptr;
std::string g_lastError; // what libavformat said last at level "error"; one thread

void keepLog(void *context, int level, const char *format, va_list arguments)
{
    if (level > AV_LOG_WARNING)
        return;
    std::array<char, 512> line{};
    int withPrefix = 0;
    g_av->av_log_format_line2(context, level, format, arguments, line.data(), static_cast<int>(line.size()), &withPrefix);
    std::string text(line.data());
    while (text.ends_with('\n'))
        text.pop_back();
    if (text.empty())
        return;
    if (level <= AV_LOG_ERROR)
        g_lastError = text;
    text += '\n';
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0)
        return; // nobody listens; there is nobody to tell either
}

} // namespace

Session::Session(Channel &theChannel, const mux::LibAv &libav) : channel(theChannel), av(libav)
{
    g_av = &libav;
    av.av_log_set_callback(keepLog);
}

int Session::interrupted(void *self)
{
    auto &session = *static_cast<Session *>(self);
    const bool stop = !session.m_farewell && session.channel.over();
    return stop || Clock::now() > session.m_deadline ? 1 : 0;
}

void Session::setOptions(AVDictionary *&options) const
{
    const auto set = [&](const char *key, const char *value) { av.av_dict_set(&options, key, value, 0); };
    set("protocol_whitelist", kProtocols);
    set("format_whitelist", kFormats);
    set("rtsp_transport", "tcp");
    set("user_agent", "Matinee");
    set("rw_timeout", "15000000"); // microseconds
    set("rtmp_live", "live");
    set("tls_verify", "1");
    if (::access(kCertificates, R_OK) == 0)
        set("ca_file", kCertificates);
}

wire::Failure Session::failure(int code, const std::string &doing) const
{
    if (const auto refused = net::lastRefusedAddress(); !refused.empty())
        return {wire::Reason::Forbidden,
                "The address leads to " + refused + "; relay.allow_addresses names the inner networks that may be called."};
    if (code == AVERROR_EXIT)
        return {wire::Reason::Unreachable, doing + ": no answer in time."};
    std::string text = doing + ": " + av.describe(code) + ".";
    if (!g_lastError.empty() && g_lastError.find(av.describe(code)) == std::string::npos)
        text += " (" + g_lastError + ")";
    const bool no =
        code == AVERROR_HTTP_UNAUTHORIZED || code == AVERROR_HTTP_FORBIDDEN || code == AVERROR_HTTP_NOT_FOUND || code == AVERROR(EACCES);
    return {no ? wire::Reason::Refused : wire::Reason::Unreachable, std::move(text)};
}

} // namespace matinee::relay
