#include "accounts/factor_policy.h"

#include "accounts/wire/recovery_codes.h"
#include "store/mail_addresses.h"
#include "store/passkeys.h"
#include "store/recovery.h"
#include "store/totp.h"

#include <sodium.h>

#include <algorithm>

namespace matinee::accounts {

std::string_view factorName(Factor factor)
{
    switch (factor) {
    case Factor::Password:
        return "password";
    case Factor::Passkey:
        return "passkey";
    case Factor::Totp:
        return "totp";
    case Factor::MailCode:
        return "mail_code";
    case Factor::RecoveryCode:
        return "recovery_code";
    }
    return "password";
}

FactorPolicy::FactorPolicy(std::string rpId, const std::vector<std::string> &roles, std::function<bool()> mailCodes)
    : m_rpId(std::move(rpId)), m_mailCodes(std::move(mailCodes))
{
    for (const std::string &name : roles)
        if (const auto role = roleOf(name))
            m_roles |= bit(*role);
}

const FactorPolicy &FactorPolicy::plain()
{
    static const FactorPolicy policy{};
    return policy;
}

std::vector<Factor> OwnFactors::secondFactors() const
{
    std::vector<Factor> factors;
    if (!hasSecond())
        return factors;
    if (passkeys > 0)
        factors.push_back(Factor::Passkey);
    if (hasTotp)
        factors.push_back(Factor::Totp);
    if (hasMailCode)
        factors.push_back(Factor::MailCode);
    if (recoveryCodes > 0)
        factors.push_back(Factor::RecoveryCode);
    return factors;
}

std::vector<Factor> OwnFactors::proofs() const
{
    std::vector<Factor> factors;
    if (hasPassword)
        factors.push_back(Factor::Password);
    if (passkeys > 0)
        factors.push_back(Factor::Passkey);
    if (hasTotp)
        factors.push_back(Factor::Totp);
    if (hasMailCode)
        factors.push_back(Factor::MailCode);
    return factors;
}

namespace {

Result<void> addMailCode(store::Transaction &tx, const store::UserRow &user, const FactorPolicy &policy, OwnFactors &own)
{
    if (!policy.allowsMailCodes())
        return {};
    const auto primary = store::findPrimaryMailAddress(tx, user.id);
    if (!primary)
        return primary.error();
    const auto preferences = store::findMailPreferences(tx, user.id);
    if (!preferences)
        return preferences.error();
    const auto role = roleOf(user.role);
    const bool isNeeded = !own.hasStrong() && role && policy.demandsTwo(*role);
    own.hasMailCode = *primary && (preferences->codes || isNeeded);
    if (own.hasMailCode)
        own.mailAddress = (*primary)->address;
    return {};
}

} // namespace

Result<OwnFactors> ownFactors(store::Transaction &tx, const store::UserRow &user, const FactorPolicy &policy)
{
    OwnFactors own;
    own.hasPassword = user.passwordRecord.has_value();
    const auto passkeys = store::listPasskeysOfUser(tx, user.id);
    if (!passkeys)
        return passkeys.error();
    const auto works = [&](const store::PasskeyRow &row) { return !policy.rpId().empty() && row.rpId == policy.rpId(); };
    own.passkeys = static_cast<int>(std::count_if(passkeys->begin(), passkeys->end(), works));
    const auto totp = store::findTotp(tx, user.id);
    if (!totp)
        return totp.error();
    own.hasTotp = totp->has_value();
    const auto codes = store::listRecoveryCodes(tx, user.id);
    if (!codes)
        return codes.error();
    own.recoveryCodes = static_cast<int>(codes->size());
    if (auto r = addMailCode(tx, user, policy, own); !r)
        return r.error();
    return own;
}

Result<void> checkWayInStays(const OwnFactors &left)
{
    if (left.hasWayIn())
        return {};
    return fail(ErrorCode::FailedPrecondition, "This is the only way into your account. Set a password or add another passkey first.");
}

Result<void> checkSecondFactorStays(const OwnFactors &left, const store::UserRow &user, const FactorPolicy &policy)
{
    const auto role = roleOf(user.role);
    if (left.hasSecond() || !role || !policy.demandsTwo(*role))
        return {};
    return fail(ErrorCode::FailedPrecondition,
                "On this server accounts of the role " + user.role + " must have a second factor. Add another one first.");
}

Result<std::vector<std::string>> giveRecoveryCodes(store::Transaction &tx, const std::string &userId,
                                                   std::chrono::system_clock::time_point now)
{
    RecoveryRandom random{};
    randombytes_buf(random.data(), random.size());
    auto codes = makeRecoveryCodes(random);
    sodium_memzero(random.data(), random.size());
    std::vector<std::string> hashes;
    for (const std::string &code : codes) {
        auto hash = recoveryCodeHash(code, userId);
        if (!hash)
            return fail(ErrorCode::Internal, "A recovery code could not be made.");
        hashes.push_back(std::move(*hash));
    }
    if (auto r = store::replaceRecoveryCodes(tx, userId, hashes, now); !r)
        return r.error();
    return codes;
}

} // namespace matinee::accounts
