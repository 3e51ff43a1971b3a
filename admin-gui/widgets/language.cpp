#include "widgets/language.h"

#include <QFont>
#include <QGuiApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

QStringList languages()
{
    return {u"en"_s, u"zh_CN"_s};
}

bool useLanguage(QCoreApplication &application, const QString &name)
{
    const QLocale locale = name.isEmpty() ? QLocale::system() : QLocale(name);
    if (!name.isEmpty())
        QLocale::setDefault(locale);
    if (locale.language() == QLocale::English || locale.language() == QLocale::C)
        return name.isEmpty() || locale.language() == QLocale::English;
    auto *ours = new QTranslator(&application);
    if (!ours->load(locale, u"matinee-admin"_s, u"_"_s, u":/i18n"_s)) {
        delete ours;
        return false;
    }
    auto *qts = new QTranslator(&application);
    if (qts->load(locale, u"qtbase"_s, u"_"_s, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        application.installTranslator(qts);
    else
        delete qts;
    application.installTranslator(ours);
    if (locale.language() == QLocale::Chinese && qobject_cast<QGuiApplication *>(&application)) {
        // Without a named family the fallback may take Japanese forms of the characters, in whatever weight comes first.
        QFont font = QGuiApplication::font();
        font.setFamilies({font.family(), u"Noto Sans CJK SC"_s, u"Source Han Sans SC"_s, u"WenQuanYi Micro Hei"_s});
        QGuiApplication::setFont(font);
    }
    return true;
}

} // namespace matinee::gui
