#include "accounts/password_rules.h"

#include <QFile>
#include <QSet>
#include <QString>
#include <QStringDecoder>

/// Without this call the linker leaves the list out of the program. The macro must not be used within a namespace.
static void keepLists()
{
    Q_INIT_RESOURCE(accounts_lists);
}

namespace matinee::accounts {

namespace {

constexpr std::size_t kMostBytes = 4 * kLongestPassword; // more is more characters than that, and not looked at

/// Lines, with a line break before the first and behind the last.
const QByteArray &commonPasswords()
{
    static const QByteArray list = [] {
        keepLists();
        QFile file(QStringLiteral(":/accounts/common_passwords.txt"));
        return file.open(QIODevice::ReadOnly) ? "\n" + file.readAll() : QByteArray();
    }();
    return list;
}

qsizetype characters(const QString &text)
{
    return text.toUcs4().size();
}

qsizetype differentCharacters(const QString &text)
{
    const auto all = text.toUcs4();
    return QSet<uint>(all.begin(), all.end()).size();
}

Error refused(const std::string &field, const std::string &what)
{
    return fail(ErrorCode::InvalidArgument, what, field);
}

} // namespace

bool isCommonPassword(std::string_view password)
{
    const QByteArray lower = QString::fromUtf8(password.data(), static_cast<qsizetype>(password.size())).toLower().toUtf8();
    return !lower.isEmpty() && !lower.contains('\n') && !lower.startsWith('#') && commonPasswords().contains("\n" + lower + "\n");
}

Result<std::string> checkedPassword(std::string_view password, std::string_view name, const std::string &field)
{
    if (password.size() > kMostBytes)
        return refused(field, "A password has 1000 characters at most.");
    QStringDecoder decode(QStringDecoder::Utf8);
    const QString typed = decode(QByteArrayView(password.data(), static_cast<qsizetype>(password.size())));
    if (decode.hasError())
        return refused(field, "The password is no UTF-8.");
    const QString text = typed.normalized(QString::NormalizationForm_C);
    if (characters(text) > kLongestPassword)
        return refused(field, "A password has 1000 characters at most.");
    if (characters(text) < kShortestPassword)
        return refused(field, "A password has at least 8 characters.");
    if (differentCharacters(text) < kFewestDifferent)
        return refused(field, "This password has too few different characters: it is guessed at once.");
    const std::string normalized = text.toStdString();
    if (isCommonPassword(normalized))
        return refused(field, "This password is one of those that are tried first. Choose another.");
    const QString ofAccount = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())).normalized(QString::NormalizationForm_C);
    if (!ofAccount.isEmpty() && text.compare(ofAccount, Qt::CaseInsensitive) == 0)
        return refused(field, "The name of the account is no password.");
    return normalized;
}

} // namespace matinee::accounts
