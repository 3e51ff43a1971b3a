// Delivery of one mail to the operator's mail server: SMTP (RFC 5321) with STARTTLS (RFC 3207) or TLS from the start (RFC 8314), by
// libcurl. Blocks for up to kDeliveryTimeout: never on a worker. Any thread; several at the same time.
#pragma once

#include "mail/wire/address.h"

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace matinee::mail {

inline constexpr std::chrono::seconds kConnectTimeout{15};
inline constexpr std::chrono::seconds kDeliveryTimeout{60}; ///< From the first packet to the last answer.

enum class Security
{
    StartTls, ///< Required: without it nothing is sent, neither password nor mail.
    Tls,      ///< From the start.
    None
};

struct SmtpServer
{
    std::string host;
    std::uint16_t port = 587;
    Security security = Security::StartTls;
    std::string username; ///< Empty: no sign-in.
    std::string password;
    std::string caFile; ///< Empty: the system's authorities.
};

struct Envelope
{
    Address from;
    Address to;
    std::string message; ///< mail/wire/message.h
};

enum class Outcome
{
    Sent,
    Later,  ///< Try again: a 4xx answer, or the server cannot be used at all at the moment.
    Refused ///< A 5xx answer to this mail: trying again is of no use.
};

enum class Cause
{
    None,     ///< Sent.
    Network,  ///< Nobody there, the connection broke, the time ran out, or the server serves nobody now.
    Tls,      ///< No STARTTLS, or the certificate is not good for this host.
    SignIn,   ///< User name or password, or the server wants some.
    Deferred, ///< 4xx.
    Refused,  ///< 5xx.
    Stopped   ///< By the stop token.
};

struct Delivery
{
    Outcome outcome = Outcome::Later;
    Cause cause = Cause::Network;
    std::string words;              ///< One sentence or the server's answer, cleaned; no password in it.
    std::vector<std::string> steps; ///< What was done, one sentence each.

    /// The next mail would fare the same: wait before it is tried.
    [[nodiscard]] bool serverIsUnusable() const
    {
        return cause == Cause::Network || cause == Cause::Tls || cause == Cause::SignIn || cause == Cause::Stopped;
    }
};

[[nodiscard]] Delivery deliver(const SmtpServer &server, const Envelope &envelope, const std::stop_token &stop);

/// "network", "tls", "sign_in", "deferred", "refused": for metrics.
[[nodiscard]] std::string_view causeName(Cause cause);

} // namespace matinee::mail
