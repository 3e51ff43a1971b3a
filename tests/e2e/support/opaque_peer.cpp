// Our OPAQUE client and server for tests/e2e/opaque.test.mjs: one JSON object a line in, one out, bytes in hexadecimal.
// `call` says what to do; states stay here under the number that the answer gives, or go out as bytes where the server would keep them.
#include "common/opaque/client.h"
#include "common/opaque/server.h"

#include <boost/json.hpp>
#include <sodium.h>

#include <iostream>
#include <map>
#include <string>

using namespace matinee;
using namespace matinee::opaque;
namespace json = boost::json;

namespace {

using ByteString = std::vector<std::uint8_t>;

std::string toHex(Bytes bytes)
{
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

ByteString fromHex(const json::value &value)
{
    const auto &text = value.as_string();
    ByteString bytes(text.size() / 2);
    std::size_t size = 0;
    if (sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr) != 0 || size != bytes.size())
        throw std::runtime_error("not hexadecimal");
    return bytes;
}

ByteString field(const json::object &request, std::string_view name)
{
    const auto *value = request.if_contains(json::string_view(name.data(), name.size()));
    return value && !value->is_null() ? fromHex(*value) : ByteString{};
}

json::object failed(OpaqueError error)
{
    constexpr const char *names[] = {"malformed", "rejected", "too_long", "no_memory"};
    return {{"error", names[static_cast<int>(error)]}};
}

KeyStretching stretchingOf(const json::object &request)
{
    const auto &cost = request.at("stretching").as_object();
    return KeyStretching::argon2id(static_cast<std::uint32_t>(cost.at("iterations").as_int64()),
                                   static_cast<std::uint32_t>(cost.at("memory").as_int64()));
}

class Peer
{
public:
    json::object answer(const json::object &request)
    {
        const std::string call(request.at("call").as_string());
        const auto client = field(request, "client");
        const auto server = field(request, "server");
        const Parties parties{client, server, {}};
        if (call == "newSetup") {
            m_setup = ServerSetup::generate();
            return {{"publicKey", toHex(m_setup.publicKey().bytes())}, {"setup", toHex(m_setup.serialise().bytes())}};
        }
        if (call == "respondToRegistration") {
            const auto response = respondToRegistration(m_setup, field(request, "request"), field(request, "identifier"));
            return response ? json::object{{"response", toHex(*response)}} : failed(response.error());
        }
        if (call == "acceptRecord") {
            const auto record = acceptRecord(field(request, "record"));
            return record ? json::object{{"record", toHex(*record)}} : failed(record.error());
        }
        if (call == "respondToLogin")
            return respondToLoginOf(request, parties);
        if (call == "finishLogin") {
            auto login = ServerLogin::parse(field(request, "state"));
            if (!login)
                return failed(login.error());
            const auto key = std::move(*login).finish(field(request, "finish"));
            return key ? json::object{{"sessionKey", toHex(key->bytes())}} : failed(key.error());
        }
        if (call == "startRegistration") {
            auto start = ClientRegistration::start(field(request, "password"));
            if (!start)
                return failed(start.error());
            json::object out{{"request", toHex(start->request())}, {"number", ++m_last}};
            m_registrations.emplace(m_last, std::move(*start));
            return out;
        }
        if (call == "finishRegistration") {
            auto state = m_registrations.extract(request.at("number").as_int64());
            const auto done =
                std::move(state.mapped()).finish(field(request, "password"), field(request, "response"), stretchingOf(request), parties);
            if (!done)
                return failed(done.error());
            return {{"record", toHex(done->record)},
                    {"exportKey", toHex(done->exportKey.bytes())},
                    {"publicKey", toHex(done->serverPublicKey.bytes())}};
        }
        if (call == "startLogin") {
            auto start = ClientLogin::start(field(request, "password"));
            if (!start)
                return failed(start.error());
            json::object out{{"request", toHex(start->request())}, {"number", ++m_last}};
            m_logins.emplace(m_last, std::move(*start));
            return out;
        }
        if (call == "completeLogin") {
            auto state = m_logins.extract(request.at("number").as_int64());
            const auto done =
                std::move(state.mapped()).finish(field(request, "password"), field(request, "response"), stretchingOf(request), parties);
            if (!done)
                return failed(done.error());
            return {{"finish", toHex(done->finish)},
                    {"sessionKey", toHex(done->sessionKey.bytes())},
                    {"exportKey", toHex(done->exportKey.bytes())},
                    {"publicKey", toHex(done->serverPublicKey.bytes())}};
        }
        throw std::runtime_error("no such call: " + call);
    }

private:
    json::object respondToLoginOf(const json::object &request, const Parties &parties) const
    {
        const auto record = field(request, "record");
        Credential stored{field(request, "identifier"), {}, true};
        if (record.size() == stored.record.size())
            std::copy(record.begin(), record.end(), stored.record.begin());
        const auto credential = m_setup.credentialOr(field(request, "name"), record.empty() ? nullptr : &stored);
        const auto answer = respondToLogin(m_setup, credential, field(request, "request"), parties);
        if (!answer)
            return failed(answer.error());
        return {{"response", toHex(answer->response)}, {"state", toHex(answer->login.serialise().bytes())}};
    }

    ServerSetup m_setup = ServerSetup::generate();
    std::map<std::int64_t, ClientRegistration> m_registrations;
    std::map<std::int64_t, ClientLogin> m_logins;
    std::int64_t m_last = 0;
};

} // namespace

int main()
{
    Peer peer;
    std::string line;
    while (std::getline(std::cin, line)) {
        json::object out;
        try {
            out = peer.answer(json::parse(line).as_object());
        } catch (const std::exception &e) {
            out = {{"fault", e.what()}};
        }
        std::cout << json::serialize(out) << std::endl;
    }
}
