// N viewers of one live stream on one thread: HTTP-FLV, FLV over WebSocket or RTMP, over loopback or a network.
// Each is parsed until its first whole key frame is there; from then on its bytes are counted and thrown away in the kernel, so that the
// client costs a fraction of the server that it loads. One in `--witness` is parsed for the whole time: framing, time stamps.
// Says "window begins" and "window ends" on standard output for whoever samples the server, then one JSON object.
#include "tests/bench/load/viewer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace bench;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

struct Options
{
    std::string protocol = "flv";
    std::string host = "127.0.0.1";
    std::string name = "bench";
    int port = 8080;
    int viewers = 100;
    int mute = 0; ///< Of the viewers, so many never read after their first key frame.
    double joinsPerSecond = 500;
    double settle = 3;
    double seconds = 8;
    int witness = 50;
};

struct Connection
{
    int fd = -1;
    bool connecting = true;
    bool mute = false;
    bool witness = false;
    std::string out;
    std::unique_ptr<Viewer> parser; ///< Until the first key frame; a witness keeps it.
    Clock::time_point opened;
    double firstPicture = -1; ///< Seconds after connect().
    std::uint64_t bytes = 0;
    std::uint64_t bytesBefore = 0;
    std::uint64_t acknowledged = 0;
    Clock::time_point newest;
    double longestGap = 0;
    std::int64_t mediaBefore = 0;
};

class Crowd
{
public:
    explicit Crowd(Options options) : m_options(std::move(options)), m_poll(epoll_create1(EPOLL_CLOEXEC)), m_scratch(1 << 18) {}
    int run();

private:
    void open(Connection &connection);
    void flush(Connection &connection);
    void receive(Connection &connection);
    void close(Connection &connection, const char *why);
    void turn(int milliseconds);
    void beginWindow();
    void report(double window, double clientCpu);

    const Options m_options;
    const int m_poll;
    std::vector<Connection> m_connections;
    std::vector<char> m_scratch;
    bool m_inWindow = false;
    std::size_t m_failed = 0;
    std::string m_firstFailure;
};

void Crowd::open(Connection &connection)
{
    connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection.fd < 0)
        return close(connection, std::strerror(errno));
    const int on = 1;
    setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(m_options.port));
    inet_pton(AF_INET, m_options.host.c_str(), &address.sin_addr);
    connection.opened = connection.newest = Clock::now();
    connection.parser = Viewer::make(m_options.protocol, m_options.host, m_options.name);
    connection.out = connection.parser->greeting();
    if (connect(connection.fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 && errno != EINPROGRESS)
        return close(connection, std::strerror(errno));
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &connection;
    epoll_ctl(m_poll, EPOLL_CTL_ADD, connection.fd, &event);
}

void Crowd::close(Connection &connection, const char *why)
{
    if (connection.fd >= 0)
        ::close(connection.fd);
    connection.fd = -1;
    ++m_failed;
    if (m_firstFailure.empty())
        m_firstFailure = why;
}

void Crowd::flush(Connection &connection)
{
    while (!connection.out.empty()) {
        const ssize_t sent = send(connection.fd, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
        if (sent < 0)
            return;
        connection.out.erase(0, static_cast<std::size_t>(sent));
    }
}

void Crowd::receive(Connection &connection)
{
    for (;;) {
        const bool discard = !connection.parser;
        const ssize_t count =
            recv(connection.fd, m_scratch.data(), discard ? std::size_t{1} << 22 : m_scratch.size(), discard ? MSG_TRUNC : 0);
        if (count < 0)
            return;
        if (count == 0)
            return close(connection, "closed by the server");
        const auto now = Clock::now();
        if (m_inWindow)
            connection.longestGap = std::max(connection.longestGap, Seconds(now - connection.newest).count());
        connection.newest = now;
        connection.bytes += static_cast<std::uint64_t>(count);
        if (m_options.protocol == "rtmp" && connection.bytes - connection.acknowledged > 1'000'000) {
            connection.acknowledged = connection.bytes;
            connection.out += rtmpAcknowledgement(connection.bytes);
            flush(connection);
        }
        if (discard) // less than was asked for: there is no more, as epoll(7) says of edge-triggered streams
            return;
        if (!connection.parser->feed({m_scratch.data(), static_cast<std::size_t>(count)}, connection.out))
            return close(connection, connection.parser->complaint().c_str());
        flush(connection);
        if (connection.firstPicture < 0 && connection.parser->keyFrames() > 0) {
            connection.firstPicture = Seconds(now - connection.opened).count();
            if (!connection.witness)
                connection.parser.reset();
            if (connection.mute) {
                epoll_ctl(m_poll, EPOLL_CTL_DEL, connection.fd, nullptr);
                return;
            }
        }
    }
}

void Crowd::turn(int milliseconds)
{
    static std::vector<epoll_event> events(2048);
    const int count = epoll_wait(m_poll, events.data(), static_cast<int>(events.size()), milliseconds);
    for (int i = 0; i < count; ++i) {
        auto &connection = *static_cast<Connection *>(events[static_cast<std::size_t>(i)].data.ptr);
        if (connection.fd < 0)
            continue;
        if (events[static_cast<std::size_t>(i)].events & EPOLLOUT)
            flush(connection);
        if (events[static_cast<std::size_t>(i)].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            receive(connection);
    }
}

void Crowd::beginWindow()
{
    m_inWindow = true;
    for (auto &connection : m_connections) {
        connection.bytesBefore = connection.bytes;
        connection.newest = Clock::now();
        if (connection.parser)
            connection.mediaBefore = connection.parser->newestTimestamp();
    }
}

double ownCpu()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int Crowd::run()
{
    m_connections.resize(static_cast<std::size_t>(m_options.viewers));
    for (std::size_t i = 0; i < m_connections.size(); ++i) {
        m_connections[i].mute = i < static_cast<std::size_t>(m_options.mute);
        m_connections[i].witness = !m_connections[i].mute && m_options.witness > 0 && i % static_cast<std::size_t>(m_options.witness) == 0;
    }
    if (m_options.mute < m_options.viewers)
        m_connections.back().witness = m_options.witness > 0;
    const auto start = Clock::now();
    std::size_t opened = 0;
    while (opened < m_connections.size()) {
        const auto due = static_cast<std::size_t>(Seconds(Clock::now() - start).count() * m_options.joinsPerSecond) + 1;
        while (opened < std::min(due, m_connections.size()))
            open(m_connections[opened++]);
        turn(1);
    }
    const auto settled = Clock::now() + std::chrono::duration_cast<Clock::duration>(Seconds(m_options.settle));
    while (Clock::now() < settled)
        turn(10);
    std::puts("window begins");
    std::fflush(stdout);
    beginWindow();
    const auto begin = Clock::now();
    const double cpu = ownCpu();
    const auto end = begin + std::chrono::duration_cast<Clock::duration>(Seconds(m_options.seconds));
    while (Clock::now() < end)
        turn(20);
    const double window = Seconds(Clock::now() - begin).count();
    std::puts("window ends");
    std::fflush(stdout);
    report(window, (ownCpu() - cpu) / window);
    return m_failed == 0 ? 0 : 1;
}

double quantile(std::vector<double> &values, double share)
{
    if (values.empty())
        return -1;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

void Crowd::report(double window, double clientCpu)
{
    std::vector<double> rates;
    std::vector<double> pictures;
    std::vector<double> media;
    double longestGap = 0;
    int without = 0;
    const auto now = Clock::now();
    for (auto &connection : m_connections) {
        connection.firstPicture < 0 ? ++without : (pictures.push_back(connection.firstPicture * 1000), 0);
        if (connection.mute)
            continue;
        rates.push_back(static_cast<double>(connection.bytes - connection.bytesBefore) * 8e-3 / window);
        longestGap = std::max({longestGap, connection.longestGap, Seconds(now - connection.newest).count()});
        if (connection.parser && connection.witness)
            media.push_back(static_cast<double>(connection.parser->newestTimestamp() - connection.mediaBefore) / 1000 / window);
    }
    std::printf("{\"protocol\":\"%s\",\"viewers\":%d,\"failed\":%zu,\"failure\":\"%s\",\"without_picture\":%d,\"window_s\":%.3f,"
                "\"kbps_min\":%.1f,\"kbps_p1\":%.1f,\"kbps_median\":%.1f,\"kbps_max\":%.1f,\"longest_gap_s\":%.3f,\"witnesses\":%zu,"
                "\"media_rate_min\":%.3f,\"first_picture_p50_ms\":%.2f,\"first_picture_p99_ms\":%.2f,\"client_cores\":%.3f}\n",
                m_options.protocol.c_str(), m_options.viewers, m_failed, m_firstFailure.c_str(), without, window, quantile(rates, 0),
                quantile(rates, 0.01), quantile(rates, 0.5), quantile(rates, 1), longestGap, media.size(), quantile(media, 0),
                quantile(pictures, 0.5), quantile(pictures, 0.99), clientCpu);
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        const std::string value = argv[i + 1];
        if (option == "--protocol")
            options.protocol = value;
        else if (option == "--host")
            options.host = value;
        else if (option == "--name")
            options.name = value;
        else if (option == "--port")
            options.port = std::atoi(value.c_str());
        else if (option == "--viewers")
            options.viewers = std::atoi(value.c_str());
        else if (option == "--mute")
            options.mute = std::atoi(value.c_str());
        else if (option == "--joins")
            options.joinsPerSecond = std::atof(value.c_str());
        else if (option == "--settle")
            options.settle = std::atof(value.c_str());
        else if (option == "--seconds")
            options.seconds = std::atof(value.c_str());
        else if (option == "--witness")
            options.witness = std::atoi(value.c_str());
        else {
            std::fprintf(stderr, "unknown option %s\n", option.c_str());
            return 2;
        }
    }
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    std::signal(SIGPIPE, SIG_IGN);
    return Crowd(options).run();
}
