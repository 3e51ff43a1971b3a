// What a page shows when there is nothing to show: why, what to do, and a button that begins it.
#pragma once

#include "widgets/icons.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace matinee::gui {

class EmptyState : public QWidget
{
    Q_OBJECT
public:
    explicit EmptyState(Symbol symbol, QWidget *parent = nullptr);

    /// Without `action` there is no button.
    void say(const QString &title, const QString &text, const QString &action = {});
    [[nodiscard]] QString title() const;

Q_SIGNALS:
    void actionTriggered();

private:
    QLabel *m_title;
    QLabel *m_text;
    QPushButton *m_action;
};

} // namespace matinee::gui
