#include "mail/wire/changes.h"

#include <array>
#include <utility>

namespace matinee::mail {

namespace {

constexpr std::array<std::pair<Change, std::string_view>, 15> kNames{{{Change::PasswordChanged, "password_changed"},
                                                                      {Change::PasskeyAdded, "passkey_added"},
                                                                      {Change::PasskeyRemoved, "passkey_removed"},
                                                                      {Change::AppAdded, "app_added"},
                                                                      {Change::AppRemoved, "app_removed"},
                                                                      {Change::RecoveryCodesMade, "recovery_codes_made"},
                                                                      {Change::AddressAdded, "address_added"},
                                                                      {Change::AddressRemoved, "address_removed"},
                                                                      {Change::AddressPrimary, "address_primary"},
                                                                      {Change::MailCodesOn, "mail_codes_on"},
                                                                      {Change::MailCodesOff, "mail_codes_off"},
                                                                      {Change::SignInLinked, "sign_in_linked"},
                                                                      {Change::SignInUnlinked, "sign_in_unlinked"},
                                                                      {Change::FactorsReset, "factors_reset"},
                                                                      {Change::SessionStolen, "session_stolen"}}};

std::string named(const std::string &what, const std::string &detail, const char *colon)
{
    return detail.empty() ? what : what + colon + detail;
}

} // namespace

std::string_view changeName(Change change)
{
    for (const auto &[known, name] : kNames) {
        if (known == change)
            return name;
    }
    return "password_changed";
}

std::optional<Change> changeNamed(std::string_view name)
{
    for (const auto &[change, known] : kNames) {
        if (known == name)
            return change;
    }
    return std::nullopt;
}

std::string englishChange(Change change, const std::string &detail)
{
    const auto with = [&](const char *what) { return named(what, detail, ": "); };
    switch (change) {
    case Change::PasswordChanged:
        return "The password was changed.";
    case Change::PasskeyAdded:
        return with("A passkey was added");
    case Change::PasskeyRemoved:
        return with("A passkey was removed");
    case Change::AppAdded:
        return "An authenticator app was added.";
    case Change::AppRemoved:
        return "The authenticator app was removed.";
    case Change::RecoveryCodesMade:
        return "New recovery codes were made; those before are good no more.";
    case Change::AddressAdded:
        return with("A mail address was added");
    case Change::AddressRemoved:
        return with("A mail address was removed");
    case Change::AddressPrimary:
        return with("Letters about the account go to another mail address from now on");
    case Change::MailCodesOn:
        return "Codes by mail are asked for at sign-ins from now on.";
    case Change::MailCodesOff:
        return "Codes by mail are asked for no more.";
    case Change::SignInLinked:
        return with("A way to sign in by another service was added");
    case Change::SignInUnlinked:
        return with("A way to sign in by another service was removed");
    case Change::FactorsReset:
        return "Those who run the server took all passkeys, the authenticator app and the recovery codes from the account.";
    case Change::SessionStolen:
        return "A copy of a sign-in of yours was used. That sign-in has been ended wherever it was in use.";
    }
    return "The account was changed.";
}

std::string chineseChange(Change change, const std::string &detail)
{
    const auto with = [&](const char *what) { return named(what, detail, "："); };
    switch (change) {
    case Change::PasswordChanged:
        return "密码已更改。";
    case Change::PasskeyAdded:
        return with("已添加通行密钥");
    case Change::PasskeyRemoved:
        return with("已删除通行密钥");
    case Change::AppAdded:
        return "已添加身份验证器应用。";
    case Change::AppRemoved:
        return "已移除身份验证器应用。";
    case Change::RecoveryCodesMade:
        return "已生成新的恢复代码，旧的恢复代码不再有效。";
    case Change::AddressAdded:
        return with("已添加邮箱地址");
    case Change::AddressRemoved:
        return with("已删除邮箱地址");
    case Change::AddressPrimary:
        return with("今后有关账号的邮件将发送到另一个邮箱地址");
    case Change::MailCodesOn:
        return "今后登录时将要求输入邮件验证码。";
    case Change::MailCodesOff:
        return "登录时不再要求输入邮件验证码。";
    case Change::SignInLinked:
        return with("已添加第三方登录方式");
    case Change::SignInUnlinked:
        return with("已移除第三方登录方式");
    case Change::FactorsReset:
        return "服务器管理员移除了该账号的所有通行密钥、身份验证器应用和恢复代码。";
    case Change::SessionStolen:
        return "您的一次登录被复制并使用。该登录已在所有设备上结束。";
    }
    return "账号已更改。";
}

} // namespace matinee::mail
