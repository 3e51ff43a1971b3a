#include "common/opaque/server_setup.h"

#include "house.h"

using namespace matinee;
using namespace matinee::opaque;
using test::bytesOf;
using test::ByteString;

TEST(OpaqueServerSetup, IsReadAsItWasWritten)
{
    const auto setup = ServerSetup::generate();
    const auto bytes = setup.serialise();
    const auto again = ServerSetup::parse(bytes.bytes());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->serialise(), bytes);
    EXPECT_EQ(again->publicKey(), setup.publicKey());
    const auto account = test::registered(setup, bytesOf("7"), bytesOf("right"));
    EXPECT_FALSE(test::login(*again, account.credential, bytesOf("right")).serverKey.empty());
    EXPECT_EQ(again->credentialOr(bytesOf("nobody"), nullptr).identifier, setup.credentialOr(bytesOf("nobody"), nullptr).identifier);
}

TEST(OpaqueServerSetup, EveryOtherLengthAndEveryAlteredBitIsMalformed)
{
    const auto secret = ServerSetup::generate().serialise();
    const auto good = bytesOf(secret.bytes());
    ASSERT_EQ(good.size(), 169U);
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(ServerSetup::parse(Bytes(good).first(size)));
    auto longer = good;
    longer.push_back(0);
    EXPECT_FALSE(ServerSetup::parse(longer));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto damaged = good;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_FALSE(ServerSetup::parse(damaged)) << bit;
    }
}

TEST(OpaqueServerSetup, TwoAreNeverTheSame)
{
    EXPECT_FALSE(ServerSetup::generate().serialise() == ServerSetup::generate().serialise());
}

TEST(OpaqueStandIn, AnswersLikeAnAccountWhosePasswordIsWrong)
{
    const auto setup = ServerSetup::generate();
    const auto standIn = setup.credentialOr(bytesOf("nobody"), nullptr);
    EXPECT_FALSE(standIn.exists);
    EXPECT_TRUE(RegistrationRecord::parse(standIn.record));
    const auto messages = test::login(setup, standIn, bytesOf("guess"));
    EXPECT_EQ(messages.response.size(), LoginResponse::kSize);
    EXPECT_TRUE(LoginResponse::parse(messages.response));
    EXPECT_EQ(messages.clientError, OpaqueError::Rejected);
}

TEST(OpaqueStandIn, IsTheSameForANameEachTimeAndAnotherForEachName)
{
    const auto setup = ServerSetup::generate();
    const auto evaluatedFor = [&](const ServerSetup &server, std::string_view name, const ByteString &request) {
        const auto answer = respondToLogin(server, server.credentialOr(bytesOf(name), nullptr), request);
        return bytesOf(LoginResponse::parse(answer->response)->credential.evaluated.bytes());
    };
    const auto request = bytesOf(ClientLogin::start(bytesOf("guess"))->request());
    EXPECT_EQ(evaluatedFor(setup, "alice", request), evaluatedFor(setup, "alice", request));
    EXPECT_NE(evaluatedFor(setup, "alice", request), evaluatedFor(setup, "bob", request));
    EXPECT_NE(evaluatedFor(setup, "alice", request), evaluatedFor(ServerSetup::generate(), "alice", request));
}

TEST(OpaqueStandIn, TheSameQuestionHasTheSameKindOfAnswerForAnAccount)
{
    const auto setup = ServerSetup::generate();
    const auto account = test::registered(setup, bytesOf("7"), bytesOf("right"));
    const auto request = bytesOf(ClientLogin::start(bytesOf("guess"))->request());
    const auto credential = setup.credentialOr(bytesOf("alice"), &account.credential);
    EXPECT_TRUE(credential.exists);
    EXPECT_EQ(credential.identifier, account.credential.identifier);
    EXPECT_EQ(credential.record, account.credential.record);
    const auto one = LoginResponse::parse(respondToLogin(setup, credential, request)->response);
    const auto two = LoginResponse::parse(respondToLogin(setup, credential, request)->response);
    EXPECT_EQ(one->credential.evaluated, two->credential.evaluated);
    EXPECT_NE(one->credential.maskedResponse, two->credential.maskedResponse);
    const auto nobody = setup.credentialOr(bytesOf("nobody"), nullptr);
    const auto three = LoginResponse::parse(respondToLogin(setup, nobody, request)->response);
    const auto four = LoginResponse::parse(respondToLogin(setup, nobody, request)->response);
    EXPECT_EQ(three->credential.evaluated, four->credential.evaluated);
    EXPECT_NE(three->credential.maskedResponse, four->credential.maskedResponse);
}

TEST(OpaqueStandIn, NoProofOpensIt)
{
    const auto setup = ServerSetup::generate();
    // Even whoever knew the client key of a record could not use it for an account that does not exist.
    auto account = test::registered(setup, bytesOf("7"), bytesOf("right"));
    account.credential.exists = false;
    const auto messages = test::login(setup, account.credential, bytesOf("right"));
    EXPECT_FALSE(messages.clientKey.empty());
    EXPECT_EQ(messages.serverError, OpaqueError::Rejected);
}
