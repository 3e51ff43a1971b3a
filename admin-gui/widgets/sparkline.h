// A small line chart of the last numbers of one thing. `Sparkline` is the widget; paintSparkline() serves delegates too.
#pragma once

#include <QColor>
#include <QList>
#include <QWidget>

#include <functional>

namespace matinee::gui {

/// Newest at the right edge; `capacity` values fill the width. The scale begins at 0 and ends at `top` or the highest value.
void paintSparkline(QPainter &painter, const QRectF &rect, const QList<double> &values, qsizetype capacity, const QColor &color,
                    double top = 0);

class Sparkline : public QWidget
{
    Q_OBJECT
public:
    explicit Sparkline(QWidget *parent = nullptr);

    void setValues(const QList<double> &values, qsizetype capacity);
    /// With it the chart has a frame of lines, the highest value in words, and tells the value below the pointer. Without, it is bare.
    void setScale(std::function<QString(double)> text, int secondsPerValue);

    QSize sizeHint() const override { return {160, 40}; }
    QSize minimumSizeHint() const override { return {60, 24}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    [[nodiscard]] QRectF plot() const;

    QList<double> m_values;
    qsizetype m_capacity = 60;
    std::function<QString(double)> m_text;
    int m_secondsPerValue = 1;
    int m_hovered = -1; // index into m_values
};

} // namespace matinee::gui
