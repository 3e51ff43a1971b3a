#include "common/opaque/oprf.h"
#include "house.h"

using namespace matinee;
using namespace matinee::opaque;
using test::bytesOf;
using test::ByteString;
using test::login;
using test::registered;

namespace {

ByteString randomBytes(std::size_t size)
{
    ByteString out(size);
    systemRandomness().fill(out);
    return out;
}

} // namespace

// Ten thousand in all, in four entries of ctest that may run beside each other.
class OpaqueRoundTrips : public testing::TestWithParam<int>
{
};

TEST_P(OpaqueRoundTrips, RandomRegistrationsAndLoginsGiveBothSidesTheSameKey)
{
    auto setup = ServerSetup::generate();
    for (int i = 0; i < 2'500; ++i) {
        if (i % 100 == 0)
            setup = ServerSetup::generate();
        const auto random = randomBytes(4);
        const auto password = randomBytes(random[0] % 64);
        const auto id = randomBytes(1 + random[1] % kMaxCredentialIdentifierSize);
        const auto names = randomBytes(96);
        Parties parties;
        if (random[2] % 4 == 0)
            parties = {Bytes(names).first(1 + random[3] % 32), Bytes(names).subspan(32, 1 + random[3] % 16),
                       Bytes(names).subspan(64, random[3] % 32)};
        const auto account = registered(setup, id, password, parties);
        const auto messages = login(setup, account.credential, password, parties, parties);
        ASSERT_EQ(messages.clientKey.size(), 64U) << i;
        ASSERT_EQ(messages.clientKey, messages.serverKey) << i;
        ASSERT_EQ(*messages.exportKey, account.exportKey) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Quarters, OpaqueRoundTrips, testing::Range(0, 4));

TEST(OpaqueLogin, AnotherPasswordIsRejectedByTheClientAndItsProofByTheServer)
{
    const auto setup = ServerSetup::generate();
    const auto account = registered(setup, bytesOf("7"), bytesOf("right"));
    for (const char *wrong : {"wrong", "Right", "right ", "righ", ""}) {
        const auto messages = login(setup, account.credential, bytesOf(wrong));
        EXPECT_EQ(messages.clientError, OpaqueError::Rejected) << wrong;
    }
    auto client = ClientLogin::start(bytesOf("wrong"));
    auto answer = respondToLogin(setup, account.credential, client->request());
    const auto refused = std::move(answer->login).finish(randomBytes(64));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), OpaqueError::Rejected);
}

TEST(OpaqueLogin, AByteThatIsAlteredInAnyMessageIsNoticed)
{
    const auto setup = ServerSetup::generate();
    const auto password = bytesOf("right");
    const auto account = registered(setup, bytesOf("7"), password);
    const std::size_t sizes[] = {LoginRequest::kSize, LoginResponse::kSize, LoginFinish::kSize};
    for (int message = 1; message <= 3; ++message)
        for (std::size_t at = 0; at < sizes[message - 1]; ++at) {
            const auto bit = static_cast<std::uint8_t>(1 << (at % 8));
            const auto messages = login(setup, account.credential, password, [&](int number, ByteString &bytes) {
                if (number == message)
                    bytes[at] ^= bit;
            });
            EXPECT_TRUE(messages.serverKey.empty()) << "byte " << at << " of message " << message;
            EXPECT_TRUE(messages.clientError || messages.serverError) << "byte " << at << " of message " << message;
        }
}

TEST(OpaqueLogin, ARecordThatIsAlteredLetsNobodyIn)
{
    const auto setup = ServerSetup::generate();
    const auto password = bytesOf("right");
    const auto account = registered(setup, bytesOf("7"), password);
    for (std::size_t at = 0; at < RegistrationRecord::kSize; ++at) {
        auto credential = account.credential;
        credential.record[at] ^= 1;
        EXPECT_TRUE(login(setup, credential, password).serverKey.empty()) << at;
    }
}

TEST(OpaqueLogin, ARecordWorksForItsAccountAndItsServerOnly)
{
    const auto setup = ServerSetup::generate();
    const auto password = bytesOf("right");
    const auto account = registered(setup, bytesOf("7"), password);
    auto other = account.credential;
    other.identifier = bytesOf("8");
    EXPECT_EQ(login(setup, other, password).clientError, OpaqueError::Rejected);
    EXPECT_EQ(login(ServerSetup::generate(), account.credential, password).clientError, OpaqueError::Rejected);
}

TEST(OpaqueLogin, BothSidesMustMeanTheSameIdentitiesAndContext)
{
    const auto setup = ServerSetup::generate();
    const auto password = bytesOf("right");
    const auto alice = bytesOf("alice");
    const auto mallory = bytesOf("mallory");
    const auto server = bytesOf("matinee");
    const Parties parties{alice, server, server};
    const auto account = registered(setup, bytesOf("7"), password, parties);
    EXPECT_FALSE(login(setup, account.credential, password, parties, parties).serverKey.empty());
    for (const Parties &others :
         {Parties{}, Parties{mallory, server, server}, Parties{alice, mallory, server}, Parties{alice, server, mallory}}) {
        EXPECT_EQ(login(setup, account.credential, password, parties, others).clientError, OpaqueError::Rejected);
        EXPECT_EQ(login(setup, account.credential, password, others, parties).clientError, OpaqueError::Rejected);
    }
}

TEST(OpaqueLogin, AServerThatAppliesNoKeyIsRefused)
{
    const auto setup = ServerSetup::generate();
    auto client = ClientRegistration::start(bytesOf("right"));
    auto response = RegistrationResponse{*Element::parse(client->request()), setup.publicKey()}.serialise();
    const auto done = std::move(*client).finish(bytesOf("right"), response, KeyStretching::identity());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error(), OpaqueError::Malformed);
    const auto account = registered(setup, bytesOf("7"), bytesOf("right"));
    ByteString request;
    const auto messages = login(setup, account.credential, bytesOf("right"), [&](int number, ByteString &bytes) {
        if (number == 1)
            request = bytes;
        if (number == 2)
            std::copy_n(request.begin(), 32, bytes.begin());
    });
    EXPECT_EQ(messages.clientError, OpaqueError::Malformed);
}

TEST(OpaqueLogin, AnAnswerIsGoodForOneProof)
{
    const auto setup = ServerSetup::generate();
    const auto password = bytesOf("right");
    const auto account = registered(setup, bytesOf("7"), password);
    auto client = ClientLogin::start(password);
    auto answer = respondToLogin(setup, account.credential, client->request());
    const auto done = std::move(*client).finish(password, answer->response, KeyStretching::identity());
    ASSERT_TRUE(done);
    EXPECT_TRUE(std::move(answer->login).finish(done->finish));
    EXPECT_FALSE(std::move(answer->login).finish(done->finish));
    EXPECT_FALSE(std::move(answer->login).finish(ByteString(64, 0))) << "what was used up is zeros, and zeros must not open it";
    EXPECT_FALSE(std::move(*client).finish(password, answer->response, KeyStretching::identity()));
}

TEST(OpaqueLogin, AWaitingLoginMayBeKeptAsBytes)
{
    const auto setup = ServerSetup::generate();
    const auto password = bytesOf("right");
    const auto account = registered(setup, bytesOf("7"), password);
    auto client = ClientLogin::start(password);
    const auto answer = respondToLogin(setup, account.credential, client->request());
    const auto done = std::move(*client).finish(password, answer->response, KeyStretching::identity());
    const auto kept = bytesOf(answer->login.serialise().bytes());
    auto login = ServerLogin::parse(kept);
    ASSERT_TRUE(login);
    const auto key = std::move(*login).finish(done->finish);
    ASSERT_TRUE(key);
    EXPECT_EQ(*key, done->sessionKey);
    for (std::size_t size = 0; size < kept.size(); ++size)
        EXPECT_FALSE(ServerLogin::parse(Bytes(kept).first(size)));
    auto other = kept;
    other.push_back(0);
    EXPECT_FALSE(ServerLogin::parse(other));
    other = kept;
    other[0] = 2; // a version that is not ours
    EXPECT_FALSE(ServerLogin::parse(other));
    other = kept;
    other[1] = 0; // a stand-in
    EXPECT_FALSE(std::move(*ServerLogin::parse(other)).finish(done->finish));
}

TEST(OpaqueLogin, InputsThatTheProtocolCannotCarryAreRefused)
{
    const auto setup = ServerSetup::generate();
    const ByteString tooLong(65536, 'x');
    EXPECT_EQ(ClientRegistration::start(tooLong).error(), OpaqueError::TooLong);
    EXPECT_EQ(ClientLogin::start(tooLong).error(), OpaqueError::TooLong);
    const auto account = registered(setup, bytesOf("7"), bytesOf("right"));
    for (const Parties &parties : {Parties{tooLong, {}, {}}, Parties{{}, tooLong, {}}, Parties{{}, {}, tooLong}}) {
        EXPECT_EQ(login(setup, account.credential, bytesOf("right"), {}, parties).serverError, OpaqueError::TooLong);
        EXPECT_EQ(login(setup, account.credential, bytesOf("right"), parties, {}).clientError, OpaqueError::TooLong);
    }
}

// The value is OpenSSL's: 64 zero bytes, salt of 16 zero bytes, t = 3, m = 65536 KiB, p = 1, 64 bytes out, Argon2id 1.3.
TEST(OpaqueKeyStretching, IsArgon2idAsOthersComputeIt)
{
    const auto stretched = KeyStretching::standard().stretch(Secret<64>());
    ASSERT_TRUE(stretched);
    EXPECT_EQ(bytesOf(stretched->bytes()), test::hex("a7a37b39765e07c331bed7c50cbf448e52cc7e37e74a79bc68bb364f68724c975a958b0c5110732bfd774"
                                                     "5e6fc274678139fed6e5f4ab690e12866ce9d48fcb1"));
}

TEST(OpaqueKeyStretching, SaysSoWhenTheCostCannotBePaid)
{
    for (const auto &impossible : {KeyStretching::argon2id(3, 0), KeyStretching::argon2id(0, 65536), KeyStretching::argon2id(1, 7)}) {
        const auto stretched = impossible.stretch(Secret<64>());
        ASSERT_FALSE(stretched);
        EXPECT_EQ(stretched.error(), OpaqueError::NoMemory);
    }
}
