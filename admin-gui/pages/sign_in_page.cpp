#include "pages/sign_in_page.h"

#include "widgets/banner.h"
#include "widgets/choice_box.h"
#include "widgets/icons.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QFontDatabase>
#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

namespace {

QLabel *muted(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setProperty("tone", u"muted"_s);
    label->setWordWrap(true);
    return label;
}

} // namespace

SignInPage::SignInPage(KnownServers &servers, KeyStore &keys, QWidget *parent)
    : QWidget(parent),
      m_servers(servers),
      m_keys(keys),
      m_banner(new Banner(this)),
      m_address(new ChoiceBox(this)),
      m_addressHint(muted({}, this)),
      m_key(new QLineEdit(this)),
      m_keyHint(muted({}, this)),
      m_remember(new QCheckBox(tr("&Remember the key in the keychain"), this)),
      m_submit(new QPushButton(this)),
      m_certificate(makeCertificateCard())
{
    setObjectName(u"signInPage"_s);
    auto *card = new QFrame(this);
    card->setProperty("card", true);
    card->setFixedWidth(460);
    auto *form = new QVBoxLayout(card);
    form->setContentsMargins(32, 28, 32, 28);
    form->setSpacing(6);

    auto *mark = new QLabel(card);
    mark->setPixmap(matineeIcon().pixmap(QSize(52, 52), devicePixelRatioF()));
    form->addWidget(mark);
    form->addSpacing(6);
    auto *title = new QLabel(tr("Sign in to your server"), card);
    QFont large = title->font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    form->addWidget(title);
    form->addSpacing(10);

    auto *addressLabel = new QLabel(tr("&Address"), card);
    addressLabel->setBuddy(m_address);
    form->addWidget(addressLabel);
    m_address->setObjectName(u"address"_s);
    m_address->setEditable(true);
    m_address->setInsertPolicy(QComboBox::NoInsert);
    m_address->setAccessibleName(tr("Address of the server"));
    m_address->lineEdit()->setPlaceholderText(u"192.168.1.20:8080"_s);
    form->addWidget(m_address);
    form->addWidget(m_addressHint);
    form->addSpacing(8);

    auto *keyLabel = new QLabel(tr("API &key"), card);
    keyLabel->setBuddy(m_key);
    form->addWidget(keyLabel);
    m_key->setObjectName(u"apiKey"_s);
    m_key->setEchoMode(QLineEdit::Password);
    m_key->setAccessibleName(tr("API key"));
    m_key->setMaxLength(512);
    form->addWidget(m_key);
    m_keyHint->setText(tr("Make one on the server: %1").arg(u"<code>matinee api-key create --name console --scope admin</code>"_s));
    m_keyHint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    form->addWidget(m_keyHint);
    form->addSpacing(6);
    m_remember->setChecked(true);
    form->addWidget(m_remember);
    form->addSpacing(10);
    form->addWidget(m_banner);
    form->addWidget(m_certificate);
    m_submit->setObjectName(u"signIn"_s);
    m_submit->setProperty("kind", u"primary"_s);
    form->addWidget(m_submit);

    // Scrolls where the window is smaller than the card with a certificate in it.
    auto *scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto *content = new QWidget(scroll);
    content->setObjectName(u"scrolled"_s);
    auto *rows = new QVBoxLayout(content);
    rows->addStretch(2);
    auto *middle = new QHBoxLayout;
    middle->addStretch();
    middle->addWidget(card);
    middle->addStretch();
    rows->addLayout(middle);
    rows->addStretch(3);
    scroll->setWidget(content);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);

    connect(m_submit, &QPushButton::clicked, this, [this] { m_busy ? Q_EMIT cancelled() : submit(); });
    connect(m_key, &QLineEdit::returnPressed, this, &SignInPage::submit);
    connect(m_key, &QLineEdit::textEdited, this, [this] { m_keyTyped = true; });
    connect(m_address->lineEdit(), &QLineEdit::returnPressed, this, [this] { m_key->text().isEmpty() ? m_key->setFocus() : submit(); });
    connect(m_address, &QComboBox::editTextChanged, this, &SignInPage::showAddress);
    connect(m_address, &QComboBox::activated, this, [this] {
        m_keyTyped = false;
        loadKey();
    });
    setBusy(false);
}

QFrame *SignInPage::makeCertificateCard()
{
    auto *frame = new QFrame(this);
    frame->setObjectName(u"certificate"_s);
    auto *layout = new QVBoxLayout(frame);
    layout->setContentsMargins(0, 4, 0, 8);
    m_certificateText = new QLabel(frame);
    m_certificateText->setWordWrap(true);
    layout->addWidget(m_certificateText);
    layout->addWidget(muted(tr("Compare this fingerprint (SHA-256) with the one that the server's administrator gives you:"), frame));
    m_fingerprint = new QLabel(frame);
    m_fingerprint->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_fingerprint->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    layout->addWidget(m_fingerprint);
    auto *buttons = new QHBoxLayout;
    auto *once = new QPushButton(tr("Trust &once"), frame);
    once->setObjectName(u"trustOnce"_s);
    auto *always = new QPushButton(tr("Trust a&lways"), frame);
    always->setObjectName(u"trustAlways"_s);
    auto *no = new QPushButton(tr("&Do not trust"), frame);
    buttons->addWidget(once);
    buttons->addWidget(always);
    buttons->addStretch();
    buttons->addWidget(no);
    layout->addLayout(buttons);
    connect(once, &QPushButton::clicked, this, [this] { Q_EMIT certificateAccepted(m_question, false); });
    connect(always, &QPushButton::clicked, this, [this] { Q_EMIT certificateAccepted(m_question, true); });
    connect(no, &QPushButton::clicked, this, [this] {
        m_certificate->hide();
        m_submit->show();
    });
    frame->hide();
    return frame;
}

void SignInPage::start(const QString &address)
{
    const QStringList known = m_servers.all();
    m_address->clear();
    m_address->addItems(known);
    m_address->setEditText(!address.isEmpty() ? address : known.value(0));
    m_key->clear();
    m_keyTyped = false;
    m_banner->clear();
    m_certificate->hide();
    setBusy(false);
    showAddress();
    if (m_address->currentText().isEmpty()) {
        m_address->setFocus();
    } else {
        m_key->setFocus();
        loadKey();
    }
}

void SignInPage::setBusy(bool busy)
{
    m_busy = busy;
    m_address->setEnabled(!busy);
    m_key->setEnabled(!busy);
    m_remember->setEnabled(!busy);
    m_submit->setText(busy ? tr("Cancel") : tr("&Sign in"));
    m_submit->setVisible(true);
    if (busy) {
        m_certificate->hide();
        m_banner->say(Banner::Tone::Info, tr("Connecting to %1…").arg(m_address->currentText().trimmed()));
    }
}

void SignInPage::showProblem(const QString &sentence)
{
    setBusy(false);
    m_banner->say(Banner::Tone::Error, sentence);
}

void SignInPage::ask(const CertificateQuestion &question)
{
    setBusy(false);
    m_question = question;
    m_submit->hide();
    if (question.changed) {
        m_banner->say(Banner::Tone::Error, tr("The certificate of %1 is not the one that you trusted before. Somebody may be in between: "
                                              "ask the server's administrator before you go on.")
                                               .arg(question.server));
    } else {
        m_banner->say(Banner::Tone::Warning, tr("No authority vouches for the certificate of %1.").arg(question.server));
    }
    m_certificateText->setText(tr("Issued to %1 by %2, valid until %3. %4")
                                   .arg(question.subject.toHtmlEscaped(), question.issuer.toHtmlEscaped(),
                                        QLocale().toString(question.validUntil.date(), QLocale::ShortFormat),
                                        question.problems.join(u' ')));
    // Two lines of 16 bytes: to be read aloud on the phone.
    QString fingerprint = question.fingerprint;
    if (fingerprint.size() > 47)
        fingerprint[47] = u'\n';
    m_fingerprint->setText(fingerprint);
    m_certificate->show();
}

void SignInPage::remember(const ServerAddress &address, const QString &key)
{
    m_servers.used(address.text());
    if (m_remember->isChecked())
        m_keys.save(address.text(), key, this, [this](const KeyStore::Answer &answer) {
            if (!answer.ok)
                m_keyHint->setText(answer.problem);
        });
    else
        m_keys.forget(address.text());
    m_key->clear();
}

void SignInPage::submit()
{
    if (m_busy)
        return;
    const auto address = ServerAddress::parse(m_address->currentText());
    if (!address) {
        showProblem(address.error());
        m_address->setFocus();
        return;
    }
    const QString key = m_key->text().trimmed();
    if (key.isEmpty()) {
        showProblem(tr("Enter an API key of this server."));
        m_key->setFocus();
        return;
    }
    Q_EMIT signInRequested(*address, key);
}

void SignInPage::showAddress()
{
    const QString typed = m_address->currentText().trimmed();
    const auto address = ServerAddress::parse(typed);
    if (typed.isEmpty() || !address) {
        m_addressHint->setText(tr("As you open it in a browser: name or number, and the port."));
    } else if (!address->encrypted() && !address->isLoopback()) {
        m_addressHint->setText(tr("%1 is not encrypted: fine at home, but over the internet use https://.").arg(address->hostAndPort()));
    } else {
        m_addressHint->setText(tr("Connects to %1.").arg(address->socketUrl().toString()));
    }
}

void SignInPage::loadKey()
{
    const auto address = ServerAddress::parse(m_address->currentText());
    if (!address)
        return;
    m_keys.load(address->text(), this, [this, server = address->text()](const KeyStore::Answer &answer) {
        if (!answer.ok)
            m_keyHint->setText(answer.problem);
        const auto now = ServerAddress::parse(m_address->currentText());
        if (!answer.key.isEmpty() && !m_keyTyped && !m_busy && now && now->text() == server) {
            m_key->setText(answer.key);
            m_submit->setFocus();
        }
    });
}

} // namespace matinee::gui
