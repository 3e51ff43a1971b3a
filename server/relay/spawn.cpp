#include "relay/spawn.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace matinee::relay {

namespace {

// Our own environment may hold secrets (MATINEE_JWT_SECRET), and a proxy of the environment would get around the address guard.
constexpr std::array kKeptVariables = {"LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ",
                                       "ASAN_OPTIONS",    "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"};

std::vector<std::string> keptEnvironment()
{
    std::vector<std::string> kept;
    for (const char *name : kKeptVariables) {
        if (const char *value = std::getenv(name))
            kept.push_back(std::string(name) + "=" + value);
    }
    return kept;
}

void closeBoth(const std::array<int, 2> &ends)
{
    for (const int end : ends) {
        if (end >= 0)
            ::close(end);
    }
}

Error noProcess(int code)
{
    return fail(ErrorCode::Unavailable, std::string("A relay process could not be started: ") + std::strerror(code) + ".");
}

int start(const std::string &program, int channel, int log, pid_t &process)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, channel, kChannelDescriptor);
    posix_spawn_file_actions_addclosefrom_np(&actions, kChannelDescriptor + 1);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none); // the server blocks signals for all of its threads
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0); // Ctrl-C is for the server, which then ends its children in order
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

    const auto kept = keptEnvironment();
    std::vector<char *> environment;
    for (const auto &variable : kept)
        environment.push_back(const_cast<char *>(variable.c_str()));
    environment.push_back(nullptr);
    char name[] = "matinee";
    std::string command = kChildCommand;
    char *arguments[] = {name, command.data(), nullptr};
    const int code = ::posix_spawn(&process, program.c_str(), &actions, &attributes, arguments, environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/// Above the numbers that the process is given, so that no dup2 overwrites what a later one needs.
bool moveUp(int &descriptor)
{
    const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, kChannelDescriptor + 1);
    if (moved < 0)
        return false;
    ::close(descriptor);
    descriptor = moved;
    return true;
}

} // namespace

Result<Spawned> spawnChild(const std::string &program)
{
    std::array channel{-1, -1};
    std::array log{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel.data()) != 0)
        return noProcess(errno);
    if (::pipe2(log.data(), O_CLOEXEC) != 0 || !moveUp(channel[1]) || !moveUp(log[1])) {
        const int code = errno;
        closeBoth(channel);
        closeBoth(log);
        return noProcess(code);
    }
    Spawned spawned{-1, channel[0], log[0]};
    const int code = start(program, channel[1], log[1], spawned.process);
    ::close(channel[1]);
    ::close(log[1]);
    if (code != 0) {
        ::close(spawned.channel);
        ::close(spawned.log);
        return noProcess(code);
    }
    return spawned;
}

void setCourtesy(pid_t process, Courtesy courtesy)
{
    const bool idle = courtesy == Courtesy::OnlyIfIdle;
    // A container may forbid either; then the process runs as the server does, which is no fault.
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(process), idle ? 19 : 5);
    const sched_param none{};
    if (idle)
        (void)::sched_setscheduler(process, SCHED_IDLE, &none);
}

} // namespace matinee::relay
