#include "pages/stream_dialogs.h"

#include "widgets/choice_box.h"
#include "widgets/copy_field.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QStyle>
#include <QVBoxLayout>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

namespace {

QVBoxLayout *frameOf(QDialog *dialog, const QString &title)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    auto *layout = new QVBoxLayout(dialog);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(10);
    auto *heading = new QLabel(title, dialog);
    heading->setTextFormat(Qt::PlainText);
    QFont large = heading->font();
    large.setPointSizeF(large.pointSizeF() * 1.25);
    large.setWeight(QFont::DemiBold);
    heading->setFont(large);
    layout->addWidget(heading);
    return layout;
}

QLabel *sentence(const QString &text, QDialog *dialog)
{
    auto *label = new QLabel(text, dialog);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setMinimumWidth(400);
    return label;
}

} // namespace

ConfirmDialog::ConfirmDialog(const QString &title, const QString &text, const QString &action, QWidget *parent)
    : QDialog(parent), m_body(new QVBoxLayout)
{
    setObjectName(u"confirm"_s);
    auto *layout = frameOf(this, title);
    layout->addWidget(sentence(text, this));
    layout->addLayout(m_body);
    layout->addSpacing(8);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    auto *no = new QPushButton(tr("Cancel"), this);
    auto *yes = new QPushButton(action, this);
    yes->setObjectName(u"confirmAction"_s);
    yes->setProperty("kind", u"danger"_s);
    // Enter must not do what cannot be undone.
    yes->setAutoDefault(false);
    no->setDefault(true);
    buttons->addWidget(no);
    buttons->addWidget(yes);
    layout->addLayout(buttons);
    connect(no, &QPushButton::clicked, this, &QDialog::reject);
    connect(yes, &QPushButton::clicked, this, &QDialog::accept);
    no->setFocus();
}

void ConfirmDialog::addToBody(QWidget *widget)
{
    m_body->addWidget(widget);
}

KickDialog::KickDialog(const QString &stream, QWidget *parent)
    : ConfirmDialog(tr("Kick the publisher of %1?").arg(stream),
                    tr("The stream ends for everybody who watches it. Most encoders try to come back by themselves."), tr("&Kick"), parent),
      m_block(new ChoiceBox(this))
{
    m_block->setObjectName(u"block"_s);
    m_block->setAccessibleName(tr("How long the publisher is kept out"));
    m_block->addItem(tr("It may come back at once"), 0);
    m_block->addItem(tr("Keep it out for 1 minute"), 60);
    m_block->addItem(tr("Keep it out for 10 minutes"), 600);
    m_block->addItem(tr("Keep it out for 1 hour"), 3600);
    m_block->addItem(tr("Keep it out for 24 hours"), 86400);
    addToBody(m_block);
}

int KickDialog::blockSeconds() const
{
    return m_block->currentData().toInt();
}

CreateStreamDialog::CreateStreamDialog(QWidget *parent)
    : QDialog(parent),
      m_name(new QLineEdit(this)),
      m_private(new QCheckBox(tr("&Private: only holders of a key can play it"), this)),
      m_hint(new QLabel(this)),
      m_create(new QPushButton(tr("C&reate"), this))
{
    setObjectName(u"createStream"_s);
    auto *layout = frameOf(this, tr("New stream"));
    layout->addWidget(
        sentence(tr("A stream has a public name, under which it is watched, and a secret key, with which one encoder publishes."), this));
    auto *label = new QLabel(tr("&Name"), this);
    label->setBuddy(m_name);
    layout->addWidget(label);
    m_name->setObjectName(u"streamName"_s);
    m_name->setMaxLength(64);
    m_name->setPlaceholderText(tr("for example movie-night"));
    layout->addWidget(m_name);
    m_hint->setWordWrap(true);
    layout->addWidget(m_hint);
    layout->addWidget(m_private);
    layout->addSpacing(8);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    auto *cancel = new QPushButton(tr("Cancel"), this);
    cancel->setAutoDefault(false);
    m_create->setObjectName(u"create"_s);
    m_create->setProperty("kind", u"primary"_s);
    m_create->setDefault(true);
    buttons->addWidget(cancel);
    buttons->addWidget(m_create);
    layout->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_create, &QPushButton::clicked, this, &CreateStreamDialog::createRequested);
    connect(m_name, &QLineEdit::textChanged, this, &CreateStreamDialog::check);
    check();
    m_name->setFocus();
}

QString CreateStreamDialog::name() const
{
    return m_name->text().trimmed();
}

bool CreateStreamDialog::isPrivate() const
{
    return m_private->isChecked();
}

void CreateStreamDialog::check()
{
    static const QRegularExpression allowed(u"^[a-z0-9_-]{1,64}$"_s);
    const bool good = allowed.match(name()).hasMatch();
    const bool showWrong = !good && !name().isEmpty();
    m_hint->setText(tr("Small letters a to z, digits, \"-\" and \"_\". It becomes part of the address."));
    m_hint->setProperty("tone", showWrong ? u"bad"_s : u"muted"_s);
    m_hint->style()->unpolish(m_hint);
    m_hint->style()->polish(m_hint);
    m_create->setEnabled(good && !m_busy);
}

void CreateStreamDialog::setBusy(bool busy)
{
    m_busy = busy;
    m_name->setEnabled(!busy);
    m_private->setEnabled(!busy);
    check();
}

void CreateStreamDialog::showProblem(const QString &sentence)
{
    setBusy(false);
    m_hint->setText(sentence);
    m_hint->setProperty("tone", u"bad"_s);
    m_hint->style()->unpolish(m_hint);
    m_hint->style()->polish(m_hint);
    m_name->setFocus();
}

StreamKeyDialog::StreamKeyDialog(const QString &stream, const QString &rtmpAddress, const QString &key, bool isNew, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(u"streamKey"_s);
    auto *layout = frameOf(this, isNew ? tr("%1 is ready").arg(stream) : tr("New key of %1").arg(stream));
    layout->addWidget(sentence(isNew ? tr("Enter these two in your encoder. In OBS: Settings, Stream, Service \"Custom…\".")
                                     : tr("The old key is refused from now on. A publisher that is connected stays until it leaves."),
                               this));
    const auto field = [&](const QString &name, const QString &text) {
        auto *copy = new CopyField(name, this);
        copy->setText(text);
        auto *label = new QLabel(name, this);
        label->setBuddy(copy);
        layout->addWidget(label);
        layout->addWidget(copy);
        return copy;
    };
    field(tr("Server"), rtmpAddress);
    auto *keyField = field(tr("Stream key"), key);
    keyField->setObjectName(u"key"_s);
    auto *once = sentence(tr("The key is shown this once. If it gets lost, make a new one with \"New key\"."), this);
    once->setProperty("tone", u"muted"_s);
    layout->addWidget(once);
    layout->addSpacing(8);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    auto *done = new QPushButton(tr("Done"), this);
    done->setProperty("kind", u"primary"_s);
    // Enter is for the copy buttons; a key must not vanish by a habit of the hand.
    done->setAutoDefault(false);
    buttons->addWidget(done);
    layout->addLayout(buttons);
    connect(done, &QPushButton::clicked, this, &QDialog::accept);
    setMinimumWidth(520);
    keyField->setFocus();
}

} // namespace matinee::gui
