#include "net/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace matinee::net {

namespace ssl = boost::asio::ssl;

namespace {

constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr unsigned char kProtocols[] = "\x08http/1.1\x02h2"; // In our order of preference.

int chooseProtocol(SSL *, const unsigned char **out, unsigned char *outLength, const unsigned char *in, unsigned inLength, void *)
{
    if (SSL_select_next_proto(const_cast<unsigned char **>(out), outLength, kProtocols, sizeof kProtocols - 1, in, inLength) ==
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_OK;
    return SSL_TLSEXT_ERR_ALERT_FATAL; // RFC 7301 3.2
}

// Asked for only where the key is encrypted; without it OpenSSL would ask on the terminal.
int noPassphrase(char *, int, int, void *)
{
    return 0;
}

std::string lastReason()
{
    const auto code = ERR_peek_last_error();
    ERR_clear_error();
    const char *reason = code ? ERR_reason_error_string(code) : nullptr;
    return reason ? reason : "unknown reason";
}

Error unusable(std::string what)
{
    return fail(ErrorCode::FailedPrecondition, std::move(what));
}

Result<void> checkReadable(const std::string &path, std::string_view what, std::string_view setting)
{
    if (::access(path.c_str(), R_OK) == 0)
        return {};
    return unusable(
        fmt::format("The {} {} cannot be read: {}. Correct {} or the permissions of the file.", what, path, std::strerror(errno), setting));
}

std::time_t notAfter(SSL_CTX *context)
{
    std::tm end{};
    const X509 *certificate = SSL_CTX_get0_certificate(context);
    return certificate && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1 ? timegm(&end) : 0;
}

} // namespace

TlsContext::TlsContext(Files files, observe::Metrics *metrics) : m_files(std::move(files))
{
    if (metrics)
        m_expiryGauge =
            metrics->gauge("matinee_tls_certificate_expiry_seconds", "When the certificate in use ends, in seconds since 1970.");
}

Result<std::unique_ptr<TlsContext>> TlsContext::load(Files files, observe::Metrics *metrics)
{
    std::unique_ptr<TlsContext> context(new TlsContext(std::move(files), metrics));
    if (auto loaded = context->reload(); !loaded)
        return loaded.error();
    return context;
}

Result<void> TlsContext::reload()
{
    if (auto readable = checkReadable(m_files.certificateChain, "certificate", "server.tls_certificate"); !readable)
        return readable.error();
    if (auto readable = checkReadable(m_files.privateKey, "private key", "server.tls_key"); !readable)
        return readable.error();

    auto fresh = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX *native = fresh->native_handle();
    SSL_CTX_set_default_passwd_cb(native, noPassphrase);
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(native, kCiphers);
    SSL_CTX_set_options(native,
                        SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS); // 34 KiB less for each connection that waits.
    SSL_CTX_set_alpn_select_cb(native, chooseProtocol, nullptr);

    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(native, m_files.certificateChain.c_str()) != 1)
        return unusable(
            fmt::format("{} holds no certificate in PEM form ({}). It must begin with the server's own certificate, followed by the "
                        "intermediate ones.",
                        m_files.certificateChain, lastReason()));
    if (SSL_CTX_use_PrivateKey_file(native, m_files.privateKey.c_str(), SSL_FILETYPE_PEM) != 1) {
        const auto code = ERR_peek_last_error();
        if (ERR_GET_LIB(code) == ERR_LIB_X509 && ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH) {
            ERR_clear_error();
            return unusable(
                fmt::format("The private key {} does not belong to the certificate {}. Give the two files that were made together.",
                            m_files.privateKey, m_files.certificateChain));
        }
        return unusable(fmt::format("{} holds no private key in PEM form without passphrase ({}).", m_files.privateKey, lastReason()));
    }
    if (SSL_CTX_check_private_key(native) != 1) {
        ERR_clear_error();
        return unusable(fmt::format("The private key {} does not belong to the certificate {}. Give the two files that were made together.",
                                    m_files.privateKey, m_files.certificateChain));
    }
    m_expiry = notAfter(native);
    m_expiryGauge.set(static_cast<double>(m_expiry.load()));
    m_current.store(std::move(fresh));
    return {};
}

} // namespace matinee::net
