#include "widgets/empty_state.h"

#include "widgets/theme.h"

#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace matinee::gui {

namespace {

class SymbolBadge : public QWidget
{
public:
    SymbolBadge(Symbol symbol, QWidget *parent) : QWidget(parent), m_symbol(symbol) { setFixedSize(64, 64); }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const Tokens &t = tokens(palette());
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(blended(t.accent, t.surface, 0.13));
        painter.drawEllipse(rect());
        paintSymbol(painter, m_symbol, QRectF(18, 18, 28, 28), t.accent);
    }

private:
    Symbol m_symbol;
};

} // namespace

EmptyState::EmptyState(Symbol symbol, QWidget *parent)
    : QWidget(parent), m_title(new QLabel(this)), m_text(new QLabel(this)), m_action(new QPushButton(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->addStretch(2);
    layout->addWidget(new SymbolBadge(symbol, this), 0, Qt::AlignHCenter);
    layout->addSpacing(8);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setWeight(QFont::DemiBold);
    m_title->setFont(large);
    m_title->setAlignment(Qt::AlignHCenter);
    layout->addWidget(m_title);
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignHCenter);
    m_text->setProperty("tone", QStringLiteral("muted"));
    m_text->setFixedWidth(440);
    // Between stretches and not aligned, since an aligned label is not asked for its height at this width.
    auto *middle = new QHBoxLayout;
    middle->addStretch();
    middle->addWidget(m_text);
    middle->addStretch();
    layout->addLayout(middle);
    layout->addSpacing(8);
    m_action->setProperty("kind", QStringLiteral("primary"));
    layout->addWidget(m_action, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    connect(m_action, &QPushButton::clicked, this, &EmptyState::actionTriggered);
}

void EmptyState::say(const QString &title, const QString &text, const QString &action)
{
    m_title->setText(title);
    m_text->setText(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
}

QString EmptyState::title() const
{
    return m_title->text();
}

} // namespace matinee::gui
