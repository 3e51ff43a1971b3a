// What the kernel alone takes to hand one stream to N viewers on this machine: prepared bytes, one send() a frame and socket, no server
// around it. A second process on another core takes the bytes and throws them away. Prints one JSON object.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options
{
    int viewers = 1000;
    int kbps = 1000;
    int video = 30; // sends a second
    int audio = 47;
    int audioBytes = 250;
    int seconds = 6;
    int senderCore = 0;
    int readerCore = 1;
};

struct Send
{
    double at; // in the second
    std::size_t bytes;
};

[[noreturn]] void give_up(const char *what)
{
    std::perror(what);
    std::exit(1);
}

void pin(int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(core), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        std::fprintf(stderr, "not pinned to core %d: %s\n", core, std::strerror(errno));
}

double cpuSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// One second of sends, evenly spaced; both kinds together have the bit rate asked for.
std::vector<Send> secondOf(const Options &options)
{
    const double audioPerSecond = options.audio * options.audioBytes;
    const auto videoBytes = static_cast<std::size_t>((options.kbps * 125.0 - audioPerSecond) / options.video);
    std::vector<Send> sends;
    for (int i = 0; i < options.video; ++i)
        sends.push_back({static_cast<double>(i) / options.video, videoBytes});
    for (int i = 0; i < options.audio; ++i)
        sends.push_back({(i + 0.37) / options.audio, static_cast<std::size_t>(options.audioBytes)});
    std::sort(sends.begin(), sends.end(), [](const Send &a, const Send &b) { return a.at < b.at; });
    return sends;
}

[[noreturn]] void receive(int listener, const Options &options)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(options.readerCore);
    sockaddr_in address{};
    socklen_t length = sizeof address;
    getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length);
    const int poll = epoll_create1(0);
    for (int i = 0; i < options.viewers; ++i) {
        const int viewer = socket(AF_INET, SOCK_STREAM, 0);
        if (viewer < 0 || connect(viewer, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            give_up("connect");
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = viewer;
        epoll_ctl(poll, EPOLL_CTL_ADD, viewer, &event);
    }
    std::vector<epoll_event> events(1024);
    for (;;) {
        const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            if (recv(events[static_cast<std::size_t>(i)].data.fd, nullptr, 1 << 20, MSG_TRUNC | MSG_DONTWAIT) == 0)
                std::_Exit(0);
        }
    }
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    const struct
    {
        std::string_view name;
        int &value;
    } known[] = {{"--viewers", options.viewers},
                 {"--kbps", options.kbps},
                 {"--video", options.video},
                 {"--audio", options.audio},
                 {"--audio-bytes", options.audioBytes},
                 {"--seconds", options.seconds},
                 {"--sender-core", options.senderCore},
                 {"--reader-core", options.readerCore}};
    for (int i = 1; i + 1 < argc; i += 2) {
        const auto *const found = std::find_if(std::begin(known), std::end(known), [&](const auto &one) { return one.name == argv[i]; });
        if (found == std::end(known)) {
            std::fprintf(stderr, "unknown option %s\n", argv[i]);
            return 2;
        }
        found->value = std::atoi(argv[i + 1]);
    }
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    std::signal(SIGPIPE, SIG_IGN);

    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 || listen(listener, 4096) != 0)
        give_up("listen");
    const pid_t child = fork();
    if (child == 0)
        receive(listener, options);

    pin(options.senderCore);
    std::vector<int> sockets;
    for (int i = 0; i < options.viewers; ++i) {
        const int one = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (one < 0)
            give_up("accept");
        const int on = 1;
        setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockets.push_back(one);
    }
    const auto sends = secondOf(options);
    std::size_t largest = 0;
    for (const auto &one : sends)
        largest = std::max(largest, one.bytes);
    const std::vector<char> bytes(largest, 'x');

    std::uint64_t calls = 0;
    std::uint64_t shortSends = 0;
    const auto begin = Clock::now() + std::chrono::milliseconds(200);
    std::this_thread::sleep_until(begin);
    const double cpuBefore = cpuSeconds();
    for (int second = 0; second < options.seconds; ++second) {
        for (const auto &one : sends) {
            std::this_thread::sleep_until(begin +
                                          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(second + one.at)));
            for (const int socket : sockets) {
                ++calls;
                if (send(socket, bytes.data(), one.bytes, MSG_NOSIGNAL) != static_cast<ssize_t>(one.bytes))
                    ++shortSends;
            }
        }
    }
    std::this_thread::sleep_until(begin + std::chrono::seconds(options.seconds));
    const double cpu = cpuSeconds() - cpuBefore;
    const double took = std::chrono::duration<double>(Clock::now() - begin).count();
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::printf("{\"viewers\":%d,\"sends_per_second\":%d,\"cpu_us_per_viewer_s\":%.2f,\"cores\":%.4f,\"calls\":%llu,\"short_sends\":%llu,"
                "\"took_s\":%.3f}\n",
                options.viewers, options.video + options.audio, cpu * 1e6 / options.viewers / options.seconds, cpu / took,
                static_cast<unsigned long long>(calls), static_cast<unsigned long long>(shortSends), took);
    return 0;
}
