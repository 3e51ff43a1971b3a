// Whether webauthn.rp_id and webauthn.rp_origin can ever work together: browsers only say that it did not. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::accounts {

/// A sentence that says what is wrong and what to write; nothing where all is well. `id` is a domain, each origin is https://host[:port] as
/// browsers write it (http only for localhost), and its host is the domain or within it.
[[nodiscard]] std::optional<std::string> relyingPartyProblem(std::string_view id, const std::vector<std::string> &origins);

} // namespace matinee::accounts
