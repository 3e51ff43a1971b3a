#include "relay/child_main.h"

#include "net/address_guard.h"
#include "relay/session.h"
#include "relay/spawn.h"

#include <csignal>
#include <cstdio>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace matinee::relay {

namespace {

constexpr std::chrono::seconds kJobWait{10};
constexpr rlim_t kMemory = rlim_t{512} << 20;
constexpr rlim_t kFiles = 64;

void limit(__rlimit_resource resource, rlim_t most)
{
    const rlimit both{most, most};
    (void)::setrlimit(resource, &both); // lowering a limit always works
}

/// What reads a stranger's stream holds as little as it can: no new rights, no files to write, no core with a key in it.
void giveUpRights()
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // dies with the worker thread that started it; the hung-up socket tells the same
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, kFiles);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // their shadow memory is larger than any sensible limit
    limit(RLIMIT_DATA, kMemory);
#endif
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

bool startedByServer()
{
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(kChannelDescriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

} // namespace

int childMain()
{
    giveUpRights();
    if (!startedByServer()) {
        std::fputs("matinee: relay-child is started by the server itself and has nothing to do here.\n", stderr);
        return 2;
    }
    Channel channel(kChannelDescriptor);
    const auto message = channel.next(kJobWait);
    const auto *const job = message ? std::get_if<wire::Job>(&*message) : nullptr;
    if (!job)
        return 2;
    const auto allowed = net::AddressList::parse(job->allowedNetworks);
    if (!allowed) {
        (void)channel.send(wire::Failure{wire::Reason::Internal, allowed.error().message});
        return 1;
    }
    net::armAddressGuard(net::AddressGuard(*allowed));
    const auto av = mux::libav();
    if (!av) {
        (void)channel.send(wire::Failure{wire::Reason::Internal, av.error().message});
        return 1;
    }
    Session session(channel, **av);
    return job->kind == wire::JobKind::Pull ? pull(session, *job) : push(session, *job);
}

} // namespace matinee::relay
