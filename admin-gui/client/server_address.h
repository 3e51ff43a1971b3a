// Where a server is, from what people type or paste: "host", "host:port", "[::1]:8080", http(s):// and ws(s):// forms. A value.
#pragma once

#include "common/protocol/result.h"

#include <QCoreApplication>
#include <QString>
#include <QUrl>

namespace matinee::gui {

class ServerAddress
{
    Q_DECLARE_TR_FUNCTIONS(ServerAddress)
public:
    static constexpr quint16 kDefaultPort = 8080;

    /// On failure a sentence that says what is wrong and what would be right.
    [[nodiscard]] static Result<ServerAddress, QString> parse(const QString &typed);

    /// "example.org:8080", with "https://" in front where it is encrypted: short, unambiguous, and parse() reads it again.
    [[nodiscard]] QString text() const;
    /// "example.org:8080": for certificates and window titles.
    [[nodiscard]] QString hostAndPort() const;
    /// Of the admin channel.
    [[nodiscard]] QUrl socketUrl() const;
    /// Of a page or file that the server has for browsers; `path` begins with '/'.
    [[nodiscard]] QUrl webUrl(const QString &path) const;
    /// rtmp://HOST:port/live
    [[nodiscard]] QString rtmpAddress(quint16 port) const;

    [[nodiscard]] QString host() const { return m_host; }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] bool encrypted() const { return m_encrypted; }
    /// This machine itself: nothing can be read on the way.
    [[nodiscard]] bool isLoopback() const;

    bool operator==(const ServerAddress &) const = default;

private:
    [[nodiscard]] QUrl url(const QString &scheme, const QString &path) const;

    QString m_host;
    quint16 m_port = kDefaultPort;
    bool m_encrypted = false;
    QString m_prefix; // a path before ours, where a proxy serves Matinee below one; no slash at its end
};

} // namespace matinee::gui
