#include "mail/wire/message.h"

#include <gtest/gtest.h>

namespace matinee::mail {
namespace {

const auto kDate = std::chrono::system_clock::time_point(std::chrono::seconds(1'795'334'400));

Mail plainMail()
{
    return {*parseAddress("matinee@example.org"),
            "Matinee",
            *parseAddress("anna@example.net"),
            "Hello",
            "Text.\n",
            "<p>Text.</p>\n",
            "abc123",
            "en"};
}

TEST(MailMessage, IsTheExpectedOctets)
{
    EXPECT_EQ(compose(plainMail(), kDate), "Date: Sun, 22 Nov 2026 08:00:00 +0000\r\n"
                                           "From: Matinee\r\n <matinee@example.org>\r\n"
                                           "To: <anna@example.net>\r\n"
                                           "Subject: Hello\r\n"
                                           "Message-ID: <abc123@example.org>\r\n"
                                           "Auto-Submitted: auto-generated\r\n"
                                           "X-Auto-Response-Suppress: All\r\n"
                                           "Content-Language: en\r\n"
                                           "MIME-Version: 1.0\r\n"
                                           "Content-Type: multipart/alternative;\r\n boundary=\"=_abc123\"\r\n"
                                           "\r\n"
                                           "--=_abc123\r\n"
                                           "Content-Type: text/plain; charset=utf-8\r\n"
                                           "Content-Transfer-Encoding: quoted-printable\r\n"
                                           "\r\n"
                                           "Text.\r\n"
                                           "\r\n"
                                           "--=_abc123\r\n"
                                           "Content-Type: text/html; charset=utf-8\r\n"
                                           "Content-Transfer-Encoding: quoted-printable\r\n"
                                           "\r\n"
                                           "<p>Text.</p>\r\n"
                                           "\r\n"
                                           "--=_abc123--\r\n");
}

TEST(MailMessage, HasDatesAsRfc5322HasThem)
{
    EXPECT_EQ(dateText(std::chrono::system_clock::time_point{}), "Thu, 01 Jan 1970 00:00:00 +0000");
    EXPECT_EQ(dateText(std::chrono::system_clock::time_point(std::chrono::seconds(1'709'210'096))), "Thu, 29 Feb 2024 12:34:56 +0000");
}

TEST(MailMessage, EncodesWordsOnlyWhereItMust)
{
    EXPECT_EQ(encodedText("Your code for A & B (1.0): 100%", Field::Text, 9), "Your code for A & B (1.0): 100%");
    EXPECT_EQ(encodedText("Film Club", Field::Name, 6), "Film Club");
    EXPECT_EQ(encodedText("Club, the", Field::Name, 6), "=?UTF-8?B?Q2x1YiwgdGhl?=");
    EXPECT_EQ(encodedText("=?UTF-8?B?eA==?=", Field::Text, 9), "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=");
    EXPECT_EQ(encodedText("电影", Field::Text, 9), "=?UTF-8?B?55S15b2x?=");
    EXPECT_EQ(encodedText("", Field::Name, 6), "");
}

TEST(MailMessage, FoldsLongWordsBetweenCharacters)
{
    std::string subject;
    for (int i = 0; i < 150; ++i)
        subject += "电";
    const std::string encoded = "Subject: " + encodedText(subject, Field::Text, 9);
    std::size_t words = 0;
    for (std::size_t at = 0; at < encoded.size();) {
        const auto end = std::min(encoded.find("\r\n", at), encoded.size());
        const std::string line = encoded.substr(at, end - at);
        EXPECT_LE(line.size(), 76U);
        const auto begin = line.find("?B?") + 3;
        // Whole characters make whole groups of three octets here: no padding but perhaps none at all.
        EXPECT_EQ((line.find("?=") - begin) % 4, 0U);
        ++words;
        at = end + 2;
    }
    EXPECT_GT(words, 9U);
}

TEST(MailMessage, QuotesWhatWouldGetLost)
{
    EXPECT_EQ(quotedPrintable("a=b\n"), "a=3Db\r\n");
    EXPECT_EQ(quotedPrintable("end \n\ttab\t\n"), "end=20\r\n\ttab=09\r\n");
    EXPECT_EQ(quotedPrintable(".\nFrom me\n"), "=2E\r\n=46rom me\r\n");
    EXPECT_EQ(quotedPrintable("é\r\n"), "=C3=A9=0D\r\n");
    EXPECT_EQ(quotedPrintable(std::string("\0", 1)), "=00");
}

TEST(MailMessage, HasNoLineOver76)
{
    for (std::size_t length = 60; length < 240; ++length) {
        for (const char *unit : {"a", "=", " ", ".", "é"}) {
            std::string text;
            while (text.size() < length)
                text += unit;
            for (const std::string &encoded : {quotedPrintable(text), quotedPrintable("x" + text + "\n" + text), base64Lines(text)}) {
                for (std::size_t at = 0; at < encoded.size();) {
                    const auto end = std::min(encoded.find("\r\n", at), encoded.size());
                    EXPECT_LE(end - at, 76U);
                    at = end + 2;
                }
            }
        }
    }
}

TEST(MailMessage, PacksWhatIsMostlyNotAscii)
{
    Mail mail = plainMail();
    mail.text = "您好，这是测试。\n";
    const std::string message = compose(mail, kDate);
    EXPECT_NE(message.find("text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n5oKo5aW9"), std::string::npos);
    EXPECT_NE(message.find("text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"), std::string::npos);
}

} // namespace
} // namespace matinee::mail
