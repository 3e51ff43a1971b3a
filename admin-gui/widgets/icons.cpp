#include "widgets/icons.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>

#include <optional>

namespace matinee::gui {

namespace {

QPainterPath outline(Symbol symbol)
{
    QPainterPath p;
    const auto line = [&p](double x1, double y1, double x2, double y2) {
        p.moveTo(x1, y1);
        p.lineTo(x2, y2);
    };
    switch (symbol) {
    case Symbol::Overview:
        p.addRoundedRect(QRectF(4, 4, 7, 9), 1.5, 1.5);
        p.addRoundedRect(QRectF(13, 4, 7, 5), 1.5, 1.5);
        p.addRoundedRect(QRectF(4, 15, 7, 5), 1.5, 1.5);
        p.addRoundedRect(QRectF(13, 11, 7, 9), 1.5, 1.5);
        break;
    case Symbol::Streams:
        p.addEllipse(QPointF(12, 12), 2, 2);
        for (const double r : {5.5, 9.5}) {
            const QRectF circle(12 - r, 12 - r, 2 * r, 2 * r);
            p.arcMoveTo(circle, -45);
            p.arcTo(circle, -45, 90);
            p.arcMoveTo(circle, 135);
            p.arcTo(circle, 135, 90);
        }
        break;
    case Symbol::Add:
        line(12, 5, 12, 19);
        line(5, 12, 19, 12);
        break;
    case Symbol::Kick: // a plug that is pulled
        line(9, 3, 9, 7);
        line(15, 3, 15, 7);
        p.moveTo(6, 7);
        p.lineTo(18, 7);
        p.lineTo(18, 10);
        p.arcTo(QRectF(6, 4, 12, 12), 0, -180);
        p.closeSubpath();
        line(12, 16, 12, 17.5);
        line(9, 19, 15, 22);
        line(15, 19, 9, 22);
        break;
    case Symbol::Key:
        p.addEllipse(QPointF(8, 15.5), 4, 4);
        line(11, 12.7, 19.5, 4.5);
        line(16, 8, 19, 11);
        break;
    case Symbol::Delete:
        line(4.5, 6.5, 19.5, 6.5);
        p.moveTo(9, 6.5);
        p.lineTo(9, 4);
        p.lineTo(15, 4);
        p.lineTo(15, 6.5);
        p.moveTo(6.5, 6.5);
        p.lineTo(7.5, 20);
        p.lineTo(16.5, 20);
        p.lineTo(17.5, 6.5);
        line(10.2, 10.5, 10.5, 16.5);
        line(13.8, 10.5, 13.5, 16.5);
        break;
    case Symbol::Copy:
        p.addRoundedRect(QRectF(9, 9, 11, 11), 2, 2);
        p.moveTo(6, 15);
        p.lineTo(5.5, 15);
        p.arcTo(QRectF(4, 11.5, 3, 3.5), 270, -90);
        p.lineTo(4, 5.5);
        p.arcTo(QRectF(4, 4, 3, 3), 180, -90);
        p.lineTo(13.5, 4);
        p.arcTo(QRectF(12, 4, 3, 3), 90, -90);
        p.lineTo(15, 6);
        break;
    case Symbol::Link:
        p.moveTo(10, 14);
        p.cubicTo(8, 12, 8, 10, 10, 8);
        p.lineTo(13, 5);
        p.cubicTo(17, 1.5, 22, 7, 19, 10.5);
        p.lineTo(17, 12.5);
        p.moveTo(14, 10);
        p.cubicTo(16, 12, 16, 14, 14, 16);
        p.lineTo(11, 19);
        p.cubicTo(7, 22.5, 2, 17, 5, 13.5);
        p.lineTo(7, 11.5);
        break;
    case Symbol::Search:
        p.addEllipse(QPointF(10.5, 10.5), 6, 6);
        line(15, 15, 20, 20);
        break;
    case Symbol::Close:
        line(6, 6, 18, 18);
        line(18, 6, 6, 18);
        break;
    case Symbol::Lock:
        p.addRoundedRect(QRectF(5, 11, 14, 9.5), 2, 2);
        p.moveTo(8, 11);
        p.lineTo(8, 8);
        p.arcTo(QRectF(8, 4, 8, 8), 180, -180);
        p.lineTo(16, 11);
        break;
    case Symbol::SignOut:
        p.moveTo(10, 4.5);
        p.lineTo(5, 4.5);
        p.lineTo(5, 19.5);
        p.lineTo(10, 19.5);
        line(10, 12, 20, 12);
        p.moveTo(16, 8);
        p.lineTo(20, 12);
        p.lineTo(16, 16);
        break;
    case Symbol::Info:
        p.addEllipse(QPointF(12, 12), 8.5, 8.5);
        line(12, 11, 12, 16.5);
        line(12, 7.6, 12, 7.7);
        break;
    case Symbol::Warning:
        p.moveTo(12, 4);
        p.lineTo(21, 19.5);
        p.lineTo(3, 19.5);
        p.closeSubpath();
        line(12, 10, 12, 14);
        line(12, 16.8, 12, 16.9);
        break;
    case Symbol::Check:
        p.moveTo(5, 12.5);
        p.lineTo(10, 17.5);
        p.lineTo(19.5, 7);
        break;
    case Symbol::Server:
        p.addRoundedRect(QRectF(4, 4, 16, 7), 1.8, 1.8);
        p.addRoundedRect(QRectF(4, 13, 16, 7), 1.8, 1.8);
        line(7.5, 7.5, 7.6, 7.5);
        line(7.5, 16.5, 7.6, 16.5);
        break;
    case Symbol::Chevron:
        p.moveTo(7, 10);
        p.lineTo(12, 15);
        p.lineTo(17, 10);
        break;
    case Symbol::Details:
        p.addRoundedRect(QRectF(4, 5, 16, 14), 2, 2);
        line(14, 5, 14, 19);
        break;
    }
    return p;
}

class SymbolEngine : public QIconEngine
{
public:
    explicit SymbolEngine(Symbol symbol, std::optional<QColor> color = {}) : m_symbol(symbol), m_color(std::move(color)) {}

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const QPalette palette = QGuiApplication::palette();
        QColor color = m_color.value_or(palette.color(QPalette::Active, QPalette::WindowText));
        if (mode == QIcon::Disabled)
            color = palette.color(QPalette::Disabled, QPalette::WindowText);
        paintSymbol(*painter, m_symbol, rect, color);
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }
    QIconEngine *clone() const override { return new SymbolEngine(*this); }

private:
    Symbol m_symbol;
    std::optional<QColor> m_color;
};

} // namespace

QIcon icon(Symbol symbol)
{
    return QIcon(new SymbolEngine(symbol));
}

QIcon icon(Symbol symbol, const QColor &color)
{
    return QIcon(new SymbolEngine(symbol, color));
}

void paintSymbol(QPainter &painter, Symbol symbol, const QRectF &rect, const QColor &color)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double side = std::min(rect.width(), rect.height());
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2);
    painter.scale(side / 24, side / 24);
    painter.setPen(QPen(color, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(outline(symbol));
    painter.restore();
}

void paintMark(QPainter &painter, const QRectF &rect)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double side = std::min(rect.width(), rect.height());
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2);
    painter.scale(side / 64, side / 64);
    QLinearGradient ground(0, 0, 64, 64);
    ground.setColorAt(0, QColor(0x5b, 0x6c, 0xf0));
    ground.setColorAt(1, QColor(0x2f, 0x3c, 0xb4));
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(QRectF(0, 0, 64, 64), 15, 15);
    // A stage: two drawn curtains, and between them the picture that plays.
    painter.setBrush(QColor(255, 255, 255, 58));
    QPainterPath curtains;
    curtains.moveTo(8, 12);
    curtains.lineTo(22, 12);
    curtains.cubicTo(21, 30, 17, 44, 8, 52);
    curtains.closeSubpath();
    curtains.moveTo(56, 12);
    curtains.lineTo(42, 12);
    curtains.cubicTo(43, 30, 47, 44, 56, 52);
    curtains.closeSubpath();
    painter.drawPath(curtains);
    QPainterPath play;
    play.moveTo(25.5, 22);
    play.lineTo(43, 33);
    play.lineTo(25.5, 44);
    play.closeSubpath();
    painter.setBrush(Qt::white);
    painter.setPen(QPen(Qt::white, 4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPath(play);
    painter.restore();
}

QIcon matineeIcon()
{
    QIcon result;
    for (const int side : {16, 24, 32, 48, 64, 128, 256}) {
        QPixmap pixmap(side, side);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paintMark(painter, QRectF(0, 0, side, side));
        result.addPixmap(pixmap);
    }
    return result;
}

} // namespace matinee::gui
