// The rows of the stream table: taller, a hairline below, one quiet colour for selection. Base of the delegates of single columns.
#pragma once

#include <QStyledItemDelegate>

namespace matinee::gui {

class RowDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    /// Ground and hairline; the same for every column.
    void paintGround(QPainter &painter, const QStyleOptionViewItem &option) const;
    /// The default is the display text.
    virtual void paintContent(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const;

    static constexpr int kPadding = 10;
};

/// The name in strong type, with a lock where the stream is private.
class NameDelegate : public RowDelegate
{
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

protected:
    void paintContent(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

/// "Live" as a badge that the eye finds first; "Idle" quietly.
class StateDelegate : public RowDelegate
{
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

protected:
    void paintContent(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

/// The number, and the last minute of it as a line.
class BitrateDelegate : public RowDelegate
{
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

protected:
    void paintContent(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

/// For badges outside tables too.
void paintBadge(QPainter &painter, const QRectF &rect, const QString &text, const QColor &color, const QColor &ground, bool dot);

} // namespace matinee::gui
