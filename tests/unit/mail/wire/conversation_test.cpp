#include "mail/wire/conversation.h"

#include <gmock/gmock.h>

namespace matinee::mail {
namespace {

using testing::ElementsAre;
using Stage = Conversation::Stage;

TEST(MailConversation, TellsHowFarItGot)
{
    Conversation talk;
    EXPECT_TRUE(talk.waiting());
    talk.received("220 mail.test ESMTP\r\n");
    talk.sent("EHLO example.org\r\n");
    talk.received("250-mail.test\r\n");
    EXPECT_TRUE(talk.waiting());
    talk.received("250 STARTTLS\r\n");
    talk.sent("STARTTLS\r\n");
    talk.received("220 go on\r\n");
    talk.sent("EHLO example.org\r\n");
    talk.received("250 mail.test\r\n");
    talk.sent("AUTH PLAIN AG1lAHBhc3N3b3Jk\r\n");
    talk.received("235 welcome\r\n");
    talk.sent("MAIL FROM:<a@example.org>\r\n");
    talk.received("250 ok\r\n");
    talk.sent("RCPT TO:<b@example.org>\r\n");
    talk.received("250 ok\r\n");
    talk.sent("DATA\r\n");
    talk.received("354 go on\r\n");
    EXPECT_EQ(talk.stage(), Stage::Content);
    talk.received("250 2.0.0 queued as 1\r\n");
    EXPECT_EQ(talk.stage(), Stage::Accepted);
    talk.sent("QUIT\r\n");
    EXPECT_EQ(talk.stage(), Stage::Accepted);
    EXPECT_THAT(talk.steps(),
                ElementsAre("Connected: 220 mail.test ESMTP", "The connection is encrypted, and the certificate is the server's.",
                            "Signed in.", "The sender's address is accepted.", "The recipient's address is accepted.",
                            "The mail is accepted: 250 2.0.0 queued as 1"));
    for (const std::string &step : talk.steps())
        EXPECT_EQ(step.find("AG1l"), std::string::npos);
}

TEST(MailConversation, KeepsTheLastAnswerCutAndClean)
{
    Conversation talk;
    talk.received("220 ok\r\n");
    talk.sent("MAIL FROM:<a@example.org>\r\n");
    talk.received("550-no\x1b[31m such\r\n");
    talk.received("550 user\r\n");
    EXPECT_EQ(talk.code(), 550);
    EXPECT_EQ(talk.words(), "550-no [31m such user");
    talk.sent("QUIT\r\n");
    talk.received("221 bye\r\n");
    EXPECT_EQ(talk.code(), 550);
    EXPECT_FALSE(talk.waiting());
}

TEST(MailConversation, KnowsThatACommandWaits)
{
    Conversation talk;
    talk.received("220 ok\r\n");
    EXPECT_FALSE(talk.waiting());
    talk.sent("RSET\r\n");
    EXPECT_TRUE(talk.waiting());
    talk.received("250 " + std::string(5000, 'x') + "\r\n");
    EXPECT_LE(talk.words().size(), kMaxServerWords);
}

TEST(MailConversation, BearsWhatIsNoAnswer)
{
    Conversation talk(true);
    for (const char *line : {"", "\r\n", "2", "hello", "25x y", "250"})
        talk.received(line);
    EXPECT_EQ(talk.code(), 250);
    for (int i = 0; i < 10'000; ++i)
        talk.received("250-" + std::string(1000, 'x'));
    talk.received("250 end");
    EXPECT_LE(talk.words().size(), kMaxServerWords);
}

} // namespace
} // namespace matinee::mail
