#include "accounts/oauth2/wire/user_info.h"

#include "accounts/oauth2/wire/utf8_text.h"
#include "accounts/wire/strict_json.h"

#include <boost/json/array.hpp>

#include <algorithm>

namespace matinee::accounts::oauth2 {

namespace {

namespace json = boost::json;

constexpr JsonLimits kLimits{.bytes = kMostUserInfoBytes, .depth = 16};

std::string_view text(const json::object &object, std::string_view name)
{
    const auto *value = textMember(object, name);
    return value ? std::string_view(*value) : std::string_view();
}

/// The first of them that is there.
std::string_view firstText(const json::object &object, std::initializer_list<std::string_view> names)
{
    for (const std::string_view name : names)
        if (const auto value = text(object, name); !value.empty())
            return value;
    return {};
}

/// Apple writes "true" as a text.
bool isTrue(const json::object &object, std::string_view name)
{
    const auto *value = object.if_contains(name);
    return value && ((value->is_bool() && value->get_bool()) || (value->is_string() && value->get_string() == "true"));
}

/// A whole number as text; "" for anything else.
std::string wholeNumber(const json::object &object, std::string_view name)
{
    const auto *value = object.if_contains(name);
    if (value && value->is_int64() && value->get_int64() > 0)
        return std::to_string(value->get_int64());
    return value && value->is_uint64() ? std::to_string(value->get_uint64()) : std::string();
}

bool isZero(const json::object &object, std::string_view name)
{
    const auto *value = object.if_contains(name);
    return value && value->is_int64() && value->get_int64() == 0;
}

bool isEmail(std::string_view value)
{
    const auto at = value.rfind('@');
    return value.size() <= 254 && at != std::string_view::npos && at > 0 && at + 1 < value.size() && isUtf8(value) &&
           std::all_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7F'; });
}

void setEmail(RemoteUser &user, std::string_view email, bool isVerified)
{
    if (!isEmail(email))
        return;
    user.email = email;
    user.isEmailVerified = isVerified;
}

Result<RemoteUser, UserInfoFault> userOf(std::string_view subject, std::string_view name)
{
    if (!isSubject(subject))
        return UserInfoFault::Subject;
    RemoteUser user;
    user.subject = subject;
    user.name = plainText(name, kMostNameBytes);
    return user;
}

} // namespace

std::string_view userInfoFaultText(UserInfoFault fault)
{
    switch (fault) {
    case UserInfoFault::Malformed:
        return "Its answer about the person is not of the form that it documents.";
    case UserInfoFault::Refused:
        return "It does not tell who the person is.";
    case UserInfoFault::Subject:
        break;
    }
    return "Its answer about the person does not name them, or names another one.";
}

bool isSubject(std::string_view text)
{
    return !text.empty() && text.size() <= kMostSubjectBytes &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

Result<RemoteUser, UserInfoFault> userOfClaims(const json::object &claims)
{
    auto user = userOf(text(claims, "sub"), firstText(claims, {"preferred_username", "nickname", "name"}));
    if (user)
        setEmail(*user, text(claims, "email"), isTrue(claims, "email_verified"));
    return user;
}

Result<RemoteUser, UserInfoFault> userOfOpenId(std::string_view answer, std::string_view subject)
{
    const auto claims = strictObject(answer, kLimits);
    if (!claims)
        return UserInfoFault::Malformed;
    if (text(*claims, "sub") != subject)
        return UserInfoFault::Subject;
    return userOfClaims(*claims);
}

Result<RemoteUser, UserInfoFault> userOfGitHub(std::string_view answer)
{
    const auto object = strictObject(answer, kLimits);
    if (!object)
        return UserInfoFault::Malformed;
    // `email` is what they show to everybody, whether they proved it or not: the list of addresses says more.
    return userOf(wholeNumber(*object, "id"), firstText(*object, {"login", "name"}));
}

Result<void, UserInfoFault> addGitHubEmail(std::string_view answer, RemoteUser &user)
{
    const auto wrapped = strictObject("{\"list\":" + std::string(answer.substr(0, kMostUserInfoBytes)) + "}",
                                      {.bytes = kMostUserInfoBytes + 16, .depth = 8});
    const auto *list = wrapped && wrapped->size() == 1 ? wrapped->at("list").if_array() : nullptr;
    if (!list)
        return UserInfoFault::Malformed;
    for (const json::value &entry : *list) {
        const auto *address = entry.if_object();
        if (!address)
            return UserInfoFault::Malformed;
        if (isTrue(*address, "primary"))
            setEmail(user, text(*address, "email"), isTrue(*address, "verified"));
    }
    return {};
}

Result<RemoteUser, UserInfoFault> userOfDiscord(std::string_view answer)
{
    const auto object = strictObject(answer, kLimits);
    if (!object)
        return UserInfoFault::Malformed;
    auto user = userOf(text(*object, "id"), firstText(*object, {"username", "global_name"}));
    if (user)
        setEmail(*user, text(*object, "email"), isTrue(*object, "verified"));
    return user;
}

Result<RemoteUser, UserInfoFault> userOfGitee(std::string_view answer)
{
    const auto object = strictObject(answer, kLimits);
    if (!object)
        return UserInfoFault::Malformed;
    auto user = userOf(wholeNumber(*object, "id"), firstText(*object, {"login", "name"}));
    if (user)
        setEmail(*user, text(*object, "email"), false); // it does not say whether it was proved
    return user;
}

Result<RemoteUser, UserInfoFault> userOfFeishu(std::string_view answer)
{
    const auto object = strictObject(answer, kLimits);
    if (!object)
        return UserInfoFault::Malformed;
    if (!isZero(*object, "code"))
        return UserInfoFault::Refused;
    const auto *member = object->if_contains("data");
    const auto *data = member ? member->if_object() : nullptr;
    if (!data)
        return UserInfoFault::Malformed;
    auto user = userOf(text(*data, "open_id"), firstText(*data, {"name", "en_name"}));
    if (user)
        setEmail(*user, firstText(*data, {"enterprise_email", "email"}), false);
    return user;
}

Result<std::string, UserInfoFault> openIdOfQq(std::string_view answer, std::string_view clientId)
{
    const auto object = strictObject(answer, kLimits);
    if (!object)
        return UserInfoFault::Malformed;
    if (object->contains("error"))
        return UserInfoFault::Refused;
    const std::string_view openId = text(*object, "openid");
    if (text(*object, "client_id") != clientId || !isSubject(openId))
        return UserInfoFault::Subject;
    return std::string(openId);
}

Result<RemoteUser, UserInfoFault> userOfQq(std::string_view answer, std::string_view openId)
{
    const auto object = strictObject(answer, kLimits);
    if (!object)
        return UserInfoFault::Malformed;
    if (!isZero(*object, "ret"))
        return UserInfoFault::Refused;
    return userOf(openId, text(*object, "nickname"));
}

} // namespace matinee::accounts::oauth2
