#include "tests/unit/api/test_support.h"

#include "matinee/v1/account_life.pb.h"
#include "matinee/v1/accounts.pb.h"
#include "matinee/v1/audit.pb.h"
#include "matinee/v1/avatars.pb.h"
#include "matinee/v1/factors.pb.h"
#include "matinee/v1/keys.pb.h"
#include "matinee/v1/mail_addresses.pb.h"
#include "matinee/v1/oauth2.pb.h"
#include "matinee/v1/profiles.pb.h"
#include "matinee/v1/recordings.pb.h"
#include "matinee/v1/relays.pb.h"
#include "matinee/v1/server.pb.h"
#include "matinee/v1/streams.pb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

namespace matinee::api {

namespace {

std::string problemsOf(const std::string &service)
{
    DispatcherOptions options;
    options.services = {testService(service)};
    Dispatcher dispatcher(options);
    const Result<void> sealed = dispatcher.seal();
    return sealed ? "" : sealed.error().message;
}

TEST(Declarations, StartUpNamesTheCallAndWhatIsWrongWithIt)
{
    EXPECT_THAT(problemsOf("WithoutNeeds"), HasSubstr("matinee.test.WithoutNeeds.Call is wrong: it declares no `needs`"));
    EXPECT_THAT(problemsOf("WithoutOption"), HasSubstr("it has no option (call)"));
    EXPECT_THAT(problemsOf("FreshForEverybody"), HasSubstr("a call for everybody cannot be `fresh`"));
    EXPECT_THAT(problemsOf("BadRate"), HasSubstr("the rate '20/fortnight' must end in /s, /min or /h"));
    EXPECT_THAT(problemsOf("NoRate"), HasSubstr("the rate '' must be like \"20/min\""));
    EXPECT_THAT(problemsOf("BadVerb"), HasSubstr("the method must be GET, POST, PUT, PATCH or DELETE"));
    EXPECT_THAT(problemsOf("BadPath"), HasSubstr("the path segment 'te st'"));
    EXPECT_THAT(problemsOf("UnknownPathField"), HasSubstr("{nothing} is no single plain field"));
    EXPECT_THAT(problemsOf("MessageInQuery"), HasSubstr("the field `inner` does not fit into a query"));
    EXPECT_THAT(problemsOf("Streaming"), HasSubstr("calls have one request and one response"));
    EXPECT_THAT(problemsOf("SameRoute"), HasSubstr("matinee.test.SameRoute/Second is wrong: another call has the same route"));
}

TEST(Declarations, StartUpFailsForACallWithoutHandler)
{
    EXPECT_THAT(problemsOf("GoodService"), HasSubstr("matinee.test.GoodService/Echo has no handler"));
}

TEST(Declarations, StartUpFailsForAHandlerThatFitsNothing)
{
    TestCalls calls;
    calls.dispatcher.handle<test::Empty, test::Empty>("matinee.test.GoodService/Nothing", {});
    calls.dispatcher.handle<test::Empty, test::Empty>("matinee.test.GoodService/Limited", {});
    const Result<void> sealed = calls.dispatcher.seal();
    ASSERT_FALSE(sealed);
    EXPECT_THAT(sealed.error().message, HasSubstr("GoodService/Nothing, which is no declared call"));
    EXPECT_THAT(sealed.error().message, HasSubstr("Two handlers were given for matinee.test.GoodService/Limited"));

    DispatcherOptions options;
    options.services = {testService("GoodService")};
    Dispatcher other(options);
    other.handle<test::Empty, test::Empty>(
        "matinee.test.GoodService/Echo", [](const Caller &, const test::Empty &) -> Task<Result<test::Empty>> { co_return test::Empty(); });
    EXPECT_THAT(other.seal().error().message, HasSubstr("GoodService/Echo takes or returns other messages"));
}

TEST(Declarations, AllCallsOfTheProjectAreDeclaredWell)
{
    // Links the files in.
    for (const auto *file : {v1::Server::descriptor(), v1::User::descriptor(), v1::Factors::descriptor(), v1::AuditEntry::descriptor(),
                             v1::Profile::descriptor(), v1::ExportMyDataRequest::descriptor(), v1::SignInProvider::descriptor(),
                             v1::Guest::descriptor(), v1::MailAddress::descriptor(), v1::SetMyAvatarRequest::descriptor(),
                             v1::Stream::descriptor(), v1::PushTarget::descriptor(), v1::Recording::descriptor()})
        ASSERT_TRUE(file);
    const auto services = declaredServices();
    ASSERT_TRUE(services) << services.error().message;
    std::size_t count = 0;
    for (const auto *service : *services) {
        for (int i = 0; i < service->method_count(); ++i, ++count) {
            const Result<DeclaredCall> call = readDeclaration(*service->method(i));
            EXPECT_TRUE(call) << call.error().message;
        }
    }
    EXPECT_GE(count, 13u);
}

TEST(FreshCalls, APersonMustHaveProvedLatelyWhoTheyAreAndAKeyIsNotAsked)
{
    KnownKeys keys;
    DispatcherOptions options;
    options.authenticator = &keys;
    options.services = {testService("DangerousService")};
    Dispatcher dispatcher(options);
    int ran = 0;
    for (const char *name : {"matinee.test.DangerousService/Drop", "matinee.test.DangerousService/Handle"})
        dispatcher.handle<test::Empty, test::Empty>(name, [&ran](const Caller &, const test::Empty &) -> Task<Result<test::Empty>> {
            ++ran;
            co_return test::Empty();
        });
    ASSERT_TRUE(dispatcher.seal());
    EXPECT_TRUE(dispatcher.find("matinee.test.DangerousService/Drop")->fresh);
    const auto call = [&](const char *name, const Caller &caller) {
        return finish(dispatcher.callBinary(std::string("matinee.test.DangerousService/") + name, caller, ""));
    };
    Caller alice = stranger();
    alice.userId = "u1";
    alice.sessionId = "s1";
    alice.permissions = kPublicOnly | permissionBit(v1::SIGNED_IN);

    const auto stale = call("Drop", alice);
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().code, ErrorCode::StepUpRequired);
    EXPECT_EQ(httpStatus(stale.error().code), 403);
    EXPECT_EQ(codeName(stale.error().code), "step_up_required");
    EXPECT_EQ(call("Handle", alice).error().code, ErrorCode::PermissionDenied) << "no proof would help";
    EXPECT_EQ(call("Drop", stranger()).error().code, ErrorCode::Unauthenticated);
    EXPECT_EQ(ran, 0);
    keys.fresh = true;
    EXPECT_TRUE(call("Drop", alice));
    EXPECT_EQ(ran, 1);
    keys.away = true;
    EXPECT_EQ(call("Drop", alice).error().code, ErrorCode::Unavailable);
    keys.away = keys.fresh = false;
    EXPECT_TRUE(call("Handle", holder(permissionBit(v1::MANAGE_STREAMS))));
    EXPECT_EQ(ran, 2);
}

class DispatcherTest : public testing::Test
{
protected:
    DispatcherTest()
    {
        const Result<void> sealed = calls.dispatcher.seal();
        EXPECT_TRUE(sealed) << sealed.error().message;
    }

    Result<std::string> call(const std::string &method, Caller caller, const google::protobuf::Message &request)
    {
        return finish(calls.dispatcher.callBinary("matinee.test.GoodService/" + method, std::move(caller), request.SerializeAsString()));
    }

    TestCalls calls;
};

TEST_F(DispatcherTest, RunsTheHandlerWithTheCallerAndTheRequest)
{
    test::EchoRequest request;
    request.set_name("one");
    const auto answer = call("Echo", stranger("198.51.100.4"), request);
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, request.SerializeAsString());
    EXPECT_EQ(calls.lastCaller().address, "198.51.100.4");
}

TEST_F(DispatcherTest, AStrangerIsAskedForAKeyAndAKeyWithoutPermissionIsRefused)
{
    EXPECT_EQ(call("Guarded", stranger(), test::EchoRequest()).error().code, ErrorCode::Unauthenticated);
    const auto refused = call("Guarded", holder(kPublicOnly | permissionBit(v1::READ_STREAMS)), test::EchoRequest());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_THAT(refused.error().message, HasSubstr("k3y"));
    EXPECT_THAT(refused.error().message, HasSubstr("manage_streams"));
    EXPECT_EQ(calls.guarded, 0);
    EXPECT_TRUE(call("Guarded", holder(permissionBit(v1::MANAGE_STREAMS)), test::EchoRequest()));
    EXPECT_EQ(calls.guarded, 1);
}

TEST_F(DispatcherTest, CallsBeyondTheRateSayWhenToTryAgain)
{
    EXPECT_TRUE(call("Limited", stranger(), test::Empty()));
    EXPECT_TRUE(call("Limited", stranger(), test::Empty()));
    const auto refused = call("Limited", stranger(), test::Empty());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::RateLimited);
    EXPECT_EQ(refused.error().retryAfter, 30s);
    EXPECT_TRUE(call("Limited", stranger("192.0.2.2"), test::Empty())) << "another address has its own count";
    EXPECT_TRUE(call("Limited", holder(kPublicOnly), test::Empty())) << "a key is counted by itself, wherever it comes from";
    calls.now += 30s;
    EXPECT_TRUE(call("Limited", stranger(), test::Empty()));
}

TEST_F(DispatcherTest, PermissionIsCheckedBeforeTheRateSoThatStrangersDoNotUseItUp)
{
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(call("Guarded", stranger(), test::EchoRequest()).error().code, ErrorCode::Unauthenticated);
}

TEST_F(DispatcherTest, ARequestOverItsDeclaredSizeIsRefusedBeforeItIsRead)
{
    const Caller caller = holder(kEveryPermission);
    const auto refused = finish(calls.dispatcher.callBinary("matinee.test.GoodService/Guarded", caller, std::string(65, '\xff')));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PayloadTooLarge);
    EXPECT_THAT(refused.error().message, HasSubstr("64 bytes"));
}

TEST_F(DispatcherTest, GarbageIsNoRequest)
{
    const auto refused = finish(calls.dispatcher.callBinary("matinee.test.GoodService/Echo", stranger(), "\xff\xff\xff"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
    // Text that is not UTF-8 is garbage too.
    EXPECT_FALSE(finish(calls.dispatcher.callBinary("matinee.test.GoodService/Echo", stranger(), std::string("\x0a\x01\xff", 3))));
}

TEST_F(DispatcherTest, UnknownCallsAreUnimplemented)
{
    EXPECT_EQ(finish(calls.dispatcher.callBinary("matinee.v1.Nothing/Call", stranger(), "")).error().code, ErrorCode::Unimplemented);
    EXPECT_EQ(finish(calls.dispatcher.callBinary("", stranger(), "")).error().code, ErrorCode::Unimplemented);
    EXPECT_THAT(calls.metrics.text(), HasSubstr("matinee_api_calls_total{call=\"unknown\",code=\"unimplemented\"} 2"));
}

TEST_F(DispatcherTest, WhatAHandlerThrowsStaysInside)
{
    const auto refused = call("Throws", stranger(), test::Empty());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Internal);
    EXPECT_THAT(refused.error().message, Not(HasSubstr("inside of the server")));
}

TEST_F(DispatcherTest, AuditedCallsAreWrittenDownWithTheirOutcome)
{
    test::EchoRequest request;
    request.set_name("one");
    EXPECT_TRUE(call("Guarded", holder(kEveryPermission), request));
    request.set_name("missing");
    EXPECT_FALSE(call("Guarded", holder(kEveryPermission), request));
    EXPECT_FALSE(call("Guarded", stranger(), request));         // never reached the handler
    EXPECT_TRUE(call("Echo", stranger(), test::EchoRequest())); // not declared with audit
    ASSERT_EQ(calls.audit.entries().size(), 2u);
    EXPECT_EQ(calls.audit.entries()[0].call, "matinee.test.GoodService/Guarded");
    EXPECT_EQ(calls.audit.entries()[0].subject, "one");
    EXPECT_EQ(calls.audit.entries()[0].outcome, "ok");
    EXPECT_EQ(calls.audit.entries()[0].caller.keyId, "k3y");
    EXPECT_EQ(calls.audit.entries()[1].outcome, "not_found");
    EXPECT_EQ(calls.audit.entries()[0].before, R"({"n":1})");
    EXPECT_EQ(calls.audit.entries()[0].after, R"({"n":2})");
    EXPECT_EQ(calls.audit.entries()[1].before, ""); // nothing was done
    EXPECT_EQ(calls.audit.entries()[1].after, "");
    EXPECT_FALSE(calls.lastCaller().note); // of Echo
}

TEST_F(DispatcherTest, AHandlerMaySayOtherwiseWhatTheLogNamesTheSubject)
{
    test::EchoRequest request;
    request.set_name("ada@example.org");
    EXPECT_TRUE(call("Guarded", holder(kEveryPermission), request));
    ASSERT_EQ(calls.audit.entries().size(), 1u);
    EXPECT_EQ(calls.audit.entries()[0].subject, "a***@e***.org");
}

TEST_F(DispatcherTest, CallsAreMeasuredByOutcome)
{
    EXPECT_TRUE(call("Echo", stranger(), test::EchoRequest()));
    EXPECT_FALSE(call("Guarded", stranger(), test::EchoRequest()));
    const std::string text = calls.metrics.text();
    EXPECT_THAT(text, HasSubstr("matinee_api_calls_total{call=\"matinee.test.GoodService/Echo\",code=\"ok\"} 1"));
    EXPECT_THAT(text, HasSubstr("matinee_api_calls_total{call=\"matinee.test.GoodService/Guarded\",code=\"unauthenticated\"} 1"));
    EXPECT_THAT(text, HasSubstr("matinee_api_call_duration_seconds_count{call=\"matinee.test.GoodService/Echo\"} 1"));
}

TEST_F(DispatcherTest, NobodyIsAnonymousByAMisspelledKey)
{
    const auto identify = [this](std::string authorization) {
        return finish(calls.dispatcher.identify(std::move(authorization), stranger()));
    };
    ASSERT_TRUE(identify(""));
    EXPECT_EQ(identify("")->keyId, "");
    ASSERT_TRUE(identify("Bearer admin-key"));
    EXPECT_EQ(identify("Bearer admin-key")->keyId, "adm1n");
    EXPECT_EQ(identify("bearer   reader-key ")->keyId, "r34der");
    for (const char *wrong : {"Bearer admin-kez", "Bearer", "Bearer ", "admin-key", "Basic YWRtaW46YWRtaW4=", " "})
        EXPECT_EQ(identify(wrong).error().code, ErrorCode::Unauthenticated) << wrong;
    EXPECT_EQ(identify("Bearer " + std::string(5000, 'a')).error().code, ErrorCode::Unauthenticated);
}

TEST_F(DispatcherTest, GuessingKeysIsSlowedDownByAddressWithoutAskingTheDatabase)
{
    const auto guess = [this](const char *address) {
        return finish(calls.dispatcher.identify("Bearer wrong", stranger(address))).error().code;
    };
    for (int i = 0; i < 60; ++i)
        EXPECT_EQ(guess("192.0.2.9"), ErrorCode::Unauthenticated);
    const int asked = calls.keys.asked;
    EXPECT_EQ(guess("192.0.2.9"), ErrorCode::RateLimited);
    EXPECT_EQ(calls.keys.asked, asked);
    EXPECT_EQ(guess("192.0.2.10"), ErrorCode::Unauthenticated);
    calls.now += 1s;
    EXPECT_EQ(guess("192.0.2.9"), ErrorCode::Unauthenticated);
}

TEST_F(DispatcherTest, ADatabaseThatIsAwayIsNoWrongKey)
{
    calls.keys.away = true;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(finish(calls.dispatcher.identify("Bearer admin-key", stranger())).error().code, ErrorCode::Unavailable);
    calls.keys.away = false;
    EXPECT_TRUE(finish(calls.dispatcher.identify("Bearer admin-key", stranger())));
}

} // namespace

} // namespace matinee::api
