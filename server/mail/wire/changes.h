// What has happened to an account that its owner is told by letter: one sentence each. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace matinee::mail {

enum class Change
{
    PasswordChanged,
    PasskeyAdded,   ///< detail: its name.
    PasskeyRemoved, ///< detail: its name.
    AppAdded,       ///< Of one-time codes.
    AppRemoved,
    RecoveryCodesMade,
    AddressAdded, ///< detail: the address, veiled; as in the next two.
    AddressRemoved,
    AddressPrimary, ///< Letters go there from now on.
    MailCodesOn,
    MailCodesOff,
    SignInLinked,   ///< detail: the service.
    SignInUnlinked, ///< detail: the service.
    FactorsReset,   ///< By those who run the server.
    SessionStolen,  ///< A copy of a sign-in was used, and it was ended.
};

/// "passkey_added": for the queue.
[[nodiscard]] std::string_view changeName(Change change);
[[nodiscard]] std::optional<Change> changeNamed(std::string_view name);

// `detail` is cleaned already; "" leaves it out.
[[nodiscard]] std::string englishChange(Change change, const std::string &detail);
[[nodiscard]] std::string chineseChange(Change change, const std::string &detail);

} // namespace matinee::mail
