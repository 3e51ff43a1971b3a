// Puts the console into a language: our own texts, those of Qt where they are installed, and numbers and dates.
#pragma once

#include <QStringList>

class QCoreApplication;

namespace matinee::gui {

/// "en" and "zh_CN".
[[nodiscard]] QStringList languages();
/// `name` as in `--lang`; empty means that of the system. False where we do not speak it; then it is English.
bool useLanguage(QCoreApplication &application, const QString &name);

} // namespace matinee::gui
