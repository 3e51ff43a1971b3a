// A combo box whose arrow is ours: a style sheet takes away the arrow of the style and can only put a picture file in its place.
#pragma once

#include <QComboBox>

namespace matinee::gui {

class ChoiceBox : public QComboBox
{
    Q_OBJECT
public:
    using QComboBox::QComboBox;

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace matinee::gui
