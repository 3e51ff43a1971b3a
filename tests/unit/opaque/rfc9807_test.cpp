// The vectors of RFC 9807 appendix C for ristretto255-SHA512, with every intermediate value, and the fake one.
#include "common/opaque/client.h"
#include "common/opaque/key_exchange.h"
#include "common/opaque/oprf.h"
#include "common/opaque/server.h"
#include "vectors.h"

using namespace matinee;
using namespace matinee::opaque;
using boost::json::value;
using test::bytesOf;
using test::ByteString;
using test::hexOf;

namespace {

std::vector<value> vectorsOf(bool fake)
{
    std::vector<value> out;
    const auto all = test::vectorsIn("rfc9807_opaque.json");
    for (const auto &vector : all.as_array()) {
        const auto &config = vector.at("config");
        if (config.at("Group").as_string() == "ristretto255" && (config.at("Fake").as_string() == "True") == fake)
            out.push_back(vector);
    }
    return out;
}

ByteString optionalHex(const value &inputs, std::string_view key)
{
    return inputs.as_object().contains(boost::json::string_view(key.data(), key.size())) ? hexOf(inputs, key) : ByteString{};
}

/// The identities and the context of one vector, kept alive.
struct Names
{
    explicit Names(const value &vector)
        : client(optionalHex(vector.at("inputs"), "client_identity")),
          server(optionalHex(vector.at("inputs"), "server_identity")),
          context(hexOf(vector.at("config"), "Context"))
    {
    }
    Parties parties() const { return {client, server, context}; }

    ByteString client, server, context;
};

ServerSetup setupOf(const value &inputs)
{
    const auto seed = hexOf(inputs, "oprf_seed");
    return ServerSetup::fromKeys(std::move(*Scalar::parse(hexOf(inputs, "server_private_key"))), Secret<64>(Bytes(seed).first<64>()), {});
}

Credential credentialOf(const value &inputs, const ByteString &record)
{
    Credential credential{hexOf(inputs, "credential_identifier"), {}};
    std::copy(record.begin(), record.end(), credential.record.begin());
    return credential;
}

template <std::size_t N> ByteString bytesOf(const Secret<N> &secret)
{
    return test::bytesOf(secret.bytes());
}

} // namespace

TEST(OpaqueRfc9807, RegistrationGivesTheMessagesOfBothRealVectors)
{
    const auto vectors = vectorsOf(false);
    ASSERT_EQ(vectors.size(), 2U);
    for (const auto &vector : vectors) {
        const auto &inputs = vector.at("inputs");
        const auto &outputs = vector.at("outputs");
        const Names names(vector);
        const auto password = hexOf(inputs, "password");
        const auto setup = setupOf(inputs);
        EXPECT_EQ(bytesOf(setup.publicKey().bytes()), hexOf(inputs, "server_public_key"));

        test::KnownRandomness randomness({hexOf(inputs, "blind_registration"), hexOf(inputs, "envelope_nonce")});
        auto client = ClientRegistration::start(password, randomness);
        ASSERT_TRUE(client);
        EXPECT_EQ(bytesOf(client->request()), hexOf(outputs, "registration_request"));
        const auto response = respondToRegistration(setup, client->request(), hexOf(inputs, "credential_identifier"));
        ASSERT_TRUE(response);
        EXPECT_EQ(bytesOf(*response), hexOf(outputs, "registration_response"));
        const auto done = std::move(*client).finish(password, *response, KeyStretching::identity(), names.parties(), randomness);
        ASSERT_TRUE(done);
        EXPECT_EQ(bytesOf(done->record), hexOf(outputs, "registration_upload"));
        EXPECT_EQ(bytesOf(done->exportKey), hexOf(outputs, "export_key"));
        EXPECT_EQ(bytesOf(done->serverPublicKey.bytes()), hexOf(inputs, "server_public_key"));
        const auto accepted = acceptRecord(done->record);
        ASSERT_TRUE(accepted);
        EXPECT_EQ(*accepted, done->record);
    }
}

TEST(OpaqueRfc9807, LoginGivesTheMessagesAndKeysOfBothRealVectors)
{
    for (const auto &vector : vectorsOf(false)) {
        const auto &inputs = vector.at("inputs");
        const auto &outputs = vector.at("outputs");
        const Names names(vector);
        const auto password = hexOf(inputs, "password");
        const auto setup = setupOf(inputs);
        const auto credential = credentialOf(inputs, hexOf(outputs, "registration_upload"));

        test::KnownRandomness ofClient(
            {hexOf(inputs, "blind_login"), hexOf(inputs, "client_nonce"), hexOf(inputs, "client_keyshare_seed")});
        auto client = ClientLogin::start(password, ofClient);
        ASSERT_TRUE(client);
        EXPECT_EQ(bytesOf(client->request()), hexOf(outputs, "KE1"));
        test::KnownRandomness ofServer(
            {hexOf(inputs, "masking_nonce"), hexOf(inputs, "server_nonce"), hexOf(inputs, "server_keyshare_seed")});
        auto answer = respondToLogin(setup, credential, client->request(), names.parties(), ofServer);
        ASSERT_TRUE(answer);
        EXPECT_EQ(bytesOf(answer->response), hexOf(outputs, "KE2"));
        const auto done = std::move(*client).finish(password, answer->response, KeyStretching::identity(), names.parties());
        ASSERT_TRUE(done);
        EXPECT_EQ(bytesOf(done->finish), hexOf(outputs, "KE3"));
        EXPECT_EQ(bytesOf(done->sessionKey), hexOf(outputs, "session_key"));
        EXPECT_EQ(bytesOf(done->exportKey), hexOf(outputs, "export_key"));
        EXPECT_EQ(bytesOf(done->serverPublicKey.bytes()), hexOf(inputs, "server_public_key"));
        const auto key = std::move(answer->login).finish(done->finish);
        ASSERT_TRUE(key);
        EXPECT_EQ(bytesOf(*key), hexOf(outputs, "session_key"));
    }
}

TEST(OpaqueRfc9807, EveryIntermediateValueOfTheRealVectorsIsReached)
{
    for (const auto &vector : vectorsOf(false)) {
        const auto &inputs = vector.at("inputs");
        const auto &between = vector.at("intermediates");
        const auto &outputs = vector.at("outputs");
        const Names names(vector);
        const auto password = hexOf(inputs, "password");

        const auto oprfKey = oprfKeyOf(hexOf(inputs, "oprf_seed"), hexOf(inputs, "credential_identifier"));
        ASSERT_TRUE(oprfKey);
        EXPECT_EQ(bytesOf(oprfKey->bytes()), hexOf(between, "oprf_key"));

        const auto registration = RegistrationResponse::parse(hexOf(outputs, "registration_response"));
        ASSERT_TRUE(registration);
        const auto output = finalize(password, *Scalar::parse(hexOf(inputs, "blind_registration")), registration->evaluated);
        ASSERT_TRUE(output);
        const auto randomized = randomizedPassword(*output, KeyStretching::identity());
        ASSERT_TRUE(randomized);
        EXPECT_EQ(bytesOf(*randomized), hexOf(between, "randomized_password"));
        EXPECT_EQ(bytesOf(maskingKeyOf(*randomized)), hexOf(between, "masking_key"));

        Nonce nonce;
        const auto nonceBytes = hexOf(inputs, "envelope_nonce");
        std::copy(nonceBytes.begin(), nonceBytes.end(), nonce.begin());
        const auto keys = deriveEnvelopeKeys(*randomized, nonce);
        EXPECT_EQ(bytesOf(keys.authKey), hexOf(between, "auth_key"));
        EXPECT_EQ(bytesOf(keys.client.publicKey.bytes()), hexOf(between, "client_public_key"));
        auto envelope = nonceBytes;
        const auto tag = envelopeTag(keys, nonce, registration->serverPublicKey, names.parties());
        envelope.insert(envelope.end(), tag.begin(), tag.end());
        EXPECT_EQ(envelope, hexOf(between, "envelope"));

        const auto ke1 = hexOf(outputs, "KE1");
        const auto request = LoginRequest::parse(ke1);
        const auto response = LoginResponse::parse(hexOf(outputs, "KE2"));
        ASSERT_TRUE(request);
        ASSERT_TRUE(response);
        const auto ofServer = deriveKeyPair(hexOf(inputs, "server_keyshare_seed"));
        const auto ofClient = deriveKeyPair(hexOf(inputs, "client_keyshare_seed"));
        EXPECT_EQ(ofServer.publicKey, response->keyShare);
        EXPECT_EQ(ofClient.publicKey, request->keyShare);
        const auto serverKey = Scalar::parse(hexOf(inputs, "server_private_key"));
        ASSERT_TRUE(serverKey);
        const auto seenByServer =
            SharedSecrets{*multiply(ofServer.privateKey, request->keyShare.bytes()), *multiply(*serverKey, request->keyShare.bytes()),
                          *multiply(ofServer.privateKey, keys.client.publicKey.bytes())};
        const auto seenByClient = SharedSecrets{*multiply(ofClient.privateKey, response->keyShare.bytes()),
                                                *multiply(ofClient.privateKey, registration->serverPublicKey.bytes()),
                                                *multiply(keys.client.privateKey, response->keyShare.bytes())};
        EXPECT_EQ(seenByServer.shares, seenByClient.shares);
        EXPECT_EQ(seenByServer.serverStatic, seenByClient.serverStatic);
        EXPECT_EQ(seenByServer.clientStatic, seenByClient.clientStatic);

        const Bytes client = names.client.empty() ? Bytes(keys.client.publicKey.bytes()) : Bytes(names.client);
        const Bytes server = names.server.empty() ? Bytes(registration->serverPublicKey.bytes()) : Bytes(names.server);
        auto hash = transcript(names.context, client, ke1, server, *response);
        const auto upToServerMac = hash.soFar();
        const auto handshake = deriveHandshakeKeys(seenByServer, upToServerMac);
        EXPECT_EQ(bytesOf(handshake.handshakeSecret), hexOf(between, "handshake_secret"));
        EXPECT_EQ(bytesOf(handshake.serverMacKey), hexOf(between, "server_mac_key"));
        EXPECT_EQ(bytesOf(handshake.clientMacKey), hexOf(between, "client_mac_key"));
        EXPECT_EQ(bytesOf(handshake.sessionKey), hexOf(outputs, "session_key"));
        EXPECT_EQ(macOf(handshake.serverMacKey, upToServerMac), response->serverMac);
        EXPECT_EQ(bytesOf(macOf(handshake.clientMacKey, std::move(hash.add(response->serverMac)).finish())), hexOf(outputs, "KE3"));
        // None was forgotten: nine intermediate values a vector.
        EXPECT_EQ(between.as_object().size(), 9U);
    }
}

TEST(OpaqueRfc9807, TheFakeVectorGivesItsAnswer)
{
    const auto vectors = vectorsOf(true);
    ASSERT_EQ(vectors.size(), 1U);
    const auto &inputs = vectors[0].at("inputs");
    const Names names(vectors[0]);
    auto record = hexOf(inputs, "client_public_key");
    const auto maskingKey = hexOf(inputs, "masking_key");
    record.insert(record.end(), maskingKey.begin(), maskingKey.end());
    record.resize(RegistrationRecord::kSize);
    test::KnownRandomness randomness(
        {hexOf(inputs, "masking_nonce"), hexOf(inputs, "server_nonce"), hexOf(inputs, "server_keyshare_seed")});
    const auto answer = respondToLogin(setupOf(inputs), credentialOf(inputs, record), hexOf(inputs, "KE1"), names.parties(), randomness);
    ASSERT_TRUE(answer);
    EXPECT_EQ(bytesOf(answer->response), hexOf(vectors[0].at("outputs"), "KE2"));
    EXPECT_EQ(bytesOf(publicKeyOf(*Scalar::parse(hexOf(inputs, "client_private_key"))).bytes()), hexOf(inputs, "client_public_key"));
}
