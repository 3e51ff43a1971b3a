// One calm line above a page: what went wrong or was done, with at most one thing to do about it. Hidden until something is said.
#pragma once

#include <QFrame>
#include <QTimer>

#include <functional>

class QLabel;
class QPushButton;
class QToolButton;

namespace matinee::gui {

class Banner : public QFrame
{
    Q_OBJECT
public:
    enum class Tone
    {
        Info,
        Good, ///< Goes away by itself after some seconds.
        Warning,
        Error,
    };

    explicit Banner(QWidget *parent = nullptr);

    void say(Tone tone, const QString &text);
    void say(Tone tone, const QString &text, const QString &action, std::function<void()> onAction);
    void clear();
    [[nodiscard]] QString text() const;

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    Tone m_tone = Tone::Info;
    QLabel *m_label;
    QPushButton *m_action;
    QToolButton *m_close;
    std::function<void()> m_onAction;
    QTimer m_fade;
};

} // namespace matinee::gui
