// Which certificates people have decided to trust although no authority vouches for them: by server, by SHA-256 fingerprint.
// Owned by MainWindow; GUI thread. "Always" is kept in QSettings (a fingerprint is no secret), "once" until the program ends.
#pragma once

#include <QDateTime>
#include <QHash>
#include <QString>
#include <QStringList>

class QSettings;
class QSslCertificate;

namespace matinee::gui {

/// What somebody needs in order to decide.
struct CertificateQuestion
{
    QString server;      ///< "example.org:8443"
    QString fingerprint; ///< "AB:CD:..." of SHA-256
    QString subject;
    QString issuer;
    QDateTime validUntil;
    QStringList problems; ///< As the TLS library says it.
    bool changed = false; ///< Another certificate of this server was trusted before.
};

class CertificateTrust
{
public:
    explicit CertificateTrust(QSettings &settings) : m_settings(settings) {}

    [[nodiscard]] bool isTrusted(const QString &server, const QString &fingerprint) const;
    [[nodiscard]] bool knowsAnother(const QString &server, const QString &fingerprint) const;
    void accept(const QString &server, const QString &fingerprint, bool always);

    [[nodiscard]] static QString fingerprintOf(const QSslCertificate &certificate);

private:
    [[nodiscard]] QString storedFor(const QString &server) const;

    QSettings &m_settings;
    QHash<QString, QString> m_once;
};

} // namespace matinee::gui
