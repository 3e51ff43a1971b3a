// The server's certificate: loaded at start, again on SIGHUP, without touching connections that live.
// Owned by app; `current()` from any thread, `reload()` from one at a time.
#pragma once

#include "common/protocol/result.h"
#include "net/published.h"
#include "observe/metrics.h"

#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace matinee::net {

class TlsContext
{
public:
    struct Files
    {
        std::string certificateChain; ///< PEM: the server's certificate first, then the intermediate ones.
        std::string privateKey;       ///< PEM, without passphrase.
    };

    /// TLS 1.2 and later, forward secrecy and AEAD only. ALPN: http/1.1 before h2, since browsers offer both and only gRPC clients,
    /// which offer h2 alone, may have HTTP/2 here.
    [[nodiscard]] static Result<std::unique_ptr<TlsContext>> load(Files files, observe::Metrics *metrics = nullptr);

    /// Reads the files again. On failure the certificate in use stays.
    Result<void> reload();
    [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const { return m_current.load(); }
    /// When the certificate in use ends.
    [[nodiscard]] std::chrono::system_clock::time_point expiry() const { return std::chrono::system_clock::from_time_t(m_expiry.load()); }

private:
    TlsContext(Files files, observe::Metrics *metrics);

    const Files m_files;
    Published<boost::asio::ssl::context> m_current;
    std::atomic<std::time_t> m_expiry{0};
    observe::Gauge m_expiryGauge;
};

} // namespace matinee::net
