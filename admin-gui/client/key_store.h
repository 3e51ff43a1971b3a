// Where API keys are kept between two runs: the keychain of the desktop, or nowhere. Owned by MainWindow; GUI thread.
// An interface, since tests and desktops without a keychain have their own.
#pragma once

#include <QObject>
#include <QString>

#include <functional>

namespace matinee::gui {

class KeyStore
{
public:
    struct Answer
    {
        bool ok = false;
        QString key;     ///< Empty with ok: nothing is kept for this server.
        QString problem; ///< A sentence, where not ok.
    };
    using Done = std::function<void(const Answer &)>;

    virtual ~KeyStore() = default;
    /// `done` is called once, later, unless `context` is destroyed before.
    virtual void load(const QString &server, QObject *context, Done done) = 0;
    virtual void save(const QString &server, const QString &key, QObject *context, Done done) = 0;
    virtual void forget(const QString &server) = 0;
};

/// QtKeychain: Secret Service, KWallet, the keychains of macOS and Windows.
class KeychainKeyStore : public KeyStore
{
public:
    void load(const QString &server, QObject *context, Done done) override;
    void save(const QString &server, const QString &key, QObject *context, Done done) override;
    void forget(const QString &server) override;
};

} // namespace matinee::gui
