#include "delegates/row_delegate.h"

#include "models/stream_model.h"
#include "widgets/icons.h"
#include "widgets/sparkline.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QPainter>

namespace matinee::gui {

void paintBadge(QPainter &painter, const QRectF &rect, const QString &text, const QColor &color, const QColor &ground, bool dot)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(blended(color, ground, 0.14));
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2);
    QRectF words = rect.adjusted(10, 0, -10, 0);
    if (dot) {
        painter.setBrush(color);
        painter.drawEllipse(QPointF(rect.left() + 12, rect.center().y()), 3.2, 3.2);
        words.setLeft(rect.left() + 20);
    }
    painter.setPen(color);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter, text);
    painter.restore();
}

void RowDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyleOptionViewItem opt = option;
    initStyleOption(&opt, index);
    painter->save();
    paintGround(*painter, opt);
    const bool live = index.data(StreamModel::LiveRole).toBool();
    const Tokens &t = tokens(opt.palette);
    painter->setFont(opt.font);
    painter->setPen(live || index.column() == StreamModel::Name ? t.text : t.muted);
    opt.rect = opt.rect.adjusted(kPadding, 0, -kPadding, 0);
    paintContent(*painter, opt, index);
    painter->restore();
}

QSize RowDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.setHeight(std::max(size.height() + 18, 42));
    size.rwidth() += 2 * kPadding;
    return size;
}

void RowDelegate::paintGround(QPainter &painter, const QStyleOptionViewItem &option) const
{
    const Tokens &t = tokens(option.palette);
    if (option.state & QStyle::State_Selected)
        painter.fillRect(option.rect, blended(t.accent, t.surface, option.state & QStyle::State_Active ? 0.16 : 0.10));
    else if (option.state & QStyle::State_MouseOver)
        painter.fillRect(option.rect, blended(t.raised, t.surface, 0.6));
    painter.setPen(blended(t.border, t.surface, 0.6));
    painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
}

void RowDelegate::paintContent(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &) const
{
    const QString text = painter.fontMetrics().elidedText(option.text, Qt::ElideRight, option.rect.width());
    painter.drawText(option.rect, static_cast<int>(option.displayAlignment), text);
}

void NameDelegate::paintContent(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QFont strong = option.font;
    strong.setWeight(QFont::DemiBold);
    painter.setFont(strong);
    QRect rect = option.rect;
    const bool isPrivate = index.data(StreamModel::PrivateRole).toBool();
    const QString text = painter.fontMetrics().elidedText(option.text, Qt::ElideRight, rect.width() - (isPrivate ? 22 : 0));
    painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, text);
    if (isPrivate) {
        const int x = rect.left() + painter.fontMetrics().horizontalAdvance(text) + 7;
        paintSymbol(painter, Symbol::Lock, QRectF(x, rect.center().y() - 7, 14, 14), tokens(option.palette).muted);
    }
}

void StateDelegate::paintContent(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Tokens &t = tokens(option.palette);
    const bool live = index.data(StreamModel::LiveRole).toBool();
    QFont small = option.font;
    small.setPointSizeF(small.pointSizeF() * 0.92);
    small.setWeight(live ? QFont::DemiBold : QFont::Normal);
    painter.setFont(small);
    const int width = painter.fontMetrics().horizontalAdvance(option.text) + (live ? 30 : 20);
    const int height = painter.fontMetrics().height() + 6;
    const QRectF badge(option.rect.left(), option.rect.center().y() - height / 2.0 + 0.5, width, height);
    paintBadge(painter, badge, option.text, live ? t.live : t.muted, t.surface, live);
}

void BitrateDelegate::paintContent(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QRect words = option.rect;
    const int textWidth = painter.fontMetrics().horizontalAdvance(QStringLiteral("000,0 Mbit/s"));
    words.setWidth(std::min(words.width(), textWidth));
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter, painter.fontMetrics().elidedText(option.text, Qt::ElideRight, words.width()));
    QRectF chart = option.rect;
    chart.setLeft(words.right() + 8);
    chart = chart.adjusted(0, 10, 0, -10);
    if (chart.width() > 24)
        paintSparkline(painter, chart, index.data(StreamModel::HistoryRole).value<QList<double>>(), 60, tokens(option.palette).accent);
}

} // namespace matinee::gui
