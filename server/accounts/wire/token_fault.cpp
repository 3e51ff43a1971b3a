#include "accounts/wire/token_fault.h"

namespace matinee::accounts {

std::string_view tokenFaultName(TokenFault fault)
{
    switch (fault) {
    case TokenFault::TooLong:
        return "too_long";
    case TokenFault::Malformed:
        return "malformed";
    case TokenFault::Algorithm:
        return "algorithm";
    case TokenFault::Critical:
        return "critical";
    case TokenFault::UnknownKey:
        return "unknown_key";
    case TokenFault::Signature:
        return "signature";
    case TokenFault::Claims:
        return "claims";
    case TokenFault::Type:
        return "type";
    case TokenFault::Expired:
        return "expired";
    case TokenFault::NotYet:
        return "not_yet";
    case TokenFault::Issuer:
        return "issuer";
    case TokenFault::Audience:
        return "audience";
    case TokenFault::Subject:
        return "subject";
    }
    return "malformed";
}

} // namespace matinee::accounts
