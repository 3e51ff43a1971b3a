#include "relay/child_main.h"

#include "net/address_guard.h"
#include "relay/confine.h"
#include "relay/ladder_session.h"
#include "relay/picture_session.h"
#include "relay/session.h"
#include "relay/spawn.h"
#include "transcode/encoder.h"

#include <cstdio>

#include <sys/socket.h>

namespace matinee::relay {

namespace {

constexpr std::chrono::seconds kJobWait{10};
constexpr std::size_t kMemory = std::size_t{512} << 20;
constexpr std::size_t kLadderMemory = std::size_t{1} << 30; // a decoder of 8K holds many pictures

bool startedByServer()
{
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(kChannelDescriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

int failed(Channel &channel, wire::Reason reason, const std::string &text)
{
    (void)channel.send(wire::Failure{reason, text});
    return 1;
}

/// Reads or writes a stranger's server.
int relayJob(Channel &channel, const wire::Job &job)
{
    const auto av = mux::libav();
    if (!av)
        return failed(channel, wire::Reason::Internal, av.error().message);
    Session session(channel, **av);
    return job.kind == wire::JobKind::Pull ? pull(session, job) : push(session, job);
}

/// Works on what the server sends, and on nothing else.
int transcodeJob(Channel &channel, const wire::Job &job)
{
    const auto av = transcode::libraries();
    if (!av)
        return failed(channel, wire::Reason::Unsupported, av.error().message);
    if (job.kind == wire::JobKind::Pictures) {
        openNothingMore();
        return pictures(channel, **av);
    }
    const auto encoders = transcode::h264Encoders(**av);
    if (encoders.empty())
        return failed(channel, wire::Reason::Unsupported, transcode::kNoEncoder);
    if ((encoders.front()->capabilities & AV_CODEC_CAP_HARDWARE) == 0) // hardware is a device that has to be opened
        openNothingMore();
    return ladder(channel, **av, job.rung);
}

} // namespace

int childMain()
{
    giveUpRights();
    limitMemory(kLadderMemory);
    if (!startedByServer()) {
        std::fputs("matinee: relay-child is started by the server itself and has nothing to do here.\n", stderr);
        return 2;
    }
    Channel channel(kChannelDescriptor);
    const auto message = channel.next(kJobWait);
    const auto *const job = message ? std::get_if<wire::Job>(&*message) : nullptr;
    if (!job)
        return 2;
    if (job->kind != wire::JobKind::Ladder)
        limitMemory(kMemory);
    const auto allowed = net::AddressList::parse(job->allowedNetworks);
    if (!allowed)
        return failed(channel, wire::Reason::Internal, allowed.error().message);
    net::armAddressGuard(net::AddressGuard(*allowed));
    const bool relays = job->kind == wire::JobKind::Pull || job->kind == wire::JobKind::Push;
    return relays ? relayJob(channel, *job) : transcodeJob(channel, *job);
}

} // namespace matinee::relay
