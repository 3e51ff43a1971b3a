#include "relay/confine.h"

#include "relay/spawn.h"

#include <csignal>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace matinee::relay {

namespace {

constexpr rlim_t kFiles = 64;

void limit(__rlimit_resource resource, rlim_t most)
{
    const rlimit both{most, most};
    (void)::setrlimit(resource, &both); // lowering a limit always works
}

} // namespace

void giveUpRights()
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // the hung-up socket tells the same
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, kFiles);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

// The sanitizers' shadow memory is larger than any sensible limit, and their reports read files.
#if defined(MATINEE_SANITIZE_ADDRESS) || defined(MATINEE_SANITIZE_THREAD)
void limitMemory(std::size_t) {}
void openNothingMore() {}
#else
void limitMemory(std::size_t bytes)
{
    limit(RLIMIT_DATA, bytes);
}

void openNothingMore()
{
    limit(RLIMIT_NOFILE, kChannelDescriptor + 1); // standard input, output, error and the channel are open
}
#endif

} // namespace matinee::relay
