#include "widgets/banner.h"

#include "widgets/icons.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace matinee::gui {

Banner::Banner(QWidget *parent) : QFrame(parent), m_label(new QLabel(this)), m_action(new QPushButton(this)), m_close(new QToolButton(this))
{
    setObjectName(QStringLiteral("banner"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(42, 6, 8, 6);
    m_label->setWordWrap(true);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(m_label, 1);
    layout->addWidget(m_action);
    m_close->setIcon(icon(Symbol::Close));
    m_close->setToolTip(tr("Hide this message"));
    m_close->setAccessibleName(tr("Hide this message"));
    layout->addWidget(m_close);
    connect(m_close, &QToolButton::clicked, this, &Banner::clear);
    connect(m_action, &QPushButton::clicked, this, [this] {
        if (m_onAction)
            m_onAction();
    });
    m_action->hide();
    m_fade.setSingleShot(true);
    connect(&m_fade, &QTimer::timeout, this, &Banner::clear);
    hide();
}

void Banner::say(Tone tone, const QString &text)
{
    say(tone, text, {}, {});
}

void Banner::say(Tone tone, const QString &text, const QString &action, std::function<void()> onAction)
{
    m_tone = tone;
    m_label->setText(text);
    m_onAction = std::move(onAction);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    setAccessibleName(text);
    m_fade.stop();
    if (tone == Tone::Good)
        m_fade.start(std::chrono::seconds(5));
    show();
    update();
}

void Banner::clear()
{
    m_fade.stop();
    m_label->clear();
    m_onAction = {};
    hide();
}

QString Banner::text() const
{
    return m_label->text();
}

void Banner::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens(palette());
    const QColor color = m_tone == Tone::Error ? t.bad : m_tone == Tone::Warning ? t.warning : m_tone == Tone::Good ? t.good : t.accent;
    const Symbol symbol = m_tone == Tone::Good ? Symbol::Check : m_tone == Tone::Info ? Symbol::Info : Symbol::Warning;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(blended(color, t.window, 0.45), 1));
    painter.setBrush(blended(color, t.surface, isDark(palette()) ? 0.14 : 0.08));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7);
    paintSymbol(painter, symbol, QRectF(13, height() / 2.0 - 9, 18, 18), color);
}

void Banner::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QFrame::changeEvent(event);
}

} // namespace matinee::gui
