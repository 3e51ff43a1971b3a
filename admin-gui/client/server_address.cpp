#include "client/server_address.h"

#include <QHostAddress>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

Result<ServerAddress, QString> ServerAddress::parse(const QString &typed)
{
    QString text = typed.trimmed();
    if (text.isEmpty())
        return tr("Enter the address of your server, for example \"192.168.1.20:8080\" or \"https://live.example.org\".");
    if (text.size() > 512)
        return tr("This address is too long.");

    ServerAddress address;
    bool schemeGiven = false;
    if (const qsizetype at = text.indexOf("://"_L1); at >= 0) {
        const QString scheme = text.left(at).toLower();
        if (scheme == "rtmp"_L1 || scheme == "rtmps"_L1)
            return tr("This is the address for your encoder. The console needs the one that you open in a browser, for example "
                      "\"http://%1\".")
                .arg(text.mid(at + 3).section(u'/', 0, 0).section(u':', 0, 0) + ":8080"_L1);
        if (scheme != "http"_L1 && scheme != "https"_L1 && scheme != "ws"_L1 && scheme != "wss"_L1)
            return tr("\"%1://\" is not understood. Use http:// or https://, or leave it out.").arg(text.left(at));
        address.m_encrypted = scheme == "https"_L1 || scheme == "wss"_L1;
        schemeGiven = true;
        text = text.mid(at + 3);
    } else if (text.count(u':') > 1 && !text.startsWith(u'[')) {
        // A bare IPv6 address. With a port it needs brackets, since nobody could tell where the port begins.
        if (QHostAddress(text).isNull())
            return tr("\"%1\" is not an address. An IPv6 address with a port is written as \"[::1]:8080\".").arg(text);
        text = u'[' + text + u']';
    }

    const QUrl url(u"http://"_s + text, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || text.contains(u' '))
        return tr("\"%1\" is not an address. Write a name or number, with a port where it is not 8080: \"192.168.1.20:8080\".")
            .arg(typed.trimmed());
    if (!url.userInfo().isEmpty())
        return tr("Leave out what stands before the \"@\": the console signs in with an API key.");
    if (url.port() == 0)
        return tr("0 is not a port. The server listens on 8080 unless it was told otherwise.");
    address.m_host = url.host();
    const quint16 unsaid = !schemeGiven ? kDefaultPort : address.m_encrypted ? 443 : 80;
    address.m_port = static_cast<quint16>(url.port(unsaid));
    QString path = url.path();
    // What people paste: the page that they have open, or the channel itself.
    if (const qsizetype channel = path.indexOf("/admin/ws"_L1); channel >= 0)
        path.truncate(channel);
    if (const qsizetype page = path.indexOf("/watch/"_L1); page >= 0)
        path.truncate(page);
    while (path.endsWith(u'/'))
        path.chop(1);
    address.m_prefix = path;
    return address;
}

QString ServerAddress::hostAndPort() const
{
    return (m_host.contains(u':') ? u'[' + m_host + u']' : m_host) + u':' + QString::number(m_port);
}

QString ServerAddress::text() const
{
    return (m_encrypted ? u"https://"_s : QString()) + hostAndPort() + m_prefix;
}

QUrl ServerAddress::url(const QString &scheme, const QString &path) const
{
    QUrl result;
    result.setScheme(scheme);
    result.setHost(m_host);
    const int usual = m_encrypted ? 443 : 80;
    if (m_port != usual)
        result.setPort(m_port);
    result.setPath(m_prefix + path);
    return result;
}

QUrl ServerAddress::socketUrl() const
{
    return url(m_encrypted ? u"wss"_s : u"ws"_s, u"/admin/ws"_s);
}

QUrl ServerAddress::webUrl(const QString &path) const
{
    return url(m_encrypted ? u"https"_s : u"http"_s, path);
}

QString ServerAddress::rtmpAddress(quint16 port) const
{
    const QString host = m_host.contains(u':') ? u'[' + m_host + u']' : m_host;
    return port == 1935 ? u"rtmp://%1/live"_s.arg(host) : u"rtmp://%1:%2/live"_s.arg(host).arg(port);
}

bool ServerAddress::isLoopback() const
{
    return m_host == "localhost"_L1 || QHostAddress(m_host).isLoopback();
}

} // namespace matinee::gui
