#include "authenticator.h"

#include "accounts/wire/base64url.h"

namespace matinee::accounts {

namespace cbor {

Bytes head(unsigned major, std::uint64_t argument)
{
    const auto first = [&](unsigned info) { return static_cast<std::uint8_t>(major << 5 | info); };
    if (argument < 24)
        return {first(static_cast<unsigned>(argument))};
    const unsigned log = argument < 0x100 ? 0 : argument < 0x10000 ? 1 : argument < 0x100000000 ? 2 : 3;
    Bytes bytes{first(24 + log)};
    for (int shift = (8 << log) - 8; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(argument >> shift));
    return bytes;
}

Bytes number(std::int64_t value)
{
    return value < 0 ? head(1, static_cast<std::uint64_t>(-1 - value)) : head(0, static_cast<std::uint64_t>(value));
}

Bytes bytes(BytesView value)
{
    return joined({head(2, value.size()), copyOf(value)});
}

Bytes text(std::string_view value)
{
    return joined({head(3, value.size()), copyOf(bytesOf(value))});
}

Bytes map(std::initializer_list<Bytes> items)
{
    return joined({head(5, items.size() / 2), joined(items)});
}

} // namespace cbor

Bytes joined(std::initializer_list<Bytes> parts)
{
    Bytes all;
    for (const Bytes &part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

Bytes coseOf(const Key &key)
{
    using namespace cbor;
    const auto numbers = key.publicNumbers();
    if (key.algorithm() == Algorithm::Es256)
        return map({number(1), number(2), number(3), number(-7), number(-1), number(1), number(-2), bytes(numbers.first), number(-3),
                    bytes(numbers.second)});
    if (key.algorithm() == Algorithm::EdDsa)
        return map({number(1), number(1), number(3), number(-8), number(-1), number(6), number(-2), bytes(numbers.first)});
    return map({number(1), number(3), number(3), number(-257), number(-1), bytes(numbers.first), number(-2), bytes(numbers.second)});
}

Bytes attestationObject(std::string_view format, const Bytes &statement, const Bytes &data)
{
    using namespace cbor;
    return map({text("fmt"), text(format), text("attStmt"), statement, text("authData"), bytes(data)});
}

Bytes Authenticator::clientData(std::string_view type, BytesView challenge) const
{
    const std::string json = R"({"type":")" + std::string(type) + R"(","challenge":")" + base64url(challenge) + R"(","origin":")" + origin +
                             R"(","crossOrigin":false)" + clientDataMore + "}";
    return copyOf(bytesOf(json));
}

Bytes Authenticator::data(bool withCredential) const
{
    const Sha256 hash = sha256(bytesOf(rpId));
    Bytes bytes(hash.begin(), hash.end());
    bytes.push_back(static_cast<std::uint8_t>(flags | (withCredential ? 0x40 : 0) | (extensions.empty() ? 0 : 0x80)));
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(count >> shift));
    if (withCredential) {
        const Bytes length{static_cast<std::uint8_t>(id.size() >> 8), static_cast<std::uint8_t>(id.size())};
        bytes = joined({bytes, Bytes(16, 0x11), length, id, coseOf(key)});
    }
    return joined({bytes, extensions});
}

RegistrationResponse Authenticator::create(BytesView challenge, bool selfAttested) const
{
    const Bytes client = clientData("webauthn.create", challenge);
    const Bytes own = data(true);
    if (!selfAttested)
        return {id, client, attestationObject("none", cbor::map({}), own), {"internal"}};
    const Sha256 hash = sha256(client);
    const auto signature = key.sign(joined({own, Bytes(hash.begin(), hash.end())}), EcdsaForm::Der);
    const Bytes statement =
        cbor::map({cbor::text("alg"), cbor::number(coseNumber(key.algorithm())), cbor::text("sig"), cbor::bytes(*signature)});
    return {id, client, attestationObject("packed", statement, own), {}};
}

AssertionResponse Authenticator::get(BytesView challenge) const
{
    const Bytes client = clientData("webauthn.get", challenge);
    const Bytes own = data(false);
    const Sha256 hash = sha256(client);
    return {id, client, own, *key.sign(joined({own, Bytes(hash.begin(), hash.end())}), EcdsaForm::Der), Bytes(64, 0x22)};
}

KnownPasskey Authenticator::known() const
{
    return {id, coseOf(key), 0, (flags & 0x08) != 0, Bytes(64, 0x22)};
}

} // namespace matinee::accounts
