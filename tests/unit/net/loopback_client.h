// A blocking client for tests of servers that run in the test process: plain or TLS, with a time-out on every wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace matinee::test {

struct CertificateFiles
{
    std::string chain;
    std::string key;
};

/// Makes a self-signed certificate for localhost and writes it as PEM into the temporary folder, until the test program ends.
[[nodiscard]] CertificateFiles makeCertificate(const std::string &name, long secondsValid = 3600);

class LoopbackClient
{
public:
    static constexpr std::chrono::milliseconds kPatience{5000};

    explicit LoopbackClient(std::uint16_t port, int receiveBuffer = 0);
    ~LoopbackClient();
    LoopbackClient(const LoopbackClient &) = delete;
    LoopbackClient &operator=(const LoopbackClient &) = delete;

    [[nodiscard]] bool connected() const { return m_fd >= 0; }
    [[nodiscard]] int descriptor() const { return m_fd; }

    /// `alpn` in wire form ("\x02h2"), or empty. False when the handshake fails.
    bool startTls(std::string_view alpn = {});
    [[nodiscard]] std::string alpn() const;

    bool send(std::string_view bytes);
    void shutdownSend();
    /// With RST in place of FIN.
    void reset();

    /// At least one byte unless the peer closed or the time is up.
    std::string readSome(std::chrono::milliseconds patience = kPatience);
    /// Up to and with `marker`; what came after it is kept for the next read.
    std::string readUntil(std::string_view marker, std::chrono::milliseconds patience = kPatience);
    std::string readExactly(std::size_t count, std::chrono::milliseconds patience = kPatience);
    /// Until the peer closes. `closed()` tells whether it did.
    std::string readAll(std::chrono::milliseconds patience = kPatience);
    [[nodiscard]] bool closed() const { return m_closed; }

private:
    bool waitFor(short events, std::chrono::steady_clock::time_point deadline);
    bool receive(std::chrono::steady_clock::time_point deadline);

    int m_fd = -1;
    bool m_closed = false;
    std::string m_received;
    ssl_ctx_st *m_context = nullptr;
    ssl_st *m_ssl = nullptr;
};

} // namespace matinee::test
