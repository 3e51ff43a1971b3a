// A server with one account, and a client of it, without stretching.
#pragma once

#include "common/opaque/client.h"
#include "common/opaque/server.h"
#include "vectors.h"

namespace matinee::test {

struct Registration
{
    opaque::Credential credential;
    opaque::Secret<64> exportKey;
};

inline Registration registered(const opaque::ServerSetup &setup, const ByteString &id, const ByteString &password,
                               const opaque::Parties &parties = {})
{
    auto client = opaque::ClientRegistration::start(password);
    EXPECT_TRUE(client);
    const auto response = opaque::respondToRegistration(setup, client->request(), id);
    EXPECT_TRUE(response);
    auto done = std::move(*client).finish(password, *response, opaque::KeyStretching::identity(), parties);
    EXPECT_TRUE(done);
    const auto record = opaque::acceptRecord(done->record);
    EXPECT_TRUE(record);
    return {{id, *record, true}, std::move(done->exportKey)};
}

struct Messages
{
    ByteString request, response, finish;
    ByteString clientKey, serverKey; ///< Empty where that side did not accept.
    std::optional<opaque::OpaqueError> clientError, serverError;
    std::optional<opaque::Secret<64>> exportKey;
};

/// One login; `change` may alter the message with the number (1, 2, 3) on its way.
template <class Change>
Messages login(const opaque::ServerSetup &setup, const opaque::Credential &credential, const ByteString &password, Change change,
               const opaque::Parties &ofClient = {}, const opaque::Parties &ofServer = {})
{
    Messages out;
    auto client = opaque::ClientLogin::start(password);
    EXPECT_TRUE(client);
    out.request = bytesOf(client->request());
    change(1, out.request);
    auto answer = opaque::respondToLogin(setup, credential, out.request, ofServer);
    if (!answer) {
        out.serverError = answer.error();
        return out;
    }
    out.response = bytesOf(answer->response);
    change(2, out.response);
    auto done = std::move(*client).finish(password, out.response, opaque::KeyStretching::identity(), ofClient);
    if (!done) {
        out.clientError = done.error();
        return out;
    }
    out.clientKey = bytesOf(done->sessionKey.bytes());
    out.exportKey = std::move(done->exportKey);
    out.finish = bytesOf(done->finish);
    change(3, out.finish);
    const auto key = std::move(answer->login).finish(out.finish);
    if (key)
        out.serverKey = bytesOf(key->bytes());
    else
        out.serverError = key.error();
    return out;
}

inline Messages login(const opaque::ServerSetup &setup, const opaque::Credential &credential, const ByteString &password,
                      const opaque::Parties &ofClient = {}, const opaque::Parties &ofServer = {})
{
    return login(
        setup, credential, password, [](int, ByteString &) {}, ofClient, ofServer);
}

} // namespace matinee::test
