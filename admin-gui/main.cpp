// matinee-admin: the desktop console of a Matinee server.
#include "client/key_store.h"
#include "pages/main_window.h"
#include "widgets/language.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFile>
#include <QSettings>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <span>
#include <string_view>

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr int kUsage = 2;

int complain(const QString &sentence)
{
    std::fprintf(stderr, "matinee-admin: %s\n", qUtf8Printable(sentence));
    return kUsage;
}

} // namespace

int main(int argc, char **argv)
{
    // Answers that need no display must not need one.
    const std::span<char *> arguments(argv, static_cast<std::size_t>(argc));
    const bool onlyAnswers = std::any_of(arguments.begin(), arguments.end(), [](const char *argument) {
        const std::string_view text(argument);
        return text == "--version" || text == "-v" || text == "--help" || text == "-h" || text == "--help-all";
    });
    const std::unique_ptr<QCoreApplication> owned(onlyAnswers ? new QCoreApplication(argc, argv) : new QApplication(argc, argv));
    QCoreApplication &application = *owned;
    QCoreApplication::setOrganizationName(u"Matinee"_s);
    QCoreApplication::setApplicationName(u"matinee-admin"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(MATINEE_VERSION));
    QGuiApplication::setDesktopFileName(u"matinee-admin"_s);

    QCommandLineParser parser;
    parser.setApplicationDescription(u"The desktop console of a Matinee server."_s);
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption address(u"address"_s, u"Server to sign in to, for example 192.168.1.20:8080."_s, u"ADDRESS"_s);
    const QCommandLineOption keyFile(
        u"key-file"_s, u"File with the API key. Without it MATINEE_ADMIN_KEY is used, and else the key is asked for."_s, u"FILE"_s);
    const QCommandLineOption language(u"lang"_s, u"Language: en or zh_CN. That of the system unless given."_s, u"LANGUAGE"_s);
    parser.addOptions({address, keyFile, language});
    parser.process(application);

    if (!matinee::gui::useLanguage(application, parser.value(language)) && parser.isSet(language))
        return complain(u"--lang: \"%1\" is not one of %2."_s.arg(parser.value(language), matinee::gui::languages().join(u", ")));
    QString key = qEnvironmentVariable("MATINEE_ADMIN_KEY").trimmed();
    // Programs that we start, such as a browser, are not to have it.
    qunsetenv("MATINEE_ADMIN_KEY");
    if (parser.isSet(keyFile)) {
        QFile file(parser.value(keyFile));
        if (!file.open(QIODevice::ReadOnly))
            return complain(u"--key-file: %1 cannot be read: %2"_s.arg(file.fileName(), file.errorString()));
        key = QString::fromUtf8(file.read(4096)).trimmed();
        if (key.isEmpty())
            return complain(u"--key-file: %1 is empty."_s.arg(file.fileName()));
    }

    QSettings settings;
    matinee::gui::KeychainKeyStore keys;
    matinee::gui::MainWindow window(settings, keys);
    window.show();
    if (parser.isSet(address))
        window.start(parser.value(address), key);
    return application.exec();
}
