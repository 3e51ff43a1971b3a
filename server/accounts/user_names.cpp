#include "accounts/user_names.h"

#include "accounts/look_alikes.h"

#include <QChar>
#include <QList>
#include <QString>

#include <algorithm>
#include <optional>
#include <set>

namespace matinee::accounts {

namespace {

constexpr std::size_t kMostTypedBytes = 1024;
constexpr qsizetype kMostKeyUnits = 340; // of UTF-16: at most 1020 bytes
constexpr int kMostMarks = 4;            // on one letter: UTS 39, 5.4

QString textOf(std::string_view typed)
{
    typed = typed.substr(0, kMostTypedBytes);
    return QString::fromUtf8(typed.data(), static_cast<qsizetype>(typed.size())).trimmed();
}

bool isSeparator(char32_t c)
{
    return c == U'.' || c == U'-' || c == U'_';
}

/// Letters and marks that show nothing (Default_Ignorable_Code_Point); the others of that kind are no letters at all.
bool isInvisible(char32_t c)
{
    constexpr std::pair<char32_t, char32_t> ranges[] = {{0x034F, 0x034F}, {0x115F, 0x1160},   {0x17B4, 0x17B5},
                                                        {0x180B, 0x180F}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},
                                                        {0xFFA0, 0xFFA0}, {0x16FE4, 0x16FE4}, {0xE0100, 0xE01EF}};
    return std::any_of(std::begin(ranges), std::end(ranges), [c](const auto &range) { return c >= range.first && c <= range.second; });
}

bool isNonSpacing(char32_t c)
{
    return QChar::category(c) == QChar::Mark_NonSpacing;
}
bool isMark(char32_t c)
{
    return isNonSpacing(c) || QChar::category(c) == QChar::Mark_SpacingCombining;
}

/// A style of another character: superscripts, ligatures, letters of mathematics. Thai, Lao and Hangul have some that people type.
bool isStyled(char32_t c)
{
    const auto tag = QChar::decompositionTag(c);
    if (tag == QChar::NoDecomposition || tag == QChar::Canonical)
        return false;
    const auto script = QChar::script(c);
    return script != QChar::Script_Thai && script != QChar::Script_Lao && script != QChar::Script_Hangul;
}

bool isLetter(char32_t c)
{
    constexpr char32_t longSound = 0x30FC;  // of Katakana, though common by its script
    constexpr char32_t numberZero = 0x3007; // of Han, though a number
    if (c == longSound || c == numberZero)
        return true;
    // Letters without a script are signs of phonetics and of mathematics.
    return QChar::isLetter(c) && QChar::script(c) != QChar::Script_Common && QChar::script(c) != QChar::Script_Inherited;
}

bool isDigit(char32_t c)
{
    return QChar::category(c) == QChar::Number_DecimalDigit;
}

/// Full and half width as input methods give them is the plain character (RFC 8265, 3.3.1: width mapping).
std::u32string plainWidth(const QString &text)
{
    QString plain;
    for (const char32_t c : text.toUcs4()) {
        const auto tag = QChar::decompositionTag(c);
        QString one;
        one += QChar::fromUcs4(c); // QString::fromUcs4 would swallow U+FEFF
        plain += tag == QChar::Wide || tag == QChar::Narrow ? one.normalized(QString::NormalizationForm_KC) : one;
    }
    const auto units = plain.normalized(QString::NormalizationForm_C).toUcs4();
    return {units.begin(), units.end()};
}

bool areOneScript(const std::set<QChar::Script> &scripts)
{
    static const std::set<QChar::Script> together[] = {{QChar::Script_Han, QChar::Script_Hiragana, QChar::Script_Katakana},
                                                       {QChar::Script_Han, QChar::Script_Hangul},
                                                       {QChar::Script_Han, QChar::Script_Bopomofo}};
    return scripts.size() <= 1 || std::any_of(std::begin(together), std::end(together), [&](const auto &set) {
               return std::includes(set.begin(), set.end(), scripts.begin(), scripts.end());
           });
}

/// Too many marks upon one another, or one of them twice, where the second is not seen.
bool arePiledUp(const std::u32string &name)
{
    int marks = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        marks = isNonSpacing(name[i]) ? marks + 1 : 0;
        if (marks > kMostMarks || (marks > 1 && name[i] == name[i - 1]))
            return true;
    }
    return false;
}

/// A sentence where it breaks a rule.
std::optional<std::string> complaint(const std::u32string &name)
{
    if (name.size() < kLeastNameCharacters || name.size() > kMostNameCharacters)
        return "A name has 2 to 32 characters.";
    std::set<QChar::Script> scripts;
    std::set<char32_t> zeros; // of the digits
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char32_t c = name[i];
        if (isDigit(c))
            zeros.insert(c - static_cast<char32_t>(QChar::digitValue(c)));
        if (!(isLetter(c) || isMark(c) || isDigit(c) || isSeparator(c)) || isInvisible(c) || isStyled(c))
            return "A name is made of letters and digits, and of . - _ between them; spaces, signs, styled letters and invisible "
                   "characters "
                   "have no place in it.";
        if (i == 0 && !isLetter(c) && !isDigit(c))
            return "A name begins with a letter or a digit.";
        if (isMark(c) && isSeparator(name[i - 1]))
            return "An accent stands on a letter.";
        if (QChar::script(c) != QChar::Script_Common && QChar::script(c) != QChar::Script_Inherited)
            scripts.insert(QChar::script(c));
    }
    if (!areOneScript(scripts) || zeros.size() > 1)
        return "All letters of a name are of one script, and so are its digits: mixed ones can be made to look like another's name.";
    if (arePiledUp(name))
        return "There are too many accents on one letter of this name.";
    return std::nullopt;
}

} // namespace

Result<UserName> parseUserName(std::string_view typed)
{
    const auto refused = [](std::string why) { return fail(ErrorCode::InvalidArgument, std::move(why), "name"); };
    if (typed.size() > kMostTypedBytes)
        return refused("A name has 2 to 32 characters.");
    const std::u32string name = plainWidth(textOf(typed));
    if (auto why = complaint(name))
        return refused(std::move(*why));
    const std::string utf8 = QString::fromUcs4(name.data(), static_cast<qsizetype>(name.size())).toStdString();
    return UserName{utf8, userNameKey(utf8)};
}

std::string userNameKey(std::string_view typed)
{
    const QString folded =
        textOf(typed).normalized(QString::NormalizationForm_KC).toCaseFolded().normalized(QString::NormalizationForm_KD).toCaseFolded();
    std::u32string shown;
    for (const char32_t c : folded.toUcs4()) {
        const auto category = QChar::category(c);
        const bool isNothing = category == QChar::Other_Control || category == QChar::Other_Format || isInvisible(c);
        if (isDigit(c))
            shown.push_back(U'0' + static_cast<char32_t>(QChar::digitValue(c)));
        else if (!isNothing)
            shown.push_back(c);
    }
    const std::u32string skeleton = skeletonOf(shown);
    QString key = QString::fromUcs4(skeleton.data(), static_cast<qsizetype>(skeleton.size())).normalized(QString::NormalizationForm_C);
    key.truncate(kMostKeyUnits);
    return key.toStdString();
}

} // namespace matinee::accounts
