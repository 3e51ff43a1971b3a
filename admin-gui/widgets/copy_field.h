// A text that somebody takes elsewhere: read-only, with a button that copies it and says so.
#pragma once

#include <QWidget>

class QLineEdit;
class QPushButton;

namespace matinee::gui {

class CopyField : public QWidget
{
    Q_OBJECT
public:
    /// `name` is read by screen readers: "Stream key".
    explicit CopyField(const QString &name, QWidget *parent = nullptr);

    void setText(const QString &text);
    [[nodiscard]] QString text() const;
    void copy();

private:
    QLineEdit *m_line;
    QPushButton *m_button;
};

} // namespace matinee::gui
