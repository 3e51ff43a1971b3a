// The mails that the server writes, in English and Chinese. Each is a list of blocks, from which the text and the HTML are both made: the
// same sentences in both, values escaped, no images, nothing fetched, no tracking. Pure; any thread.
#pragma once

#include "mail/wire/changes.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::mail {

enum class Kind
{
    VerifyAddress, ///< link, lifetime. Has nothing in it that the person who typed the address could choose.
    ResetPassword, ///< name, link, lifetime.
    NewDevice,     ///< name, device, address, when, link (the page of sessions).
    AccountChange, ///< name, change, detail, device, address, when, link (the page of the account).
    Code,          ///< code, lifetime.
    Test           ///< Nothing.
};
enum class Language
{
    English,
    Chinese
};

/// What a mail says; those that the kind does not name are not used. All UTF-8.
struct Values
{
    std::string server{}; ///< server.name.
    std::string name{};   ///< Of the person.
    std::string link{};   ///< http or https; anything else is shown as text and leads nowhere.
    std::string code{};
    std::chrono::minutes lifetime{0}; ///< Of the link or code.
    std::string device{};             ///< "Firefox on Linux".
    std::string address{};            ///< Of the network.
    std::chrono::system_clock::time_point when{};
    Change change = Change::PasswordChanged;
    std::string detail{}; ///< What was changed: "Laptop", "a***@e***.org"; may be empty.
    bool operator==(const Values &) const = default;
};

struct Text
{
    std::string subject;
    std::string text;
    std::string html;
};

[[nodiscard]] Text render(Kind kind, Language language, const Values &values);

/// "verify_address", "reset_password", "new_device", "account_change", "code", "test": for the database and metrics.
[[nodiscard]] std::string_view kindName(Kind kind);
[[nodiscard]] std::optional<Kind> kindNamed(std::string_view name);
/// "en", "zh-CN".
[[nodiscard]] std::string_view languageTag(Language language);
/// Chinese for every tag that begins with "zh" in any case, English for all others.
[[nodiscard]] Language languageOf(std::string_view tag);

} // namespace matinee::mail
