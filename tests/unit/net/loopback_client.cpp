#include "tests/unit/net/loopback_client.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <utility>

namespace matinee::test {

using Clock = std::chrono::steady_clock;

namespace {

/// Files that go when the test program ends.
struct Leftovers
{
    std::set<std::string> files;
    ~Leftovers()
    {
        std::error_code ignored;
        for (const std::string &file : files)
            std::filesystem::remove(file, ignored);
    }
};

} // namespace

CertificateFiles makeCertificate(const std::string &name, long secondsValid)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), secondsValid);
    X509_set_pubkey(certificate, key);
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char *>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, EVP_sha256());

    const std::string base = testing::TempDir() + "matinee_" + std::to_string(::getpid()) + "_" + name;
    CertificateFiles files{base + ".crt", base + ".key"};
    static Leftovers leftovers;
    leftovers.files.insert({files.chain, files.key});
    FILE *chain = std::fopen(files.chain.c_str(), "w");
    PEM_write_X509(chain, certificate);
    std::fclose(chain);
    FILE *secret = std::fopen(files.key.c_str(), "w");
    PEM_write_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(secret);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return files;
}

LoopbackClient::LoopbackClient(std::uint16_t port, int receiveBuffer)
{
    m_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receiveBuffer > 0)
        ::setsockopt(m_fd, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(m_fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) {
        ::close(m_fd);
        m_fd = -1;
    }
}

LoopbackClient::~LoopbackClient()
{
    SSL_free(m_ssl);
    SSL_CTX_free(m_context);
    if (m_fd >= 0)
        ::close(m_fd);
}

bool LoopbackClient::startTls(std::string_view alpn)
{
    m_context = SSL_CTX_new(TLS_client_method());
    m_ssl = SSL_new(m_context);
    if (!alpn.empty())
        SSL_set_alpn_protos(m_ssl, reinterpret_cast<const unsigned char *>(alpn.data()), static_cast<unsigned>(alpn.size()));
    SSL_set_fd(m_ssl, m_fd);
    const bool done = SSL_connect(m_ssl) == 1;
    ERR_clear_error();
    return done;
}

std::string LoopbackClient::alpn() const
{
    const unsigned char *name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(m_ssl, &name, &length);
    return {reinterpret_cast<const char *>(name), length};
}

bool LoopbackClient::waitFor(short events, Clock::time_point deadline)
{
    pollfd item{m_fd, events, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return ::poll(&item, 1, static_cast<int>(std::max<long>(left, 0))) > 0;
}

bool LoopbackClient::send(std::string_view bytes)
{
    if (m_ssl)
        return SSL_write(m_ssl, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
    const auto deadline = Clock::now() + kPatience;
    while (!bytes.empty()) {
        if (!waitFor(POLLOUT, deadline))
            return false;
        const ssize_t sent = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    return true;
}

void LoopbackClient::shutdownSend()
{
    ::shutdown(m_fd, SHUT_WR);
}

void LoopbackClient::reset()
{
    const linger hard{1, 0};
    ::setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(m_fd);
    m_fd = -1;
}

bool LoopbackClient::receive(Clock::time_point deadline)
{
    if (m_closed || (!(m_ssl && SSL_pending(m_ssl) > 0) && !waitFor(POLLIN, deadline)))
        return false;
    char buffer[65536];
    const ssize_t count = m_ssl ? SSL_read(m_ssl, buffer, sizeof buffer) : ::recv(m_fd, buffer, sizeof buffer, 0);
    ERR_clear_error();
    if (count <= 0) {
        m_closed = true;
        return false;
    }
    m_received.append(buffer, static_cast<std::size_t>(count));
    return true;
}

std::string LoopbackClient::readSome(std::chrono::milliseconds patience)
{
    if (m_received.empty())
        receive(Clock::now() + patience);
    return std::exchange(m_received, {});
}

std::string LoopbackClient::readUntil(std::string_view marker, std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    for (;;) {
        if (const auto at = m_received.find(marker); at != std::string::npos) {
            std::string result = m_received.substr(0, at + marker.size());
            m_received.erase(0, result.size());
            return result;
        }
        if (!receive(deadline))
            return std::exchange(m_received, {});
    }
}

std::string LoopbackClient::readExactly(std::size_t count, std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (m_received.size() < count && receive(deadline)) {
    }
    std::string result = m_received.substr(0, count);
    m_received.erase(0, result.size());
    return result;
}

std::string LoopbackClient::readAll(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (receive(deadline)) {
    }
    return std::exchange(m_received, {});
}

} // namespace matinee::test
