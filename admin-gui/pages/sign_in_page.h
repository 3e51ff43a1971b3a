// Asks which server and with which key. Knows addresses, remembered servers and the keychain; the connection is the window's.
#pragma once

#include "client/certificate_trust.h"
#include "client/key_store.h"
#include "client/known_servers.h"
#include "client/server_address.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QFrame;
class QLabel;
class QLineEdit;
class QPushButton;

namespace matinee::gui {

class Banner;

class SignInPage : public QWidget
{
    Q_OBJECT
public:
    SignInPage(KnownServers &servers, KeyStore &keys, QWidget *parent = nullptr);

    /// Fills the form; an empty `address` means the server used last.
    void start(const QString &address = {});
    /// While an attempt is under way the form waits.
    void setBusy(bool busy);
    void showProblem(const QString &sentence);
    void ask(const CertificateQuestion &question);
    /// After a sign-in that worked: keeps what is to be kept.
    void remember(const ServerAddress &address, const QString &key);

Q_SIGNALS:
    void signInRequested(const matinee::gui::ServerAddress &address, const QString &key);
    void cancelled();
    void certificateAccepted(const matinee::gui::CertificateQuestion &question, bool always);

private:
    void submit();
    void showAddress();
    void loadKey();
    [[nodiscard]] QFrame *makeCertificateCard();

    KnownServers &m_servers;
    KeyStore &m_keys;
    Banner *m_banner;
    QComboBox *m_address;
    QLabel *m_addressHint;
    QLineEdit *m_key;
    QLabel *m_keyHint;
    QCheckBox *m_remember;
    QPushButton *m_submit;
    QFrame *m_certificate;
    QLabel *m_certificateText;
    QLabel *m_fingerprint;
    CertificateQuestion m_question;
    bool m_busy = false;
    bool m_keyTyped = false; // the keychain must not overwrite it
};

} // namespace matinee::gui
