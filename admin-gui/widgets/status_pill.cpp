#include "widgets/status_pill.h"

#include "widgets/theme.h"

#include <QPainter>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

StatusPill::StatusPill(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    small.setWeight(QFont::DemiBold);
    setFont(small);
}

void StatusPill::setStatus(const QString &status)
{
    if (m_status == status)
        return;
    m_status = status;
    if (status == "ok"_L1)
        m_text = tr("OK");
    else if (status == "degraded"_L1)
        m_text = tr("Degraded");
    else if (status == "failing"_L1)
        m_text = tr("Failing");
    else if (status == "live"_L1)
        m_text = tr("Live");
    else if (status == "idle"_L1)
        m_text = tr("Idle");
    else
        m_text = status;
    setAccessibleName(m_text);
    updateGeometry();
    update();
}

QSize StatusPill::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(m_text) + 32, fontMetrics().height() + 6};
}

void StatusPill::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens(palette());
    const QColor color = m_status == "ok"_L1         ? t.good
                         : m_status == "degraded"_L1 ? t.warning
                         : m_status == "failing"_L1  ? t.bad
                         : m_status == "live"_L1     ? t.live
                                                     : t.muted;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(blended(color, t.surface, 0.14));
    painter.drawRoundedRect(rect(), height() / 2.0, height() / 2.0);
    painter.setBrush(color);
    painter.drawEllipse(QPointF(12, height() / 2.0), 3.2, 3.2);
    painter.setPen(color);
    painter.drawText(rect().adjusted(20, 0, -8, 0), Qt::AlignLeft | Qt::AlignVCenter, m_text);
}

} // namespace matinee::gui
