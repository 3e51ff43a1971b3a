#include "accounts/user_names.h"

#include <QChar>
#include <QString>

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace matinee::accounts {
namespace {

using testing::HasSubstr;

std::string utf8(const std::u32string &text)
{
    return QString::fromUcs4(text.data(), static_cast<qsizetype>(text.size())).toStdString();
}

void expectRefused(const std::u32string &name, const std::string &because = {})
{
    const auto parsed = parseUserName(utf8(name));
    ASSERT_FALSE(parsed.has_value()) << utf8(name) << " was taken";
    EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(parsed.error().field, "name");
    EXPECT_THAT(parsed.error().message, HasSubstr(because)) << utf8(name);
}

TEST(UserNames, OfEverydayLifeAreTaken)
{
    for (const char32_t *name :
         {U"bo",     U"anna-lena",  U"j.r.r.tolkien", U"max_2024", U"007",  U"Zoë", U"Łukasz", U"Nguyễn", U"Иван", U"Γιώργος", U"李小龙",
          U"さくら", U"カナちゃん", U"東京タワー",    U"김철수",   U"محمد", U"דוד", U"สมชาย",  U"น้ำ",     U"राम",  U"ሀሁ",      U"ნინო",
          U"Անի"}) {
        const auto parsed = parseUserName(utf8(name));
        ASSERT_TRUE(parsed.has_value()) << utf8(name) << ": " << parsed.error().message;
        EXPECT_FALSE(parsed->key.empty());
    }
}

TEST(UserNames, HaveTwoToThirtyTwoCharactersOfAnyWidth)
{
    expectRefused(U"", "2 to 32");
    expectRefused(U"a", "2 to 32");
    expectRefused(std::u32string(33, U'a'), "2 to 32");
    expectRefused(std::u32string(33, U'映'), "2 to 32");
    expectRefused(std::u32string(1'000'000, U'a'), "2 to 32");
    EXPECT_TRUE(parseUserName(std::string(32, 'a')).has_value());
    EXPECT_TRUE(parseUserName(utf8(std::u32string(32, U'映'))).has_value());
    EXPECT_TRUE(parseUserName(utf8(std::u32string(32, U'𐌰'))).has_value()) << "beyond sixteen bits";
    std::u32string accents;
    for (int i = 0; i < 32; ++i)
        accents += U"e\u0301";
    EXPECT_TRUE(parseUserName(utf8(accents)).has_value()) << "counted when composed";
}

TEST(UserNames, AreKeptComposed)
{
    const auto parsed = parseUserName(utf8(U"Zoe\u0308"));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->name, utf8(U"Zo\u00EB"));
    EXPECT_EQ(parseUserName("  bo \n")->name, "bo") << "what a telephone's keyboard leaves around it";
}

TEST(UserNames, BeginWithALetterOrDigit)
{
    for (const char32_t *name : {U".bo", U"-bo", U"_bo"})
        expectRefused(name, "begins");
    expectRefused(U"\u0301bo");
    expectRefused(U"a.\u0301b", "accent");
}

TEST(UserNames, HaveNoSignsSpacesOrInvisibleCharacters)
{
    for (const char32_t c : U" @/\\:!?#%&*+<>|'\"$€😀·\u00A0\u3000\u2028")
        if (c != 0)
            expectRefused({U'b', c, U'o'});
    for (const char32_t c :
         {U'\u200B', U'\u200C', U'\u200D', U'\u200E', U'\u200F', U'\u202A', U'\u202E', U'\u2060', U'\u2066',     U'\u2069',
          U'\u061C', U'\uFEFF', U'\u00AD', U'\u034F', U'\u115F', U'\u3164', U'\uFFA0', U'\uFE0F', U'\U000E0100', U'\U000E0041',
          U'\u180E', U'\u180B', U'\u17B4', U'\u0007', U'\u007F', U'\u0085', U'\uFFFD', U'\uE000', U'\uFDD0',     U'\u0378'})
        expectRefused({U'b', c, U'o'}, "invisible");
    expectRefused(std::u32string{U'b', U'o', U'\0'});
    EXPECT_FALSE(parseUserName("b\xFFo").has_value());
    EXPECT_FALSE(parseUserName("b\xED\xA0\x80o").has_value()) << "half a pair";
}

TEST(UserNames, PileUpNoAccents)
{
    expectRefused(U"bb\u0301\u0302\u0303\u0304\u0305", "too many");
    expectRefused(U"bb\u0301\u0301", "too many");
    EXPECT_TRUE(parseUserName(utf8(U"bb\u0301\u0302")).has_value());
}

TEST(UserNames, KeepToOneScript)
{
    for (const char32_t *name : {U"pаypal", U"bοb", U"Иvan", U"admіn", U"bo李", U"김さん", U"אבab", U"ьob"})
        expectRefused(name, "one script");
    expectRefused(U"سام1٢", "digits");
    expectRefused(U"bo1२", "digits");
    EXPECT_TRUE(parseUserName(utf8(U"李さんコ")).has_value());
    EXPECT_TRUE(parseUserName(utf8(U"金김")).has_value());
    EXPECT_TRUE(parseUserName(utf8(U"李ㄅ")).has_value());
    expectRefused(U"さ김", "one script");
}

TEST(UserNames, OfEveryScriptAreTaken)
{
    std::map<QChar::Script, std::u32string> letters;
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        const auto category = QChar::category(c);
        const bool isPlain = (category == QChar::Letter_Lowercase || category == QChar::Letter_Other) &&
                             QChar::decompositionTag(c) == QChar::NoDecomposition && c != 0x115F && c != 0x1160;
        const auto script = QChar::script(c);
        if (isPlain && script != QChar::Script_Common && script != QChar::Script_Inherited && script != QChar::Script_Unknown &&
            letters[script].size() < 3)
            letters[script].push_back(c);
    }
    EXPECT_GT(letters.size(), 140U);
    std::set<std::string> keys;
    for (const auto &[script, three] : letters) {
        if (three.size() < 2)
            continue;
        const auto parsed = parseUserName(utf8(three));
        ASSERT_TRUE(parsed.has_value()) << "script " << script << " " << utf8(three) << ": " << parsed.error().message;
        keys.insert(parsed->key);
    }
    EXPECT_GT(keys.size(), 140U) << "each with a key of its own";
}

TEST(UserNames, InAnyCaseAndFormAreTheSame)
{
    const std::vector<std::pair<std::u32string, std::u32string>> same = {
        {U"Bo", U"bO"},     {U"STRASSE", U"straße"}, {U"Zoë", U"zoe\u0308"}, {U"ΓΙΏΡΓΟΣ", U"γιώργος"},
        {U"ИВАН", U"иван"}, {U"ｂｏ", U"bo"},        {U"ﾀﾞﾝ", U"ダン"},      {U"bo１２", U"bo12"},
        {U"سام٣", U"سام3"}, {U"İpek", U"ipek"},      {U"ꭰꭱꭲ", U"ᎠᎡᎢ"}, {U"b\u200Do", U"bo"},
    };
    for (const auto &[one, other] : same)
        EXPECT_EQ(userNameKey(utf8(one)), userNameKey(utf8(other))) << utf8(one) << " " << utf8(other);
    EXPECT_EQ(parseUserName(utf8(U"Ｂｏ"))->name, "Bo") << "full width is how it was typed, not what it is";
}

TEST(UserNames, ThatLookLikeAdminAreOne)
{
    const std::string admin = userNameKey("admin");
    const std::vector<std::u32string> alike = {
        U"ADMIN",      U"Admin", U"AdmIn",      U"adm1n",       U"admln", U"admın", U"adrnin", U"ADMlN",
        U"ａｄｍｉｎ", U"аdmin", U"admіn",      U"аԁміп",       U"ᴀᴅᴍɪɴ", U"αdmιn", U"ꓮꓓꓟꓲꓠ",  U"ᗅᗪᗰIN",
        U"𝐚𝐝𝐦𝐢𝐧",      U"ⓐⓓⓜⓘⓝ", U"adm\u2071n", U"admi\u200Bn", U"ɑdmin", U"ADMΙΝ", U"аdмiп",
    };
    for (const std::u32string &name : alike)
        EXPECT_EQ(userNameKey(utf8(name)), admin) << utf8(name);
    for (const char32_t *name : {U"admins", U"admi", U"amdin", U"a-dmin", U"a.dmin", U"ádmin", U"badmin"})
        EXPECT_NE(userNameKey(utf8(name)), admin) << utf8(name);
}

TEST(UserNames, OfOneForeignScriptThatLookLatinAreTheSame)
{
    const std::vector<std::pair<std::u32string, std::u32string>> alike = {
        {U"scope", U"ѕсоре"}, {U"NIKO", U"ΝΙΚΟ"},     {U"TAXI", U"ТАХІ"}, {U"BETA", U"ВЕТА"},  {U"Paul", U"PauI"},
        {U"o0o", U"ooo"},     {U"jacob1", U"jacobl"}, {U"ODD", U"ꓳꓓꓓ"},   {U"vvill", U"will"}, {U"カロ", U"力口"},
        {U"エー", U"工一"},   {U"RED", U"ᎡᎬᎠ"},       {U"nou", U"ոօս"},   {U"Ёж", U"ёж"},
    };
    for (const auto &[one, other] : alike)
        EXPECT_EQ(userNameKey(utf8(one)), userNameKey(utf8(other))) << utf8(one) << " " << utf8(other);
    const std::vector<std::pair<std::u32string, std::u32string>> different = {
        {U"анна", U"ганна"},    {U"иван", U"йван"}, {U"zoe", U"zoë"},    {U"anna", U"hanna"},
        {U"さくら", U"サクラ"}, {U"a_b", U"a-b"},   {U"محمد", U"محمود"},
    };
    for (const auto &[one, other] : different)
        EXPECT_NE(userNameKey(utf8(one)), userNameKey(utf8(other))) << utf8(one) << " " << utf8(other);
}

TEST(UserNames, KeysAreStableAndBounded)
{
    for (const char32_t *name : {U"Admin", U"ИВАН", U"ΝΙΚΟΣ", U"ﷺﷺ", U"İpek", U"さくら", U"ẞs"}) {
        const std::string key = userNameKey(utf8(name));
        EXPECT_EQ(userNameKey(key), key) << utf8(name);
    }
    EXPECT_EQ(userNameKey(""), "");
    EXPECT_LE(userNameKey(utf8(std::u32string(100'000, U'ﷺ'))).size(), 1024U);
    EXPECT_LE(userNameKey(std::string(1'000'000, '\xFF')).size(), 1024U);
}

} // namespace
} // namespace matinee::accounts
