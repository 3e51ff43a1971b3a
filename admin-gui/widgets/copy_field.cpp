#include "widgets/copy_field.h"

#include "widgets/icons.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QTimer>

namespace matinee::gui {

CopyField::CopyField(const QString &name, QWidget *parent) : QWidget(parent), m_line(new QLineEdit(this)), m_button(new QPushButton(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    m_line->setReadOnly(true);
    m_line->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_line->setAccessibleName(name);
    layout->addWidget(m_line, 1);
    m_button->setIcon(icon(Symbol::Copy));
    m_button->setText(tr("Copy"));
    m_button->setAccessibleName(tr("Copy: %1").arg(name));
    layout->addWidget(m_button);
    connect(m_button, &QPushButton::clicked, this, &CopyField::copy);
    setFocusProxy(m_button);
}

void CopyField::setText(const QString &text)
{
    m_line->setText(text);
    m_line->setCursorPosition(0);
}

QString CopyField::text() const
{
    return m_line->text();
}

void CopyField::copy()
{
    QGuiApplication::clipboard()->setText(m_line->text());
    m_button->setText(tr("Copied"));
    m_button->setIcon(icon(Symbol::Check));
    QTimer::singleShot(std::chrono::seconds(2), m_button, [this] {
        m_button->setText(tr("Copy"));
        m_button->setIcon(icon(Symbol::Copy));
    });
}

} // namespace matinee::gui
