#include "widgets/choice_box.h"

#include "widgets/icons.h"
#include "widgets/theme.h"

#include <QPainter>

namespace matinee::gui {

void ChoiceBox::paintEvent(QPaintEvent *event)
{
    QComboBox::paintEvent(event);
    QPainter painter(this);
    paintSymbol(painter, Symbol::Chevron, QRectF(width() - 25, height() / 2.0 - 9, 18, 18), tokens(palette()).muted);
}

} // namespace matinee::gui
