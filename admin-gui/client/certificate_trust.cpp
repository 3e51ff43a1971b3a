#include "client/certificate_trust.h"

#include <QCryptographicHash>
#include <QSettings>
#include <QSslCertificate>

namespace matinee::gui {

namespace {

/// QSettings reads '/' and '\' in a key as folders; a host has neither, but an IPv6 address has what INI files dislike.
QString settingFor(const QString &server)
{
    return QStringLiteral("certificates/") + QString::fromLatin1(server.toUtf8().toHex());
}

} // namespace

QString CertificateTrust::storedFor(const QString &server) const
{
    return m_settings.value(settingFor(server)).toString();
}

bool CertificateTrust::isTrusted(const QString &server, const QString &fingerprint) const
{
    return !fingerprint.isEmpty() && (m_once.value(server) == fingerprint || storedFor(server) == fingerprint);
}

bool CertificateTrust::knowsAnother(const QString &server, const QString &fingerprint) const
{
    const QString stored = storedFor(server);
    const QString once = m_once.value(server);
    return (!stored.isEmpty() && stored != fingerprint) || (!once.isEmpty() && once != fingerprint);
}

void CertificateTrust::accept(const QString &server, const QString &fingerprint, bool always)
{
    m_once.insert(server, fingerprint);
    if (always)
        m_settings.setValue(settingFor(server), fingerprint);
}

QString CertificateTrust::fingerprintOf(const QSslCertificate &certificate)
{
    if (certificate.isNull())
        return {};
    return QString::fromLatin1(certificate.digest(QCryptographicHash::Sha256).toHex(':').toUpper());
}

} // namespace matinee::gui
