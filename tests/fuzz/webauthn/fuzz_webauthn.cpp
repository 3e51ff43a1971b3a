// A passkey's answers as strangers send them. The first byte says which part of them is the input, with all others as they should be.
// Nothing is accepted but what a passkey has signed, and no passkey of ours signs here.
#include "accounts/wire/authenticator_data.h"
#include "accounts/wire/base64url.h"
#include "accounts/wire/client_data.h"
#include "accounts/wire/cose_key.h"
#include "accounts/wire/webauthn_json.h"
#include "accounts/wire/webauthn_options.h"

#include <cstdlib>

using namespace matinee::accounts;

namespace {

const Bytes kChallenge(32, 0x5a);
const Ceremony kCeremony{kChallenge, "example.org", {"https://example.org"}, {}, true};

Bytes clientData(std::string_view type)
{
    return copyOf(bytesOf(R"({"type":"webauthn.)" + std::string(type) + R"(","challenge":")" + base64url(kChallenge) +
                          R"(","origin":"https://example.org"})"));
}

void registration(const RegistrationResponse &response)
{
    const auto passkey = verifyRegistration(response, {kCeremony, kPasskeyAlgorithms});
    if (!passkey)
        return;
    if (passkey->id != response.id || passkey->id.empty() || passkey->id.size() > kLongestCredentialId)
        std::abort();
    if (!passkey->userVerified || (passkey->backedUp && !passkey->backupEligible))
        std::abort();
    const auto key = keyOfCose(passkey->publicKey); // what is stored can be used
    if (!key || key->algorithm() != passkey->algorithm)
        std::abort();
    if (verifyRegistration(response, {kCeremony, kPasskeyAlgorithms, true}) && passkey->attestation != Attestation::Self)
        std::abort();
}

void assertion(const AssertionResponse &response)
{
    static const KnownPasskey known = [] {
        const auto numbers = Key::p256Private(Bytes(32, 7))->publicNumbers();
        Bytes cose{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32};
        cose.insert(cose.end(), numbers.first.begin(), numbers.first.end());
        for (const std::uint8_t byte : {0x22, 0x58, 32})
            cose.push_back(byte);
        cose.insert(cose.end(), numbers.second.begin(), numbers.second.end());
        return KnownPasskey{Bytes(16, 1), cose, 0, false, {}};
    }();
    if (!keyOfCose(known.publicKey) || verifyAssertion(response, known, {kCeremony}))
        std::abort();
}

/// Whatever the input says, as the data of an authenticator in an attestation object.
Bytes wrapped(BytesView data)
{
    Bytes object = copyOf(bytesOf("\xa3\x63"
                                  "fmt\x64none\x67"
                                  "attStmt\xa0\x68"
                                  "authData\x59"));
    object.push_back(static_cast<std::uint8_t>(data.size() >> 8));
    object.push_back(static_cast<std::uint8_t>(data.size()));
    object.insert(object.end(), data.begin(), data.end());
    return object;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const BytesView rest(data + 1, size - 1);
    switch (data[0] % 7) {
    case 0:
        registration({Bytes(16, 0xab), clientData("create"), copyOf(rest), {}});
        break;
    case 1:
        if (rest.size() >= 256 && rest.size() < 65536)
            registration({Bytes(16, 0xab), clientData("create"), wrapped(rest), {}});
        if (const auto read = readAuthenticatorData(rest); read && read->backedUp && !read->backupEligible)
            std::abort();
        break;
    case 2:
        if (const auto read = readClientData(rest); read && read->challenge == kChallenge)
            assertion({Bytes(16, 1), copyOf(rest), Bytes(37, 0), {}, {}});
        break;
    case 3:
        if (const auto key = keyOfCose(rest); key && (key->canSign() || key->isSymmetric()))
            std::abort();
        break;
    case 4:
        assertion({Bytes(16, 1), clientData("get"), copyOf(rest), Bytes(70, 0x30), {}});
        break;
    case 5: {
        const Sha256 hash = sha256(bytesOf("example.org"));
        Bytes own(hash.begin(), hash.end());
        for (const std::uint8_t byte : {5, 0, 0, 0, 1})
            own.push_back(byte);
        assertion({Bytes(16, 1), clientData("get"), own, copyOf(rest), {}});
        break;
    }
    default:
        if (const auto response = registrationResponseOf(textOf(rest)))
            registration(*response);
        if (const auto response = assertionResponseOf(textOf(rest)))
            assertion(*response);
    }
    return 0;
}
