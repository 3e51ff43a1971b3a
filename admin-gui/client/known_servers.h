// The servers that somebody has signed in to, newest first. Addresses only: keys belong to KeyStore. GUI thread.
#pragma once

#include <QSettings>
#include <QStringList>

namespace matinee::gui {

class KnownServers
{
public:
    static constexpr qsizetype kMost = 20; ///< The oldest is forgotten.

    explicit KnownServers(QSettings &settings) : m_settings(settings) {}

    [[nodiscard]] QStringList all() const { return m_settings.value(setting()).toStringList(); }
    void used(const QString &address)
    {
        QStringList list = all();
        list.removeAll(address);
        list.prepend(address);
        if (list.size() > kMost)
            list.resize(kMost);
        m_settings.setValue(setting(), list);
    }
    void forget(const QString &address)
    {
        QStringList list = all();
        list.removeAll(address);
        m_settings.setValue(setting(), list);
    }

private:
    static QString setting() { return QStringLiteral("servers"); }

    QSettings &m_settings;
};

} // namespace matinee::gui
