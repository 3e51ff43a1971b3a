#include "app/bootstrap_root.h"

#include "accounts/password_rules.h"
#include "accounts/people.h"
#include "store/links.h"
#include "store/users.h"

#include "common/opaque/client.h"
#include "common/opaque/server.h"

#include <sodium.h>

namespace matinee::app {

namespace {

constexpr const char *kName = "root";

opaque::Bytes bytesOf(const std::string &text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

/// Both sides of a registration, here: the record as it is stored.
Result<std::string> recordOf(const opaque::ServerSetup &setup, const std::string &userId, const std::string &password)
{
    const opaque::Bytes identifier{reinterpret_cast<const std::uint8_t *>(userId.data()), userId.size()};
    auto client = opaque::ClientRegistration::start(bytesOf(password));
    if (!client)
        return fail(ErrorCode::InvalidArgument, "bootstrap.root_password is longer than a password may be.");
    const auto response = opaque::respondToRegistration(setup, client->request(), identifier);
    if (!response)
        return fail(ErrorCode::Internal, "The password of bootstrap.root_password could not be registered.");
    const auto registered = std::move(*client).finish(bytesOf(password), *response, opaque::KeyStretching::standard());
    if (!registered)
        return fail(ErrorCode::Unavailable, "The 64 MiB of memory that a password takes could not be had.");
    std::string hex(2 * registered->record.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), registered->record.data(), registered->record.size());
    hex.pop_back();
    return hex;
}

} // namespace

Result<bool> bootstrapRoot(store::Store &store, const opaque::ServerSetup &setup, const std::string &password)
{
    if (password.empty())
        return false;
    return store.writeNow<bool>([&](store::Transaction &tx) -> Result<bool> {
        const auto now = std::chrono::system_clock::now();
        const auto exists = store::anyUserOfRole(tx, "root");
        if (!exists)
            return exists.error();
        if (*exists)
            return false;
        const auto text = accounts::checkedPassword(password, kName, "bootstrap.root_password");
        if (!text)
            return text.error();
        const auto made = accounts::createPerson(tx, kName, "root", {accounts::Role::Root, ""}, now);
        if (!made)
            return made.error();
        const auto record = recordOf(setup, made->user.id, *text);
        if (!record)
            return record.error();
        if (const auto set = store::updateUserPassword(tx, made->user.id, *record, now); !set)
            return set.error();
        if (const auto dropped = store::deleteLinksOfUser(tx, made->user.id, "password"); !dropped) // it has its password
            return dropped.error();
        return true;
    });
}

} // namespace matinee::app
