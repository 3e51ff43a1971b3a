#include "widgets/stat_tile.h"

#include "models/sample_history.h"
#include "widgets/sparkline.h"

#include <QLabel>
#include <QVBoxLayout>

namespace matinee::gui {

StatTile::StatTile(const QString &caption, QWidget *parent)
    : QFrame(parent), m_caption(new QLabel(caption, this)), m_value(new QLabel(this)), m_sparkline(new Sparkline(this))
{
    setProperty("card", true);
    setMinimumWidth(150);
    m_caption->setProperty("tone", QStringLiteral("muted"));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.75);
    large.setWeight(QFont::DemiBold);
    m_value->setFont(large);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(3);
    layout->addWidget(m_caption);
    layout->addWidget(m_value);
    m_sparkline->setFixedHeight(34);
    layout->addWidget(m_sparkline);
}

void StatTile::setValue(const QString &value, const SampleHistory &history)
{
    m_value->setText(value);
    m_sparkline->setValues(history.values(), history.capacity());
    setAccessibleName(m_caption->text() + QStringLiteral(": ") + value);
}

QString StatTile::value() const
{
    return m_value->text();
}

} // namespace matinee::gui
