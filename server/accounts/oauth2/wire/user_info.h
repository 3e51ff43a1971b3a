// What providers say about a person, each in its own form, as one value. Pure; any thread.
#pragma once

#include "common/protocol/result.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace matinee::accounts::oauth2 {

inline constexpr std::size_t kMostUserInfoBytes = std::size_t{64} << 10;
inline constexpr std::size_t kMostSubjectBytes = 255; ///< OpenID Connect Core, 2.
inline constexpr std::size_t kMostNameBytes = 128;    ///< Longer names are cut.

struct RemoteUser
{
    std::string subject{};        ///< Never changes and is never given to anybody else: what an identity is known by.
    std::string name{};           ///< What they are called there; "" where it is not told. Without control characters.
    std::string email{};          ///< "" where it is not told, or is none.
    bool isEmailVerified = false; ///< The provider says that it has proved it.
};

enum class UserInfoFault
{
    Malformed, ///< No JSON object of the form, or too long.
    Refused,   ///< The provider reports an error.
    Subject,   ///< Nothing that names the person, or not the one of the token.
};
[[nodiscard]] std::string_view userInfoFaultText(UserInfoFault fault); ///< A sentence for the log.

[[nodiscard]] bool isSubject(std::string_view text); ///< 1 to 255 visible ASCII characters.

/// Claims by their standard names (OpenID Connect Core, 5.1), of an id_token or an answer.
[[nodiscard]] Result<RemoteUser, UserInfoFault> userOfClaims(const boost::json::object &claims);
/// An answer of the userinfo endpoint: its `sub` must be the one of the id_token (5.3.2), `subject`.
[[nodiscard]] Result<RemoteUser, UserInfoFault> userOfOpenId(std::string_view text, std::string_view subject);

[[nodiscard]] Result<RemoteUser, UserInfoFault> userOfGitHub(std::string_view text);
/// The primary address of the list of addresses; the user stays as it is where there is none.
[[nodiscard]] Result<void, UserInfoFault> addGitHubEmail(std::string_view text, RemoteUser &user);
[[nodiscard]] Result<RemoteUser, UserInfoFault> userOfDiscord(std::string_view text);
[[nodiscard]] Result<RemoteUser, UserInfoFault> userOfGitee(std::string_view text);
[[nodiscard]] Result<RemoteUser, UserInfoFault> userOfFeishu(std::string_view text);
/// The openid, where the token was issued to us.
[[nodiscard]] Result<std::string, UserInfoFault> openIdOfQq(std::string_view text, std::string_view clientId);
[[nodiscard]] Result<RemoteUser, UserInfoFault> userOfQq(std::string_view text, std::string_view openId);

} // namespace matinee::accounts::oauth2
