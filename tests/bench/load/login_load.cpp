// A load of sign-ins by OPAQUE over HTTP on loopback: registers accounts of its own, without key stretching, which is the browser's work
// and the server never sees. Each call claims another address by X-Forwarded-For, so that limits by address do not count. Prints one JSON
// object.
//   login_load PORT sign-up FIRST COUNT          makes the accounts of these numbers
//   login_load PORT logins ACCOUNTS CONNECTIONS SECONDS
//   login_load PORT tokens ACCOUNTS REQUESTS     GET /api/v1/server, without and with an access token, in turns; waits for a line on stdin
//   between login_load PORT timing FIRST COUNT ATTEMPTS  both answers for accounts and for names that nobody has, in random order
#include "common/opaque/client.h"

#include <sodium.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace matinee::opaque;
using Clock = std::chrono::steady_clock;

namespace {

[[noreturn]] void die(const std::string &what)
{
    std::fprintf(stderr, "login_load: %s\n", what.c_str());
    std::exit(1);
}

template <class Range> std::string base64(const Range &bytes)
{
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    text.resize(std::strlen(text.c_str()));
    return text;
}

/// The text of a member of an answer; our own server writes no escapes into these.
std::string member(const std::string &json, const std::string &name)
{
    const auto at = json.find("\"" + name + "\":");
    const auto begin = at == std::string::npos ? at : json.find('"', at + name.size() + 3);
    if (begin == std::string::npos)
        return {};
    return json.substr(begin + 1, json.find('"', begin + 1) - begin - 1);
}

std::vector<std::uint8_t> bytesIn(const std::string &json, const std::string &name)
{
    const std::string text = member(json, name);
    std::vector<std::uint8_t> bytes(text.size());
    std::size_t size = 0;
    if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) !=
        0)
        die("no base64 in " + json.substr(0, 200));
    bytes.resize(size);
    return bytes;
}

struct Answer
{
    int status = 0;
    std::string body;
    double microseconds = 0; ///< From the first byte that was sent to the last that came.
};

/// One connection that is kept.
class Line
{
public:
    explicit Line(std::uint16_t port) : m_port(port) { connect(); }
    ~Line() { ::close(m_socket); }
    Line(const Line &) = delete;
    Line &operator=(const Line &) = delete;

    Answer call(const char *method, const std::string &path, const std::string &body = {}, const std::string &bearer = {})
    {
        // 10.0.0.0/8, each once in sixteen million.
        const std::uint32_t n = s_address.fetch_add(1, std::memory_order_relaxed);
        char address[32];
        std::snprintf(address, sizeof address, "10.%u.%u.%u", n >> 16 & 255, n >> 8 & 255, n & 255);
        std::string request = std::string(method) + " " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: " + address + "\r\n";
        if (!bearer.empty())
            request += "Authorization: Bearer " + bearer + "\r\n";
        if (*method == 'P')
            request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        request += "\r\n" + body;
        if (m_isOver)
            connect();
        const auto begin = Clock::now();
        if (::send(m_socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            die("the server has closed the connection");
        Answer answer = read();
        answer.microseconds = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
        return answer;
    }
    Answer good(const char *method, const std::string &path, const std::string &body = {}, const std::string &bearer = {})
    {
        Answer answer = call(method, path, body, bearer);
        if (answer.status != 200)
            die(path + ": " + std::to_string(answer.status) + " " + answer.body.substr(0, 300));
        return answer;
    }

private:
    void connect()
    {
        if (m_socket >= 0)
            ::close(m_socket);
        m_socket = ::socket(AF_INET, SOCK_STREAM, 0);
        m_isOver = false;
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(m_port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        ::setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(m_socket, reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0)
            die("cannot connect");
    }

    Answer read()
    {
        m_in.clear();
        std::size_t headEnd = std::string::npos;
        std::size_t length = 0;
        for (;;) {
            if (headEnd == std::string::npos && (headEnd = m_in.find("\r\n\r\n")) != std::string::npos) {
                headEnd += 4;
                std::string head = m_in.substr(0, headEnd);
                std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
                const auto at = head.find("content-length:");
                if (at == std::string::npos)
                    die("an answer without a length: " + head);
                length = std::strtoul(head.c_str() + at + 15, nullptr, 10);
                m_isOver = head.find("connection: close") != std::string::npos;
            }
            if (headEnd != std::string::npos && m_in.size() >= headEnd + length)
                return {std::atoi(m_in.c_str() + 9), m_in.substr(headEnd, length), 0};
            char buffer[16384];
            const ssize_t got = ::recv(m_socket, buffer, sizeof buffer, 0);
            if (got <= 0)
                die("the server has closed the connection");
            m_in.append(buffer, static_cast<std::size_t>(got));
        }
    }

    const std::uint16_t m_port;
    int m_socket = -1;
    bool m_isOver = false; ///< The server has said that this was the last answer of the connection.
    std::string m_in;
    static inline std::atomic<std::uint32_t> s_address{1};
};

std::string nameOf(std::size_t number)
{
    char name[32];
    std::snprintf(name, sizeof name, "u%06zu", number);
    return name;
}
std::string strangerOf(std::size_t number)
{
    char name[32];
    std::snprintf(name, sizeof name, "x%06zu", number);
    return name;
}
Bytes password()
{
    return label("correct horse battery staple");
}

void signUp(Line &line, const std::string &name)
{
    auto client = ClientRegistration::start(password());
    const auto begun =
        line.good("POST", "/api/v1/sign-up", R"({"name":")" + name + R"(","registration_request":")" + base64(client->request()) + "\"}");
    auto done = std::move(*client).finish(password(), bytesIn(begun.body, "registration_response"), KeyStretching::identity());
    if (!done)
        die("the registration failed");
    line.good("POST", "/api/v1/sign-up/finish",
              R"({"sign_up_id":")" + member(begun.body, "sign_up_id") + R"(","registration_record":")" + base64(done->record) + "\"}");
}

/// The access token.
std::string signIn(Line &line, const std::string &name)
{
    auto client = ClientLogin::start(password());
    const auto begun =
        line.good("POST", "/api/v1/sign-in/password", R"({"name":")" + name + R"(","ke1":")" + base64(client->request()) + "\"}");
    auto done = std::move(*client).finish(password(), bytesIn(begun.body, "ke2"), KeyStretching::identity());
    if (!done)
        die("the client did not accept");
    const auto finished =
        line.good("POST", "/api/v1/sign-in/password/finish",
                  R"({"sign_in_id":")" + member(begun.body, "sign_in_id") + R"(","ke3":")" + base64(done->finish) + "\"}");
    return member(finished.body, "access_token");
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Welch's t of two samples, without the slowest twentieth of both together: interruptions, not the code.
double welchT(std::vector<double> a, std::vector<double> b)
{
    std::vector<double> all = a;
    all.insert(all.end(), b.begin(), b.end());
    std::sort(all.begin(), all.end());
    const double limit = all[all.size() * 95 / 100];
    const auto measured = [limit](std::vector<double> &values, double &mean, double &ofMean) {
        std::erase_if(values, [limit](double v) { return v > limit; });
        const double n = static_cast<double>(values.size());
        double sum = 0;
        double squares = 0;
        for (const double v : values)
            sum += v;
        mean = sum / n;
        for (const double v : values)
            squares += (v - mean) * (v - mean);
        ofMean = squares / (n - 1) / n;
    };
    double meanA, meanB, varianceA, varianceB;
    measured(a, meanA, varianceA);
    measured(b, meanB, varianceB);
    return (meanA - meanB) / std::sqrt(varianceA + varianceB);
}

/// One account a connection at a time, so that no account is guessed at by two.
void logins(std::uint16_t port, std::size_t accounts, std::size_t connections, double seconds)
{
    std::atomic<std::size_t> count{0};
    std::mutex mutex;
    std::vector<double> times;
    const auto until = Clock::now() + std::chrono::duration<double>(seconds);
    std::vector<std::thread> threads;
    for (std::size_t c = 0; c < connections; ++c)
        threads.emplace_back([&, c] {
            Line line(port);
            std::vector<double> own;
            for (std::size_t i = c; Clock::now() < until; i += connections) {
                const auto begin = Clock::now();
                signIn(line, nameOf(i % (accounts - accounts % connections)));
                own.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
                count.fetch_add(1, std::memory_order_relaxed);
            }
            const std::lock_guard lock(mutex);
            times.insert(times.end(), own.begin(), own.end());
        });
    for (std::thread &thread : threads)
        thread.join();
    std::printf("{\"logins\": %zu, \"seconds\": %.3f, \"median_us\": %.0f}\n", count.load(), seconds, median(times));
}

void tokens(std::uint16_t port, std::size_t accounts, std::size_t requests)
{
    Line line(port);
    std::vector<std::string> of;
    for (std::size_t i = 0; i < accounts; ++i)
        of.push_back(signIn(line, nameOf(i)));
    for (const std::string &token : of)
        line.good("GET", "/api/v1/server", {}, token);
    // Told to who counts the server's CPU: without a token, with one, and so on.
    for (int round = 0; round < 6; ++round) {
        const bool isWith = round % 2 == 1;
        std::printf("%s\n", isWith ? "with" : "without");
        std::fflush(stdout);
        if (std::getchar() == EOF)
            die("nobody counts");
        for (std::size_t i = 0; i < requests; ++i)
            line.good("GET", "/api/v1/server", {}, isWith ? of[i % of.size()] : std::string());
    }
    std::printf("{\"requests\": %zu}\n", requests);
}

/// Wrong proofs only, four at most for each name: five are waited for. Names are used up in the order in which they are drawn.
void timing(std::uint16_t port, std::size_t first, std::size_t accounts, std::size_t attempts)
{
    constexpr std::size_t perName = 4;
    if (accounts * perName < attempts / 2 + attempts / 10)
        die("there are too few accounts for so many attempts");
    Line line(port);
    std::vector<double> begin[2], finish[2];
    std::size_t used[2] = {0, 0};
    std::array<std::uint8_t, 64> wrong{};
    const std::string body = "\"}";
    for (std::size_t i = 0; i < attempts; ++i) {
        const bool exists = randombytes_uniform(2) == 0;
        // From name to name, so that what was just read does not differ.
        const std::size_t number = first + used[exists]++ % accounts;
        auto client = ClientLogin::start(password());
        const auto begun =
            line.good("POST", "/api/v1/sign-in/password",
                      R"({"name":")" + (exists ? nameOf(number) : strangerOf(number)) + R"(","ke1":")" + base64(client->request()) + body);
        randombytes_buf(wrong.data(), wrong.size());
        const auto refused = line.call("POST", "/api/v1/sign-in/password/finish",
                                       R"({"sign_in_id":")" + member(begun.body, "sign_in_id") + R"(","ke3":")" + base64(wrong) + body);
        if (refused.status != 401)
            die("a wrong proof was answered with " + std::to_string(refused.status) + " " + refused.body);
        if (i < 200) // both sides get warm
            continue;
        begin[exists].push_back(begun.microseconds);
        finish[exists].push_back(refused.microseconds);
    }
    std::printf("{\"attempts\": %zu, \"known_us\": %.1f, \"unknown_us\": %.1f, \"t_first\": %.2f, \"known_finish_us\": %.1f, "
                "\"unknown_finish_us\": %.1f, \"t_finish\": %.2f}\n",
                attempts, median(begin[1]), median(begin[0]), welchT(begin[1], begin[0]), median(finish[1]), median(finish[0]),
                welchT(finish[1], finish[0]));
}

} // namespace

int main(int argc, char **argv)
{
    if (sodium_init() < 0 || argc < 4)
        die("PORT sign-up|logins|tokens|timing ...");
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const std::string what = argv[2];
    const auto number = [&](int i) { return i < argc ? std::strtoul(argv[i], nullptr, 10) : 0; };
    if (what == "sign-up") {
        Line line(port);
        for (std::size_t i = number(3); i < number(3) + number(4); ++i)
            signUp(line, nameOf(i));
        std::printf("{\"accounts\": %lu}\n", number(4));
    } else if (what == "logins") {
        logins(port, number(3), number(4), std::atof(argv[5]));
    } else if (what == "tokens") {
        tokens(port, number(3), number(4));
    } else if (what == "timing") {
        timing(port, number(3), number(4), number(5));
    } else {
        die("there is no load " + what);
    }
}
