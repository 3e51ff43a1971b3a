// The console's own icons: outlines on a grid of 24, painted sharp at any size and in the colour of the text around them.
#pragma once

#include <QIcon>

class QPainter;

namespace matinee::gui {

enum class Symbol
{
    Overview,
    Streams,
    Add,
    Kick,
    Key,
    Delete,
    Copy,
    Link,
    Search,
    Close,
    Lock,
    SignOut,
    Info,
    Warning,
    Check,
    Server,
    Details,
    Chevron,
};

[[nodiscard]] QIcon icon(Symbol symbol);
/// `color` in place of that of the text.
[[nodiscard]] QIcon icon(Symbol symbol, const QColor &color);
void paintSymbol(QPainter &painter, Symbol symbol, const QRectF &rect, const QColor &color);

/// The mark of Matinee.
[[nodiscard]] QIcon matineeIcon();
void paintMark(QPainter &painter, const QRectF &rect);

} // namespace matinee::gui
