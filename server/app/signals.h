// SIGTERM, SIGINT and SIGHUP as Qt signals. Qt main thread. `block()` must run before any thread is started.
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace matinee::app {

class Signals : public QObject
{
    Q_OBJECT
public:
    static void block();

    explicit Signals(QObject *parent = nullptr);
    ~Signals() override;

Q_SIGNALS:
    void stopRequested();
    void reloadRequested();

private:
    void read();

    const int m_descriptor;
    QSocketNotifier m_notifier;
};

} // namespace matinee::app
