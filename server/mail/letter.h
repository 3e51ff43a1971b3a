// What is to be written to whom, as it lies in the queue: JSON, sealed by the outbox. A value; any thread.
#pragma once

#include "mail/wire/address.h"
#include "mail/wire/templates.h"

#include <optional>

namespace matinee::mail {

struct Letter
{
    Address to;
    Kind kind = Kind::Test;
    Language language = Language::English;
    Values values{};                                   ///< `server` is filled in when it is sent.
    std::chrono::system_clock::time_point expiresAt{}; ///< It is not sent after this: its link or code works no more.
};

[[nodiscard]] std::string toJson(const Letter &letter);
/// Nothing where it is not what toJson() made. `expiresAt` has a column of its own.
[[nodiscard]] std::optional<Letter> letterOf(std::string_view json, std::chrono::system_clock::time_point expiresAt);

} // namespace matinee::mail
