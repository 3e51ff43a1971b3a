#include "api/envelope_session.h"

#include "tests/unit/api/test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::HasSubstr;

namespace matinee::api {

namespace {

/// Keeps who subscribed, so that a test can send events.
class FakeTopics : public TopicSource
{
public:
    Result<std::unique_ptr<TopicSubscription>> subscribe(const std::string &topic, Deliver deliver) override
    {
        class Kept : public TopicSubscription
        {
        public:
            explicit Kept(int &ended) : m_ended(ended) {}
            ~Kept() override { ++m_ended; }

        private:
            int &m_ended;
        };
        delivers[topic] = std::move(deliver);
        return std::unique_ptr<TopicSubscription>(new Kept(ended));
    }

    void streams(const std::string &name)
    {
        auto event = std::make_shared<v1::Event>();
        event->mutable_streams()->add_streams()->set_name(name);
        delivers.at("streams")(event);
    }

    std::map<std::string, Deliver> delivers;
    int ended = 0;
};

class EnvelopeSessionTest : public testing::Test
{
protected:
    EnvelopeSessionTest()
    {
        EXPECT_TRUE(calls.dispatcher.seal());
        options.anonymous = stranger();
        options.anonymous.face = "websocket";
        options.serverVersion = "1.2.3";
    }
    ~EnvelopeSessionTest() override
    {
        if (session)
            session->stop();
        turn();
    }

    void open()
    {
        session = std::make_shared<EnvelopeSession>(
            calls.dispatcher, &topics, worker, options, [this](const v1::ServerMessage &message) { sent.push_back(message); },
            [this] { ++closed; });
    }

    /// The worker has no thread here: the test runs what was posted to it.
    void turn()
    {
        worker.context().restart();
        worker.context().poll();
    }

    void send(const v1::ClientMessage &message)
    {
        EXPECT_TRUE(session->receive(message.SerializeAsString()));
        turn();
    }
    void signIn(const std::string &key)
    {
        v1::ClientMessage message;
        message.mutable_authenticate()->set_api_key(key);
        send(message);
    }
    void subscribe(const std::string &topic)
    {
        v1::ClientMessage message;
        message.mutable_subscribe()->set_topic(topic);
        send(message);
    }
    void call(std::uint32_t id, const std::string &method, const google::protobuf::Message &request)
    {
        v1::ClientMessage message;
        message.mutable_call()->set_id(id);
        message.mutable_call()->set_method("matinee.test.GoodService/" + method);
        message.mutable_call()->set_body(request.SerializeAsString());
        send(message);
    }
    void expectGoodbye(const std::string &code)
    {
        ASSERT_FALSE(sent.empty());
        EXPECT_EQ(sent.back().goodbye().status().code(), code);
        EXPECT_FALSE(sent.back().goodbye().status().message().empty());
        EXPECT_EQ(closed, 1);
    }

    TestCalls calls;
    FakeTopics topics;
    net::Worker worker{0};
    EnvelopeOptions options;
    std::vector<v1::ServerMessage> sent;
    int closed = 0;
    std::shared_ptr<EnvelopeSession> session;
};

TEST_F(EnvelopeSessionTest, PublicCallsNeedNoSignIn)
{
    open();
    test::EchoRequest request;
    request.set_name("one");
    call(7, "Echo", request);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].response().id(), 7u);
    EXPECT_EQ(sent[0].response().status().code(), "");
    EXPECT_EQ(sent[0].response().body(), request.SerializeAsString());
    EXPECT_EQ(calls.lastCaller().face, "websocket");
    EXPECT_EQ(calls.lastCaller().requestId, "req-1-7");
}

TEST_F(EnvelopeSessionTest, ErrorsOfCallsCarryCodeMessageAndField)
{
    open();
    test::EchoRequest request;
    request.set_name("missing");
    call(1, "Echo", request);
    EXPECT_EQ(sent.at(0).response().status().code(), "not_found");
    EXPECT_EQ(sent.at(0).response().status().field(), "name");
    call(2, "Guarded", request);
    EXPECT_EQ(sent.at(1).response().status().code(), "unauthenticated");
    call(3, "Nothing", request);
    EXPECT_EQ(sent.at(2).response().status().code(), "unimplemented");
    EXPECT_EQ(closed, 0);
}

TEST_F(EnvelopeSessionTest, SigningInGivesThePermissionsOfTheKey)
{
    open();
    signIn("admin-key");
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].authenticated().status().code(), "");
    EXPECT_EQ(sent[0].authenticated().server_version(), "1.2.3");
    EXPECT_THAT(sent[0].authenticated().scopes(), testing::Contains("manage_streams"));
    call(1, "Guarded", test::EchoRequest());
    EXPECT_EQ(sent.at(1).response().status().code(), "");
    EXPECT_EQ(calls.guarded, 1);
}

TEST_F(EnvelopeSessionTest, AWrongKeyIsAnsweredAndTheSessionGoesOnAsAStranger)
{
    open();
    signIn("wrong");
    EXPECT_EQ(sent.at(0).authenticated().status().code(), "unauthenticated");
    EXPECT_EQ(closed, 0);
    signIn("");
    EXPECT_EQ(sent.at(1).authenticated().status().code(), "unauthenticated");
    call(1, "Guarded", test::EchoRequest());
    EXPECT_EQ(sent.at(2).response().status().code(), "unauthenticated");
}

TEST_F(EnvelopeSessionTest, WhereSignInIsNeededNothingElseComesFirst)
{
    options.mustSignIn = true;
    open();
    call(1, "Echo", test::EchoRequest());
    expectGoodbye("unauthenticated");
}

TEST_F(EnvelopeSessionTest, WhereSignInIsNeededAWrongKeyEndsIt)
{
    options.mustSignIn = true;
    open();
    signIn("wrong");
    EXPECT_EQ(sent.at(0).authenticated().status().code(), "unauthenticated");
    expectGoodbye("unauthenticated");
}

TEST_F(EnvelopeSessionTest, MessagesSentRightAfterSignInWaitForItsOutcome)
{
    options.mustSignIn = true;
    open();
    v1::ClientMessage hello;
    hello.mutable_authenticate()->set_api_key("admin-key");
    v1::ClientMessage next;
    next.mutable_call()->set_id(1);
    next.mutable_call()->set_method("matinee.test.GoodService/Guarded");
    EXPECT_TRUE(session->receive(hello.SerializeAsString()));
    EXPECT_TRUE(session->receive(next.SerializeAsString()));
    turn();
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_TRUE(sent[0].has_authenticated());
    EXPECT_EQ(sent[1].response().status().code(), "");
}

TEST_F(EnvelopeSessionTest, PingsAreAnswered)
{
    open();
    v1::ClientMessage message;
    message.mutable_ping()->set_id(42);
    send(message);
    EXPECT_EQ(sent.at(0).pong().id(), 42u);
}

TEST_F(EnvelopeSessionTest, GarbageEmptyAndOversizeMessagesEndTheSessionWithAReason)
{
    const std::string samples[] = {"\xff\xff", "", std::string(kMaxEnvelopeBytes + 1, '\0')};
    for (const std::string &sample : samples) {
        sent.clear();
        closed = 0;
        open();
        EXPECT_TRUE(session->receive(sample));
        turn();
        expectGoodbye(sample.size() > kMaxEnvelopeBytes ? "payload_too_large" : "invalid_argument");
        EXPECT_TRUE(session->receive(sample));
        turn();
        EXPECT_EQ(sent.size(), 1u) << "nothing is answered after the Goodbye";
        session->stop();
    }
}

TEST_F(EnvelopeSessionTest, EveryTruncationOfACallIsSurvived)
{
    v1::ClientMessage message;
    message.mutable_call()->set_id(1);
    message.mutable_call()->set_method("matinee.test.GoodService/Echo");
    message.mutable_call()->set_body("\x0a\x03one");
    const std::string whole = message.SerializeAsString();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        sent.clear();
        closed = 0;
        open();
        EXPECT_TRUE(session->receive(whole.substr(0, size)));
        turn();
        EXPECT_EQ(sent.size(), 1u) << size;
        session->stop();
        turn();
    }
}

TEST_F(EnvelopeSessionTest, CallsUnderWayAreBounded)
{
    options.maxCalls = 2;
    open();
    test::EchoRequest slow;
    slow.set_name("wait");
    call(1, "Echo", slow);
    call(2, "Echo", slow);
    EXPECT_TRUE(sent.empty());
    call(3, "Echo", slow);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].response().id(), 3u);
    EXPECT_EQ(sent[0].response().status().code(), "rate_limited");
    calls.release();
    turn();
    EXPECT_EQ(sent.size(), 3u);
    call(4, "Echo", test::EchoRequest());
    EXPECT_EQ(sent.back().response().id(), 4u);
    EXPECT_EQ(sent.back().response().status().code(), "");
}

TEST_F(EnvelopeSessionTest, MessagesFromOtherThreadsDoNotPileUp)
{
    open();
    v1::ClientMessage message;
    message.mutable_ping()->set_id(1);
    const std::string bytes = message.SerializeAsString();
    std::size_t taken = 0;
    while (taken < 10000 && session->receive(bytes))
        ++taken;
    EXPECT_EQ(taken, 256u);
    turn();
    EXPECT_TRUE(session->receive(bytes));
}

TEST_F(EnvelopeSessionTest, TopicsNeedTheirPermission)
{
    open();
    subscribe("streams");
    expectGoodbye("unauthenticated");

    sent.clear();
    closed = 0;
    open();
    signIn("reader-key");
    subscribe("health");
    expectGoodbye("permission_denied");

    sent.clear();
    closed = 0;
    open();
    subscribe("nothing");
    expectGoodbye("not_found");
    EXPECT_TRUE(topics.delivers.empty());
}

TEST_F(EnvelopeSessionTest, EventsArriveAndOnlyTheNewestOfThoseThatWait)
{
    open();
    signIn("reader-key");
    subscribe("streams");
    sent.clear();
    topics.streams("one");
    topics.streams("two");
    turn();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].event().topic(), "streams");
    EXPECT_EQ(sent[0].event().streams().streams(0).name(), "two");
    topics.streams("three");
    turn();
    EXPECT_EQ(sent.at(1).event().streams().streams(0).name(), "three");
}

TEST_F(EnvelopeSessionTest, UnsubscribingAndStoppingEndTheSubscription)
{
    open();
    signIn("admin-key");
    subscribe("streams");
    subscribe("streams"); // twice is once
    v1::ClientMessage message;
    message.mutable_unsubscribe()->set_topic("streams");
    send(message);
    EXPECT_EQ(topics.ended, 1);
    sent.clear();
    topics.streams("late");
    turn();
    EXPECT_TRUE(sent.empty());
    subscribe("health");
    session->stop();
    turn();
    EXPECT_EQ(topics.ended, 2);
}

TEST_F(EnvelopeSessionTest, ARevokedKeyLosesItsConnection)
{
    options.recheck = std::chrono::seconds(0);
    open();
    signIn("admin-key");
    call(1, "Guarded", test::EchoRequest());
    EXPECT_EQ(calls.guarded, 1);
    calls.keys.revoked = true;
    call(2, "Guarded", test::EchoRequest());
    EXPECT_EQ(calls.guarded, 1);
    expectGoodbye("unauthenticated");
}

TEST_F(EnvelopeSessionTest, ARevokedKeyIsNoticedByAConnectionThatOnlyListens)
{
    options.recheck = std::chrono::seconds(0);
    open();
    signIn("admin-key");
    subscribe("streams");
    calls.keys.revoked = true;
    topics.streams("one");
    turn();
    turn();
    expectGoodbye("unauthenticated");
}

TEST_F(EnvelopeSessionTest, ADatabaseThatIsAwayThrowsNobodyOut)
{
    options.recheck = std::chrono::seconds(0);
    open();
    signIn("admin-key");
    calls.keys.away = true;
    call(1, "Guarded", test::EchoRequest());
    EXPECT_EQ(sent.back().response().status().code(), "");
    EXPECT_EQ(closed, 0);
}

TEST_F(EnvelopeSessionTest, AConnectionEndsWithTheSessionOfItsPersonAtOnce)
{
    open();
    signIn(kAliceToken);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_THAT(sent[0].authenticated().scopes(), testing::ElementsAre("public", "signed_in"));
    EXPECT_EQ(calls.keys.watches, 1);
    calls.keys.endSession(); // as from another thread, while nothing else happens
    EXPECT_EQ(closed, 0);
    turn();
    expectGoodbye("unauthenticated");
    EXPECT_EQ(calls.keys.watches, 0);
}

TEST_F(EnvelopeSessionTest, APersonStaysThoughTheirAccessTokenHasExpired)
{
    options.recheck = std::chrono::seconds(0);
    open();
    signIn(kAliceToken);
    const int asked = calls.keys.asked;
    test::EchoRequest request;
    request.set_name("one");
    call(1, "Echo", request);
    EXPECT_EQ(calls.keys.asked, asked);
    EXPECT_EQ(calls.lastCaller().userId, "u1");
}

TEST_F(EnvelopeSessionTest, ACookieSignsInBeforeTheFirstMessageAndWithoutAWord)
{
    options.accessToken = kAliceToken;
    open();
    session->start();
    test::EchoRequest request;
    request.set_name("one");
    call(1, "Echo", request);
    turn();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].response().id(), 1u) << "nothing was asked before";
    EXPECT_EQ(calls.lastCaller().userId, "u1");
    calls.keys.endSession();
    turn();
    expectGoodbye("unauthenticated");
}

TEST_F(EnvelopeSessionTest, ACookieThatIsNoLongerGoodMakesNobodyAndSaysNothing)
{
    options.accessToken = "old.access.token";
    open();
    session->start();
    test::EchoRequest request;
    request.set_name("one");
    call(1, "Echo", request);
    turn();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].response().id(), 1u);
    EXPECT_EQ(calls.lastCaller().userId, "");
    EXPECT_EQ(closed, 0);
}

TEST_F(EnvelopeSessionTest, WhoSignsInAgainAsAKeyIsWatchedAsThatAlone)
{
    open();
    signIn(kAliceToken);
    EXPECT_EQ(calls.keys.watched.sessionId, "s1");
    signIn("reader-key");
    EXPECT_EQ(calls.keys.watches, 1);
    EXPECT_EQ(calls.keys.watched.keyId, "r34der");
}

TEST_F(EnvelopeSessionTest, AConnectionEndsWithItsKeyAtOnce)
{
    open();
    signIn("reader-key");
    subscribe("streams");
    sent.clear();
    calls.keys.endSession(); // revoked, or its owner was banned: nobody called or was told anything meanwhile
    turn();
    expectGoodbye("unauthenticated");
    EXPECT_THAT(sent.back().goodbye().status().message(), testing::HasSubstr("API key"));
}

TEST_F(EnvelopeSessionTest, WhoCameByATicketIsSignedInWithoutAWordAndWatched)
{
    Caller alice;
    alice.userId = "u1";
    alice.sessionId = "s1";
    alice.permissions = kPublicOnly | permissionBit(v1::SIGNED_IN);
    options.known = alice;
    options.recheck = std::chrono::seconds(0);
    open();
    session->start();
    EXPECT_EQ(calls.keys.watched.sessionId, "s1");
    test::EchoRequest request;
    request.set_name("one");
    call(1, "Echo", request);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(calls.lastCaller().userId, "u1");
    EXPECT_EQ(calls.keys.asked, 0) << "there is nothing to look up";
    calls.keys.endSession();
    turn();
    expectGoodbye("unauthenticated");
}

TEST_F(EnvelopeSessionTest, AGuestWhoseDayIsOverMustLeave)
{
    Caller guest;
    guest.guestId = "g1";
    options.known = guest;
    options.recheck = std::chrono::seconds(0);
    open();
    session->start();
    test::EchoRequest request;
    request.set_name("one");
    call(1, "Echo", request);
    EXPECT_EQ(closed, 0);
    calls.keys.isOver = true;
    call(2, "Echo", request);
    expectGoodbye("unauthenticated");
    EXPECT_THAT(sent.back().goodbye().status().message(), testing::HasSubstr("day of this guest"));
}

TEST_F(EnvelopeSessionTest, NothingIsSentAfterStop)
{
    open();
    test::EchoRequest slow;
    slow.set_name("wait");
    call(1, "Echo", slow);
    session->stop();
    session->goodbye(fail(ErrorCode::Cancelled, "The server stops."));
    turn();
    calls.release();
    turn();
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(closed, 0);
}

} // namespace

} // namespace matinee::api
