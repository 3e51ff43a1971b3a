// OPAQUE registration records as the database holds them, and as a sign-in is checked against them. Any thread.
#pragma once

#include "common/opaque/server_setup.h"

#include <optional>
#include <string>
#include <string_view>

namespace matinee::accounts {

/// What the client uploaded, as 384 hexadecimal digits. Nothing for what is no record (opaque::acceptRecord).
[[nodiscard]] std::optional<std::string> recordText(std::string_view upload);

/// The credential of the account, or the stand-in of the name where there is none or it has no password; the work is the same.
/// `nameKey`: of the name that was typed (user_names.h).
[[nodiscard]] opaque::Credential credentialFor(const opaque::ServerSetup &setup, std::string_view nameKey, const std::string &userId,
                                               const std::optional<std::string> &record);

[[nodiscard]] inline opaque::Bytes opaqueBytes(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}
template <std::size_t N> [[nodiscard]] std::string textOfMessage(const std::array<std::uint8_t, N> &message)
{
    return {reinterpret_cast<const char *>(message.data()), N};
}

} // namespace matinee::accounts
