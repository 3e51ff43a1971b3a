#include "widgets/theme.h"

#include <QApplication>
#include <QGuiApplication>
#include <QStyle>
#include <QStyleFactory>
#include <QStyleHints>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

namespace {

const Tokens kLight{
    .window = QColor(0xf4, 0xf5, 0xf8),
    .surface = QColor(0xff, 0xff, 0xff),
    .raised = QColor(0xf0, 0xf2, 0xf6),
    .border = QColor(0xdc, 0xe0, 0xe8),
    .text = QColor(0x1a, 0x1f, 0x2b),
    .muted = QColor(0x5b, 0x65, 0x78),
    .accent = QColor(0x3d, 0x4f, 0xd6),
    .onAccent = QColor(0xff, 0xff, 0xff),
    .live = QColor(0xd1, 0x2c, 0x3f),
    .good = QColor(0x1b, 0x7f, 0x4b),
    .warning = QColor(0x9a, 0x62, 0x00),
    .bad = QColor(0xc0, 0x2b, 0x2b),
};

const Tokens kDark{
    .window = QColor(0x14, 0x16, 0x1b),
    .surface = QColor(0x1c, 0x1f, 0x26),
    .raised = QColor(0x25, 0x29, 0x32),
    .border = QColor(0x31, 0x36, 0x41),
    .text = QColor(0xe7, 0xe9, 0xef),
    .muted = QColor(0xa0, 0xa8, 0xb8),
    .accent = QColor(0x8c, 0x9c, 0xff),
    .onAccent = QColor(0x10, 0x13, 0x22),
    .live = QColor(0xff, 0x6b, 0x78),
    .good = QColor(0x5f, 0xcf, 0x93),
    .warning = QColor(0xe8, 0xb3, 0x4e),
    .bad = QColor(0xff, 0x80, 0x80),
};

QPalette paletteOf(const Tokens &t)
{
    QPalette palette;
    palette.setColor(QPalette::Window, t.window);
    palette.setColor(QPalette::WindowText, t.text);
    palette.setColor(QPalette::Base, t.surface);
    palette.setColor(QPalette::AlternateBase, t.raised);
    palette.setColor(QPalette::Text, t.text);
    palette.setColor(QPalette::Button, t.surface);
    palette.setColor(QPalette::ButtonText, t.text);
    palette.setColor(QPalette::BrightText, t.bad);
    palette.setColor(QPalette::ToolTipBase, t.raised);
    palette.setColor(QPalette::ToolTipText, t.text);
    palette.setColor(QPalette::Highlight, t.accent);
    palette.setColor(QPalette::HighlightedText, t.onAccent);
    palette.setColor(QPalette::Link, t.accent);
    palette.setColor(QPalette::LinkVisited, t.accent);
    palette.setColor(QPalette::PlaceholderText, blended(t.muted, t.surface, 0.8));
    palette.setColor(QPalette::Light, t.raised);
    palette.setColor(QPalette::Midlight, t.raised);
    palette.setColor(QPalette::Mid, t.border);
    palette.setColor(QPalette::Dark, t.border);
    palette.setColor(QPalette::Shadow, t.border);
    const QColor off = blended(t.text, t.surface, 0.42);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, off);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, t.border);
    return palette;
}

QString styleSheetOf(const Tokens &t)
{
    // %1 window %2 surface %3 raised %4 border %5 text %6 muted %7 accent %8 onAccent %9 bad
    return u"QToolTip { background: %3; color: %5; border: 1px solid %4; padding: 4px 6px; }"
           "QStatusBar { background: %1; border-top: 1px solid %4; } QStatusBar::item { border: none; }"
           "QMenuBar { background: %1; border-bottom: 1px solid %4; padding: 2px 6px; } QMenuBar::item { padding: 5px 9px; border-radius: "
           "5px; background: transparent; }"
           "QMenuBar::item:selected { background: %3; }"
           "QMenu { background: %2; border: 1px solid %4; padding: 5px; } QMenu::item { padding: 6px 26px 6px 12px; border-radius: 4px; }"
           "QMenu::item:selected { background: %7; color: %8; } QMenu::item:disabled { color: %6; background: transparent; }"
           "QMenu::separator { height: 1px; background: %4; margin: 5px 8px; } QMenu::icon { padding-left: 8px; }"
           "QLineEdit, QComboBox, QSpinBox { background: %2; border: 1px solid %4; border-radius: 6px; padding: 6px 9px; "
           "selection-background-color: %7; selection-color: %8; }"
           "QLineEdit:focus, QComboBox:focus, QSpinBox:focus { border: 1px solid %7; }"
           "QLineEdit[readOnly=\"true\"] { background: %3; }"
           "QComboBox { padding-right: 26px; } QComboBox::drop-down { border: none; width: 24px; }"
           "QComboBox QAbstractItemView { background: %2; border: 1px solid %4; padding: 4px; outline: none; }"
           "QPushButton { background: %2; border: 1px solid %4; border-radius: 6px; padding: 6px 14px; min-height: 18px; }"
           "QPushButton:hover { background: %3; } QPushButton:pressed { background: %4; }"
           "QPushButton:focus { border: 1px solid %7; }"
           "QPushButton:disabled { color: %6; background: %1; }"
           "QPushButton[kind=\"primary\"] { background: %7; color: %8; border-color: %7; font-weight: 600; }"
           "QPushButton[kind=\"primary\"]:hover { border-color: %5; } QPushButton[kind=\"primary\"]:focus { border: 2px solid %5; padding: "
           "5px 13px; }"
           "QPushButton[kind=\"primary\"]:disabled { background: %4; border-color: %4; color: %6; }"
           "QPushButton[kind=\"danger\"] { color: %9; border-color: %9; font-weight: 600; } QPushButton[kind=\"danger\"]:focus { border: "
           "2px solid %9; padding: 5px 13px; }"
           "QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 5px; }"
           "QToolButton:hover { background: %3; } QToolButton:pressed { background: %4; } QToolButton:focus { border-color: %7; }"
           "QTableView { background: %2; border: 1px solid %4; border-radius: 8px; outline: none; gridline-color: transparent; }"
           "QHeaderView { background: transparent; border: none; }"
           "QHeaderView::section { background: %2; color: %6; border: none; border-bottom: 1px solid %4; padding: 8px 1px 8px 10px; "
           "font-weight: "
           "600; }"
           "QHeaderView::section:first { border-top-left-radius: 8px; } QHeaderView::section:last { border-top-right-radius: 8px; }"
           "QHeaderView::up-arrow, QHeaderView::down-arrow { width: 9px; height: 9px; subcontrol-position: center right; right: 4px; }"
           "QTableCornerButton::section { background: %2; border: none; }"
           "QScrollArea, QScrollArea > QWidget > QWidget#scrolled { background: transparent; border: none; }"
           "QScrollBar:vertical { background: transparent; width: 11px; margin: 2px; } QScrollBar:horizontal { background: transparent; "
           "height: 11px; margin: 2px; }"
           "QScrollBar::handle { background: %4; border-radius: 3px; min-height: 28px; min-width: 28px; } QScrollBar::handle:hover { "
           "background: %6; }"
           "QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; } QScrollBar::add-page, QScrollBar::sub-page { background: "
           "transparent; }"
           "QSplitter::handle { background: transparent; }"
           "QFrame[card=\"true\"] { background: %2; border: 1px solid %4; border-radius: 8px; }"
           "QListView#navigation { background: transparent; border: none; outline: none; padding: 0; }"
           "QListView#navigation::item { padding: 8px 10px; border-radius: 6px; margin: 1px 0; color: %5; border: 1px solid transparent; }"
           "QListView#navigation::item:hover { background: %3; } QListView#navigation::item:selected { background: %3; color: %7; }"
           "QListView#navigation:focus { border: none; } QListView#navigation::item:focus { border: 1px solid %7; }"
           "QLabel[tone=\"muted\"] { color: %6; } QLabel[tone=\"bad\"] { color: %9; }"_s.arg(
               t.window.name(), t.surface.name(), t.raised.name(), t.border.name(), t.text.name(), t.muted.name(), t.accent.name(),
               t.onAccent.name(), t.bad.name());
}

/// As the desktop gave it, before we set our own.
const QPalette &desktopPalette()
{
    static const QPalette palette = QGuiApplication::palette();
    return palette;
}

bool isHighContrast(const QPalette &palette)
{
    const QColor ground = palette.color(QPalette::Window);
    const QColor text = palette.color(QPalette::WindowText);
    const auto extreme = [](const QColor &color) {
        return color.rgb() == QColor(Qt::black).rgb() || color.rgb() == QColor(Qt::white).rgb();
    };
    return extreme(ground) && extreme(text) && ground != text;
}

bool desktopIsDark()
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    const auto scheme = QGuiApplication::styleHints()->colorScheme();
    if (scheme != Qt::ColorScheme::Unknown)
        return scheme == Qt::ColorScheme::Dark;
#endif
    return isDark(desktopPalette());
}

} // namespace

bool isDark(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

const Tokens &tokens(const QPalette &palette)
{
    return isDark(palette) ? kDark : kLight;
}

QColor blended(const QColor &color, const QColor &ground, double share)
{
    const auto mix = [share](int a, int b) { return qRound(a * share + b * (1 - share)); };
    return QColor(mix(color.red(), ground.red()), mix(color.green(), ground.green()), mix(color.blue(), ground.blue()));
}

void applyTheme(QApplication &application, Theme theme)
{
    const QPalette &desktop = desktopPalette();
    if (theme == Theme::System && isHighContrast(desktop)) {
        application.setStyleSheet({});
        application.setPalette(desktop);
        return;
    }
    const Tokens &t = theme == Theme::Dark || (theme == Theme::System && desktopIsDark()) ? kDark : kLight;
    if (application.style()->name().compare("fusion"_L1, Qt::CaseInsensitive) != 0)
        application.setStyle(QStyleFactory::create(u"Fusion"_s));
    application.setPalette(paletteOf(t));
    application.setStyleSheet(styleSheetOf(t));
}

} // namespace matinee::gui
