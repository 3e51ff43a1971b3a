#include "mail/wire/address.h"

#include <gtest/gtest.h>

namespace matinee::mail {
namespace {

std::string accepted(std::string_view text)
{
    const auto address = parseAddress(text);
    return address ? address->text() : "refused: " + std::string(sentence(address.error()));
}

AddressFault faultOf(std::string_view text)
{
    const auto address = parseAddress(text);
    EXPECT_FALSE(address.has_value()) << text;
    return address ? AddressFault::Empty : address.error();
}

TEST(MailAddress, IsTakenAsPeopleTypeIt)
{
    EXPECT_EQ(accepted("person@example.org"), "person@example.org");
    EXPECT_EQ(accepted("  person@example.org\t"), "person@example.org");
    EXPECT_EQ(accepted("First.Last+tag@Mail.Example.ORG"), "First.Last+tag@mail.example.org");
    EXPECT_EQ(accepted("o'neil_{x}@example.co.uk"), "o'neil_{x}@example.co.uk");
    EXPECT_EQ(accepted("1@2.example"), "1@2.example");
    EXPECT_EQ(accepted("a@qq.com"), "a@qq.com");
}

TEST(MailAddress, HasADomainOfAnyScriptWhichIsOneInAscii)
{
    EXPECT_EQ(accepted("a@bücher.example"), "a@xn--bcher-kva.example");
    EXPECT_EQ(accepted("a@BÜCHER.example"), "a@xn--bcher-kva.example");
    EXPECT_EQ(accepted("a@bu\xCC\x88"
                       "cher.example"),
              "a@xn--bcher-kva.example"); // u and a combining mark
    EXPECT_EQ(accepted("a@例子.中国"), "a@xn--fsqu00a.xn--fiqs8s");
    EXPECT_EQ(accepted("a@例子。中国"), "a@xn--fsqu00a.xn--fiqs8s"); // the full stop of Chinese keyboards
    EXPECT_EQ(accepted("a@xn--bcher-kva.example"), "a@xn--bcher-kva.example");
    EXPECT_EQ(accepted("a@XN--BCHER-KVA.example"), "a@xn--bcher-kva.example");
    EXPECT_EQ(faultOf("a@xn--\x80.example"), AddressFault::DomainScript);
}

TEST(MailAddress, IsComparedWithoutRegardToCase)
{
    EXPECT_EQ(parseAddress("Anna@Example.org")->key(), parseAddress("anna@example.ORG")->key());
    EXPECT_NE(parseAddress("anna@example.org")->key(), parseAddress("anne@example.org")->key());
}

TEST(MailAddress, IsRefusedWithWhatIsWrong)
{
    EXPECT_EQ(faultOf(""), AddressFault::Empty);
    EXPECT_EQ(faultOf("   "), AddressFault::Empty);
    EXPECT_EQ(faultOf("person"), AddressFault::NoAt);
    EXPECT_EQ(faultOf("a@b@example.org"), AddressFault::NoAt);
    EXPECT_EQ(faultOf("@example.org"), AddressFault::LocalLength);
    EXPECT_EQ(faultOf(std::string(65, 'a') + "@example.org"), AddressFault::LocalLength);
    EXPECT_EQ(accepted(std::string(64, 'a') + "@example.org"), std::string(64, 'a') + "@example.org");
    for (const char *text : {".a@example.org", "a.@example.org", "a..b@example.org"})
        EXPECT_EQ(faultOf(text), AddressFault::LocalDots) << text;
    for (const char *text :
         {"\"a b\"@example.org", "a b@example.org", "<a@example.org", "a(b)@example.org", "a,b@example.org", "a\\@example.org"})
        EXPECT_EQ(faultOf(text), AddressFault::LocalCharacter) << text;
    EXPECT_EQ(faultOf("用户@example.org"), AddressFault::LocalScript);
    for (const char *text : {"a@", "a@localhost", "a@.example.org", "a@example..org", "a@-x.org", "a@x-.org", "a@127.0.0.1",
                             "a@[127.0.0.1]", "a@example.org.", "a@exa mple.org", "a@example.org>", "a@exam_ple.org", "a@example.1"})
        EXPECT_EQ(faultOf(text), AddressFault::Domain) << text;
    EXPECT_EQ(faultOf("a@" + std::string(64, 'b') + ".org"), AddressFault::Domain);
    EXPECT_EQ(faultOf(std::string(5000, 'a')), AddressFault::TooLong);
    std::string longDomain;
    while (longDomain.size() < 240)
        longDomain += "abcdefghi.";
    EXPECT_EQ(faultOf("abcdefghijklmn@" + longDomain + "org"), AddressFault::TooLong);
}

TEST(MailAddress, NeverHoldsWhatEndsALine)
{
    for (int c = 0; c < 256; ++c) {
        const std::string inLocal = std::string("a") + static_cast<char>(c) + "b@example.org";
        const std::string inDomain = std::string("a@exa") + static_cast<char>(c) + "mple.org";
        for (const std::string &text : {inLocal, inDomain}) {
            const auto address = parseAddress(text);
            if (!address)
                continue;
            for (const char x : address->text())
                EXPECT_TRUE(x > 0x20 && x < 0x7f && x != '<' && x != '>') << c;
        }
    }
}

TEST(MailAddress, EveryFaultHasASentence)
{
    for (int fault = 0; fault <= static_cast<int>(AddressFault::DomainScript); ++fault)
        EXPECT_TRUE(sentence(static_cast<AddressFault>(fault)).ends_with(".")) << fault;
}

} // namespace
} // namespace matinee::mail
