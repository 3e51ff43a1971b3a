// Which factors count on this server, which an account has, who must have two, and which may not be taken away. The policy is a value,
// constant after construction; what is read is read within a transaction. Any thread.
#pragma once

#include "accounts/roles.h"
#include "store/store.h"
#include "store/users.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::accounts {

/// What somebody can prove who they are by.
enum class Factor
{
    Password,
    Passkey,
    Totp,
    MailCode,
    RecoveryCode,
};
[[nodiscard]] std::string_view factorName(Factor factor); ///< "recovery_code"

class FactorPolicy
{
public:
    /// Nobody has passkeys here and nobody must have two factors; codes of an authenticator app are asked for all the same.
    FactorPolicy() = default;
    /// `rpId`: webauthn.rp_id, "" where there is none. `roles`: accounts.require_second_factor; what is no role is passed over.
    /// `mailCodes`: whether there are codes by mail now (accounts.allow_mail_codes, and a mail server); asked on any thread.
    FactorPolicy(std::string rpId, const std::vector<std::string> &roles, std::function<bool()> mailCodes = {});

    [[nodiscard]] bool demandsTwo(Role role) const { return (m_roles & bit(role)) != 0; }
    [[nodiscard]] const std::string &rpId() const { return m_rpId; }
    [[nodiscard]] bool allowsMailCodes() const { return m_mailCodes && m_mailCodes(); }
    [[nodiscard]] static const FactorPolicy &plain();

private:
    static constexpr unsigned bit(Role role) { return 1U << static_cast<unsigned>(role); }

    std::string m_rpId;
    unsigned m_roles = 0;
    std::function<bool()> m_mailCodes;
};

/// What an account has. Passkeys of a domain that this server had before are not counted: they work no more.
struct OwnFactors
{
    bool hasPassword = false;
    int passkeys = 0;
    bool hasTotp = false;
    int recoveryCodes = 0;
    bool hasMailCode = false;  ///< The owner chose it, or the role needs a second factor and there is no other.
    std::string mailAddress{}; ///< Where codes by mail would go; "" where there are none.

    /// What is in somebody's hand.
    [[nodiscard]] bool hasStrong() const { return hasTotp || passkeys > 0; }
    /// Recovery codes stand in for one, and are none by themselves.
    [[nodiscard]] bool hasSecond() const { return hasStrong() || hasMailCode; }
    [[nodiscard]] bool hasWayIn() const { return hasPassword || passkeys > 0; }
    /// Of which one is asked for after a password; empty where none is.
    [[nodiscard]] std::vector<Factor> secondFactors() const;
    /// Of which one is enough within a session.
    [[nodiscard]] std::vector<Factor> proofs() const;
};
Result<OwnFactors> ownFactors(store::Transaction &tx, const store::UserRow &user, const FactorPolicy &policy);

// FailedPrecondition, with what to do first, where `left` is what would be left.
Result<void> checkWayInStays(const OwnFactors &left);
Result<void> checkSecondFactorStays(const OwnFactors &left, const store::UserRow &user, const FactorPolicy &policy);

/// New ones, of which the account gets the hashes; those before are good no more.
Result<std::vector<std::string>> giveRecoveryCodes(store::Transaction &tx, const std::string &userId,
                                                   std::chrono::system_clock::time_point now);

} // namespace matinee::accounts
