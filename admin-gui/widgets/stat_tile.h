// One number of the server with its name and the last five minutes of it.
#pragma once

#include <QFrame>

class QLabel;

namespace matinee::gui {

class SampleHistory;
class Sparkline;

class StatTile : public QFrame
{
    Q_OBJECT
public:
    explicit StatTile(const QString &caption, QWidget *parent = nullptr);

    void setValue(const QString &value, const SampleHistory &history);
    [[nodiscard]] QString value() const;

private:
    QLabel *m_caption;
    QLabel *m_value;
    Sparkline *m_sparkline;
};

} // namespace matinee::gui
