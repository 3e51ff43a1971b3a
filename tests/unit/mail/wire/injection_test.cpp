// Whatever people put into a field, the mail has the headers and the parts that it has without them, and the HTML the same elements.
#include "mail/wire/message.h"
#include "mail/wire/templates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace matinee::mail {
namespace {

const std::vector<std::string> &attacks()
{
    static const std::vector<std::string> list{
        "x\r\nBcc: victim@example.com",
        "x\nBcc: victim@example.com",
        "x\rBcc: victim@example.com",
        "x\r\n\r\nAnother body",
        "x\r\n.\r\nMAIL FROM:<a@example.com>",
        "--=_id--\r\n",
        "\r\n--=_id\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>",
        "<script>alert(1)</script>",
        "\"><img src=http://evil.example/x.png>",
        "' onload='alert(1)",
        "=?UTF-8?B?DQpCY2M6IGE=?=",
        "=?UTF-8?Q?=0D=0ABcc:_a?=",
        std::string("x\0y", 3),
        "x\xE2\x80\xA8"
        "Bcc: a@example.com", // U+2028
        "x\xC2\x85"
        "Bcc: a@example.com", // U+0085
        "\xFF\xFE\r\nBcc: a",
        std::string(100'000, 'x') + "\r\nBcc: a@example.com",
        "javascript:alert(1)",
        "\v\f\r\n\t\r\n",
        "&lt;b&gt;\r\n <a@example.com>",
        "x\xE2\x80\xAE"
        "moc.elpmaxe\xE2\x80\xAC y",                                             // U+202E, U+202C
        "\xE2\x81\xA6x\xE2\x81\xA9\xD8\x9C\xE2\x80\x8F\xE2\x80\x8E\xE2\x80\x8B", // U+2066, U+2069, U+061C, U+200F, U+200E, U+200B
    };
    return list;
}

std::vector<std::string> headerNames(const std::string &message)
{
    std::vector<std::string> names;
    const std::string head = message.substr(0, message.find("\r\n\r\n") + 2);
    for (std::size_t at = 0; at < head.size();) {
        const auto end = head.find("\r\n", at);
        const std::string line = head.substr(at, end - at);
        EXPECT_EQ(line.find_first_of("\r\n"), std::string::npos);
        EXPECT_LE(line.size(), 78U);
        if (!line.starts_with(' '))
            names.push_back(line.substr(0, line.find(':')));
        at = end + 2;
    }
    return names;
}

std::size_t count(const std::string &text, std::string_view what)
{
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

/// Every field that somebody can fill in, of a mail and of what it says.
struct Filled
{
    Mail mail{*parseAddress("matinee@example.org"),
              "Matinee",
              *parseAddress("anna@example.net"),
              "Hello",
              "Text.\n",
              "<p>Text.</p>\n",
              "id",
              "en"};
    Values values{"Matinee",   "anna", "https://example.org/x", "123456", std::chrono::minutes(10), "Firefox",
                  "192.0.2.1", {},     Change::PasskeyAdded,    "Laptop"};
};
const std::vector<std::function<void(Filled &, const std::string &)>> &fields()
{
    static const std::vector<std::function<void(Filled &, const std::string &)>> list{
        [](Filled &f, const std::string &x) { f.mail.fromName = x; }, [](Filled &f, const std::string &x) { f.mail.subject = x; },
        [](Filled &f, const std::string &x) { f.mail.text = x; },     [](Filled &f, const std::string &x) { f.mail.html = x; },
        [](Filled &f, const std::string &x) { f.mail.id = x; },       [](Filled &f, const std::string &x) { f.mail.language = x; },
        [](Filled &f, const std::string &x) { f.values.server = x; }, [](Filled &f, const std::string &x) { f.values.name = x; },
        [](Filled &f, const std::string &x) { f.values.link = x; },   [](Filled &f, const std::string &x) { f.values.code = x; },
        [](Filled &f, const std::string &x) { f.values.device = x; }, [](Filled &f, const std::string &x) { f.values.address = x; },
        [](Filled &f, const std::string &x) { f.values.detail = x; },
    };
    return list;
}

TEST(MailInjection, NoFieldMakesAHeaderOrAPart)
{
    const auto expected = headerNames(compose(Filled{}.mail, {}));
    ASSERT_EQ(expected.size(), 10U);
    for (const std::string &attack : attacks()) {
        for (std::size_t i = 0; i < fields().size(); ++i) {
            Filled filled;
            fields()[i](filled, attack);
            const std::string message = compose(filled.mail, {});
            auto names = headerNames(message);
            if (i == 5 && names.size() == expected.size() - 1)
                continue; // a language of no letters has no header
            EXPECT_EQ(names, expected) << "field " << i << ": " << attack.substr(0, 60);
            const std::string boundary =
                message.substr(message.find("boundary=\"") + 10, message.find("\"\r\n\r\n") - message.find("boundary=\"") - 10);
            EXPECT_EQ(count(message, "\r\n--" + boundary + "\r\n"), 2U) << "field " << i;
            EXPECT_EQ(count(message, "\r\n--" + boundary + "--\r\n"), 1U) << "field " << i;
            EXPECT_TRUE(
                std::none_of(message.begin(), message.end(), [](char c) { return c == '\0' || static_cast<unsigned char>(c) >= 0x80; }));
        }
    }
}

TEST(MailInjection, NoValueMakesAnElementOrALine)
{
    int shown = 0; // fields that a letter shows
    for (const Kind kind : {Kind::VerifyAddress, Kind::ResetPassword, Kind::NewDevice, Kind::AccountChange, Kind::Code, Kind::Test}) {
        for (const Language language : {Language::English, Language::Chinese}) {
            for (std::size_t i = 6; i < fields().size(); ++i) {
                Filled filled;
                fields()[i](filled, "seen here");
                const Text text = render(kind, language, filled.values);
                shown += text.text.find("seen here") != std::string::npos ? 1 : 0;
            }
            const Text plain = render(kind, language, Filled{}.values);
            for (const std::string &attack : attacks()) {
                for (std::size_t i = 6; i < fields().size(); ++i) {
                    Filled filled;
                    fields()[i](filled, attack);
                    const Text text = render(kind, language, filled.values);
                    // A device or address of which nothing is left has no line.
                    const bool mayVanish = kind == Kind::AccountChange && (i == 10 || i == 11);
                    EXPECT_LE(count(text.text, "\n"), count(plain.text, "\n"));
                    if (!mayVanish) {
                        EXPECT_EQ(count(text.text, "\n"), count(plain.text, "\n"));
                    }
                    for (const char *mark : {"\xE2\x80\xAE", "\xE2\x81\xA6", "\xD8\x9C", "\xE2\x80\x8F", "\xE2\x80\x8B"})
                        EXPECT_EQ((text.subject + text.text + text.html).find(mark), std::string::npos) << "field " << i;
                    EXPECT_EQ(text.subject.find_first_of("\r\n"), std::string::npos);
                    // A link that leads nowhere is no link.
                    const bool unlinked = i == 8;
                    if (!unlinked) {
                        EXPECT_LE(count(text.html, "<"), count(plain.html, "<")) << attack.substr(0, 60);
                        if (!mayVanish) {
                            EXPECT_EQ(count(text.html, "<"), count(plain.html, "<")) << attack.substr(0, 60);
                        }
                        EXPECT_EQ(count(text.html, "\""), count(plain.html, "\""));
                    } else if (plain.html.find("<a ") != std::string::npos) {
                        EXPECT_EQ(text.html.find("<a "), std::string::npos) << attack.substr(0, 60);
                    }
                    EXPECT_EQ(text.html.find("<script"), std::string::npos);
                    EXPECT_EQ(text.html.find("<img"), std::string::npos);
                }
            }
        }
    }
    EXPECT_GE(shown + 6, 40) << "and the six of a mail itself";
}

} // namespace
} // namespace matinee::mail
