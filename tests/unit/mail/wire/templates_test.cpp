#include "mail/wire/templates.h"

#include "mail/wire/message.h"
#include "tests/support/places.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

namespace matinee::mail {
namespace {

constexpr std::array kAllKinds{Kind::VerifyAddress, Kind::ResetPassword, Kind::NewDevice, Kind::AccountChange, Kind::Code, Kind::Test};
const auto kDate = std::chrono::system_clock::time_point(std::chrono::seconds(1'795'334'400));

Values sample()
{
    return {"Film & Friends",
            "anna.b",
            "https://watch.example.org/link?token=abc&x=1",
            "481516",
            std::chrono::minutes(30),
            "Firefox 140.0 on Linux",
            "192.0.2.7",
            kDate,
            Change::PasskeyAdded,
            "Laptop"};
}

std::string whole(Kind kind, Language language)
{
    Text text = render(kind, language, sample());
    return compose({*parseAddress("matinee@example.org"), "Film & Friends", *parseAddress("anna@example.net"), text.subject, text.text,
                    text.html, "0123456789abcdef", std::string(languageTag(language))},
                   kDate);
}

/// MATINEE_WRITE_GOLDEN=1 writes them anew; look at the difference before you keep it.
TEST(MailTemplates, AreTheGoldenFiles)
{
    for (const Kind kind : kAllKinds) {
        for (const Language language : {Language::English, Language::Chinese}) {
            const std::string path =
                test::dataFolder() + "/vectors/mail/" + std::string(kindName(kind)) + "." + std::string(languageTag(language)) + ".eml";
            const std::string message = whole(kind, language);
            if (std::getenv("MATINEE_WRITE_GOLDEN") != nullptr)
                std::ofstream(path, std::ios::binary) << message;
            std::ifstream file(path, std::ios::binary);
            EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), message) << path;
        }
    }
}

/// What a reader sees of the HTML, without white space.
std::string visible(std::string html)
{
    html = html.substr(html.find("<body"));
    html = std::regex_replace(html, std::regex("<[^>]*>|\\s"), "");
    for (const auto &[name, character] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}})
        html = std::regex_replace(html, std::regex(name), character);
    return html;
}

TEST(MailTemplates, SayTheSameInTextAndHtml)
{
    for (const Kind kind : kAllKinds) {
        for (const Language language : {Language::English, Language::Chinese}) {
            const Text text = render(kind, language, sample());
            const std::string seen = visible(text.html);
            std::string line;
            for (std::size_t at = 0; at < text.text.size(); at = text.text.find('\n', at) + 1) {
                line = text.text.substr(at, text.text.find('\n', at) - at);
                if (line == "-- ")
                    continue;
                line = std::regex_replace(line, std::regex("\\s"), "");
                if (line.ends_with(":") && seen.find(line) == std::string::npos)
                    line.pop_back(); // a link's label
                EXPECT_NE(seen.find(line), std::string::npos) << line;
            }
        }
    }
}

TEST(MailTemplates, FetchNothingAndFollowNobody)
{
    for (const Kind kind : kAllKinds) {
        for (const Language language : {Language::English, Language::Chinese}) {
            const std::string html = render(kind, language, sample()).html;
            for (const char *word : {"<img", "<link", "<script", "url(", "@import", "<iframe", "background=", "src="})
                EXPECT_EQ(html.find(word), std::string::npos) << word;
        }
    }
}

TEST(MailTemplates, LetNobodySendALinkInAName)
{
    Values values = sample();
    values.name = "win.evil.com";
    values.device = "https://evil.com/ please";
    const Text text = render(Kind::NewDevice, Language::English, values);
    for (const std::string &form : {text.text, text.html}) {
        EXPECT_EQ(form.find("evil.com"), std::string::npos);
        EXPECT_EQ(form.find("https://evil"), std::string::npos);
        EXPECT_NE(form.find("win\u2024evil\u2024com"), std::string::npos);
    }
    const Text verify = render(Kind::VerifyAddress, Language::English, values);
    EXPECT_EQ(verify.text.find("evil"), std::string::npos);
}

TEST(MailTemplates, HaveLinksOnlyWhereTheyLead)
{
    Values values = sample();
    for (const char *link : {"javascript:alert(1)", "//evil.example", "ftp://x", "", "https://x y"}) {
        values.link = link;
        EXPECT_EQ(render(Kind::ResetPassword, Language::English, values).html.find("href"), std::string::npos) << link;
    }
}

TEST(MailTemplates, CountTimeInWords)
{
    Values values = sample();
    const auto said = [&](int minutes, Language language) {
        values.lifetime = std::chrono::minutes(minutes);
        return render(Kind::Code, language, values).text;
    };
    EXPECT_NE(said(1, Language::English).find("within 1 minute."), std::string::npos);
    EXPECT_NE(said(90, Language::English).find("within 90 minutes."), std::string::npos);
    EXPECT_NE(said(60, Language::English).find("within 1 hour."), std::string::npos);
    EXPECT_NE(said(1440, Language::English).find("within 24 hours."), std::string::npos);
    EXPECT_NE(said(1440, Language::Chinese).find("24 小时内"), std::string::npos);
}

TEST(MailTemplates, HaveNames)
{
    for (const Kind kind : kAllKinds)
        EXPECT_EQ(kindNamed(kindName(kind)), kind);
    EXPECT_FALSE(kindNamed("other"));
    EXPECT_EQ(languageOf("zh"), Language::Chinese);
    EXPECT_EQ(languageOf("ZH-Hant-TW"), Language::Chinese);
    EXPECT_EQ(languageOf("zhx"), Language::English);
    EXPECT_EQ(languageOf(""), Language::English);
    EXPECT_EQ(languageOf("de"), Language::English);
}

} // namespace
} // namespace matinee::mail
