#include "widgets/sparkline.h"

#include "models/texts.h"
#include "widgets/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace matinee::gui {

namespace {

/// The next of 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15 ... at or above `value`: a scale that does not jump with each sample.
double roundedUp(double value)
{
    if (value <= 0)
        return 1;
    const double magnitude = std::pow(10.0, std::floor(std::log10(value)));
    for (const double step : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0}) {
        if (value <= step * magnitude)
            return step * magnitude;
    }
    return 10 * magnitude;
}

} // namespace

void paintSparkline(QPainter &painter, const QRectF &rect, const QList<double> &values, qsizetype capacity, const QColor &color, double top)
{
    if (values.isEmpty() || rect.width() < 4 || rect.height() < 4)
        return;
    if (top <= 0)
        top = std::max(1.0, *std::max_element(values.begin(), values.end()) * 1.15);
    const double step = rect.width() / static_cast<double>(std::max<qsizetype>(1, capacity - 1));
    const auto point = [&](qsizetype i) {
        const double x = rect.right() - static_cast<double>(values.size() - 1 - i) * step;
        return QPointF(x, rect.bottom() - std::clamp(values[i] / top, 0.0, 1.0) * rect.height());
    };
    QPainterPath line(point(0));
    for (qsizetype i = 1; i < values.size(); ++i)
        line.lineTo(point(i));
    QPainterPath area = line;
    area.lineTo(rect.right(), rect.bottom());
    area.lineTo(point(0).x(), rect.bottom());
    area.closeSubpath();

    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setClipRect(rect.adjusted(-1, -2, 2, 1));
    QLinearGradient fade(0, rect.top(), 0, rect.bottom());
    QColor above = color;
    above.setAlpha(70);
    QColor below = color;
    below.setAlpha(8);
    fade.setColorAt(0, above);
    fade.setColorAt(1, below);
    painter.fillPath(area, fade);
    painter.setPen(QPen(color, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPath(line);
    painter.restore();
}

Sparkline::Sparkline(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void Sparkline::setValues(const QList<double> &values, qsizetype capacity)
{
    m_values = values;
    m_capacity = capacity;
    update();
}

void Sparkline::setScale(std::function<QString(double)> text, int secondsPerValue)
{
    m_text = std::move(text);
    m_secondsPerValue = secondsPerValue;
    setMouseTracking(true);
}

QRectF Sparkline::plot() const
{
    if (!m_text)
        return QRectF(rect()).adjusted(1, 2, -2, -1);
    return QRectF(rect()).adjusted(1, fontMetrics().height() + 4, -2, -fontMetrics().height() - 4);
}

void Sparkline::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const Tokens &t = tokens(palette());
    const QRectF area = plot();
    if (!m_text) {
        paintSparkline(painter, area, m_values, m_capacity, t.accent);
        return;
    }
    const double highest = m_values.isEmpty() ? 0 : *std::max_element(m_values.begin(), m_values.end());
    const double top = roundedUp(highest * 1.05);
    painter.setPen(QPen(blended(t.border, t.surface, 0.8), 1));
    for (const double share : {0.0, 0.5, 1.0})
        painter.drawLine(QPointF(area.left(), std::round(area.bottom() - share * area.height()) + 0.5),
                         QPointF(area.right(), std::round(area.bottom() - share * area.height()) + 0.5));
    paintSparkline(painter, area, m_values, m_capacity, t.accent, top);

    painter.setPen(t.muted);
    const QRectF above(area.left(), 0, area.width(), fontMetrics().height());
    const QRectF below(area.left(), area.bottom() + 4, area.width(), fontMetrics().height());
    painter.drawText(above, Qt::AlignLeft | Qt::AlignVCenter, m_text(top));
    painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, tr("%1 ago").arg(texts::duration(m_capacity * m_secondsPerValue)));
    painter.drawText(below, Qt::AlignRight | Qt::AlignVCenter, tr("now"));
    if (m_hovered >= 0 && m_hovered < m_values.size()) {
        const double step = area.width() / static_cast<double>(std::max<qsizetype>(1, m_capacity - 1));
        const double x = area.right() - static_cast<double>(m_values.size() - 1 - m_hovered) * step;
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(t.muted, 1, Qt::DotLine));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        painter.setPen(t.text);
        painter.drawText(above, Qt::AlignRight | Qt::AlignVCenter, m_text(m_values[m_hovered]));
    }
}

void Sparkline::mouseMoveEvent(QMouseEvent *event)
{
    if (!m_text || m_values.isEmpty())
        return;
    const QRectF area = plot();
    const double step = area.width() / static_cast<double>(std::max<qsizetype>(1, m_capacity - 1));
    const int fromRight = qRound((area.right() - event->position().x()) / step);
    const int index = static_cast<int>(m_values.size()) - 1 - fromRight;
    m_hovered = index >= 0 && index < m_values.size() ? index : -1;
    update();
}

void Sparkline::leaveEvent(QEvent *)
{
    m_hovered = -1;
    update();
}

} // namespace matinee::gui
