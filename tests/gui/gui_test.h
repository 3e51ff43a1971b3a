// What the console's tests share: waiting by the event loop, keys that live in memory, settings in a folder that goes away.
#pragma once

#include "client/key_store.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QEventLoop>
#include <QMap>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>

#include <chrono>
#include <functional>

namespace matinee::gui::test {

using namespace std::chrono_literals;

inline bool waitFor(const std::function<bool()> &done, std::chrono::milliseconds limit = 5s)
{
    QDeadlineTimer deadline(limit);
    while (!deadline.hasExpired()) {
        if (done())
            return true;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 10);
    }
    return done();
}

/// Gives what is under way time to happen: for tests that something does not happen.
inline void settle(std::chrono::milliseconds time = 50ms)
{
    QDeadlineTimer deadline(time);
    while (!deadline.hasExpired())
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
}

class MemoryKeyStore : public KeyStore
{
public:
    void load(const QString &server, QObject *context, Done done) override
    {
        QTimer::singleShot(0, context, [this, server, done = std::move(done)] { done(answer(keys.value(server))); });
    }
    void save(const QString &server, const QString &key, QObject *context, Done done) override
    {
        if (available)
            keys.insert(server, key);
        QTimer::singleShot(0, context, [this, done = std::move(done)] { done(answer({})); });
    }
    void forget(const QString &server) override { keys.remove(server); }

    QMap<QString, QString> keys;
    bool available = true;

private:
    [[nodiscard]] Answer answer(const QString &key) const
    {
        return available ? Answer{true, key, {}} : Answer{false, {}, QStringLiteral("There is no keychain here.")};
    }
};

struct TemporarySettings
{
    QTemporaryDir folder;
    QSettings settings{folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
};

} // namespace matinee::gui::test
