#include "accounts/setup_token.h"

#include "accounts/secrets.h"
#include "store/server_state.h"
#include "store/users.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

const std::string kTokenHash = "setup.token_hash";
const std::string kClaimedAt = "setup.claimed_at";
constexpr std::size_t kTokenLength = 32; // 160 random bits

Result<bool> hasAdministrator(store::Transaction &tx, SystemTime now)
{
    auto root = store::anyUserOfRole(tx, "root");
    if (!root || *root)
        return root;
    auto keys = store::listApiKeys(tx);
    if (!keys)
        return keys.error();
    return std::any_of(keys->begin(), keys->end(), [&](const store::ApiKeyRow &key) {
        return (!key.expiresAt || now < *key.expiresAt) && std::find(key.scopes.begin(), key.scopes.end(), "admin") != key.scopes.end();
    });
}

Error noLongerGood()
{
    return fail(ErrorCode::PermissionDenied,
                "This set-up link is not good: it was used already, or the server has printed a newer one since. Look at its "
                "log, or make a key on the server with: matinee api-key create --name admin --scope admin");
}

} // namespace

Result<std::optional<std::string>> makeSetupToken(store::Transaction &tx, SystemTime now)
{
    auto claimed = store::getState(tx, kClaimedAt);
    if (!claimed)
        return claimed.error();
    auto admin = hasAdministrator(tx, now);
    if (!admin)
        return admin.error();
    if (*claimed || *admin) {
        if (auto r = store::eraseState(tx, kTokenHash); !r)
            return r.error();
        return std::nullopt;
    }
    std::string token = randomText(kTokenLength);
    if (auto r = store::setState(tx, kTokenHash, secretHash(token)); !r)
        return r.error();
    return std::optional<std::string>(std::move(token));
}

Result<bool> setupIsOpen(store::Transaction &tx, SystemTime now)
{
    auto hash = store::getState(tx, kTokenHash);
    if (!hash)
        return hash.error();
    if (!*hash)
        return false;
    auto admin = hasAdministrator(tx, now); // made on the command line meanwhile: then the link is refused
    if (!admin)
        return admin.error();
    return !*admin;
}

Result<bool> isSetupToken(store::Transaction &tx, const std::string &token, SystemTime now)
{
    auto stored = store::getState(tx, kTokenHash);
    if (!stored)
        return stored.error();
    if (!*stored || !equalSecrets(**stored, secretHash(token.substr(0, 256))))
        return false;
    return setupIsOpen(tx, now);
}

Result<void> useSetupToken(store::Transaction &tx, const std::string &token, SystemTime now)
{
    auto good = isSetupToken(tx, token, now);
    if (!good)
        return good.error();
    if (!*good)
        return noLongerGood();
    auto taken = store::eraseStateIf(tx, kTokenHash, secretHash(token.substr(0, 256)));
    if (!taken)
        return taken.error();
    if (!*taken) // by another process, between the two
        return noLongerGood();
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    return store::setState(tx, kClaimedAt, std::to_string(millis));
}

Result<MintedKey> claimSetupToken(store::Transaction &tx, const std::string &token, std::string keyName, SystemTime now)
{
    if (auto used = useSetupToken(tx, token, now); !used)
        return used.error();
    return createApiKey(tx, std::move(keyName), {"admin"}, std::nullopt, now);
}

} // namespace matinee::accounts
