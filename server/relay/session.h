// What pull and push have in common inside the relay process: libavformat told where it may go and for how long, and its errors in words.
// One thread.
#pragma once

#include "mux/libav.h"
#include "relay/channel.h"

#include <chrono>
#include <string>

namespace matinee::relay {

class Session
{
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kConnect{10};
    static constexpr std::chrono::seconds kStall{15}; ///< Without a byte for so long the other side is gone.

    Session(Channel &channel, const mux::LibAv &av);

    /// For libavformat, which asks it in every wait: stops at the deadline and when the server has hung up.
    [[nodiscard]] AVIOInterruptCB interrupt() { return {&Session::interrupted, this}; }
    void allow(std::chrono::seconds time) { m_deadline = Clock::now() + time; }
    /// For the words of goodbye, which are said although the server has hung up.
    void allowFarewell()
    {
        allow(std::chrono::seconds(2));
        m_farewell = true;
    }

    /// For opening: protocols that cannot leave the network, RTSP by TCP, checked certificates, deadlines.
    void setOptions(AVDictionary *&options) const;

    /// What went wrong, with `code` of libavformat, in words; the guard's refusal before all.
    [[nodiscard]] wire::Failure failure(int code, const std::string &doing) const;

    Channel &channel;
    const mux::LibAv &av;

private:
    static int interrupted(void *self);

    Clock::time_point m_deadline = Clock::now() + kConnect;
    bool m_farewell = false;
};

/// Each 0 or the exit code of the process; what went wrong was told to the server.
[[nodiscard]] int pull(Session &session, const wire::Job &job);
[[nodiscard]] int push(Session &session, const wire::Job &job);

} // namespace matinee::relay
