// How the console looks: colours by role, in light and dark, and the one style sheet. Free functions; GUI thread.
// Widgets ask tokens(palette()) when they paint, so a change of theme needs no bookkeeping.
#pragma once

#include <QColor>
#include <QPalette>

class QApplication;

namespace matinee::gui {

enum class Theme
{
    System, ///< Light or dark as the desktop is; a high-contrast palette of the desktop is left alone.
    Light,
    Dark,
};

struct Tokens
{
    QColor window;
    QColor surface; ///< Cards, tables, fields.
    QColor raised;  ///< Hover, header of a table.
    QColor border;
    QColor text;
    QColor muted;
    QColor accent;
    QColor onAccent;
    QColor live;
    QColor good;
    QColor warning;
    QColor bad;
};

[[nodiscard]] bool isDark(const QPalette &palette);
[[nodiscard]] const Tokens &tokens(const QPalette &palette);
/// `color` over `ground` at `share` (0 to 1).
[[nodiscard]] QColor blended(const QColor &color, const QColor &ground, double share);

void applyTheme(QApplication &application, Theme theme);

} // namespace matinee::gui
