// "OK", "Degraded", "Failing", "Live" or "Idle" as a badge: the word always stands beside the colour.
#pragma once

#include <QWidget>

namespace matinee::gui {

class StatusPill : public QWidget
{
    Q_OBJECT
public:
    explicit StatusPill(QWidget *parent = nullptr);

    /// "ok", "degraded", "failing", "live", "idle" as the server says it; others are shown as they are.
    void setStatus(const QString &status);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_status;
    QString m_text;
};

} // namespace matinee::gui
