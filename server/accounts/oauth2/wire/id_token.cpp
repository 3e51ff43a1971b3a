#include "accounts/oauth2/wire/id_token.h"

#include "accounts/oauth2/wire/token_exchange.h"
#include "accounts/oauth2/wire/user_info.h"
#include "accounts/wire/digest.h"

#include <algorithm>

namespace matinee::accounts::oauth2 {

namespace {

constexpr std::string_view kTenant = "{tenantid}";

std::string_view textClaim(const JwtClaims &claims, std::string_view name)
{
    const auto *text = textMember(claims.all, name);
    return text ? std::string_view(*text) : std::string_view();
}

/// A GUID in lower case, as `tid` has it.
bool isTenant(std::string_view text)
{
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool isDash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool isHex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (isDash ? text[i] != '-' : !isHex)
            return false;
    }
    return true;
}

} // namespace

Result<IdToken, IdTokenRefusal> verifyIdToken(std::string_view token, const KeySet &keys, const IdTokenExpectation &expected,
                                              std::chrono::system_clock::time_point now)
{
    JwtExpectation expectation{.algorithms = {Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa}};
    expectation.audience = expected.clientId;
    expectation.leeway = std::chrono::seconds(60);
    expectation.limits = {.bytes = kMostTokenBytes, .depth = 16};
    if (!expected.isOfAnyTenant)
        expectation.issuer = expected.issuer;
    auto claims = verifyJwt(token, keys, expectation, now);
    if (!claims)
        return IdTokenRefusal{tokenFaultName(claims.error()), claims.error() == TokenFault::UnknownKey};

    IdToken good;
    good.issuer = expected.issuer;
    const std::string_view subject = claims->subject ? std::string_view(*claims->subject) : std::string_view();
    if (!isSubject(subject))
        return IdTokenRefusal{"subject"};
    good.subject = subject;
    if (expected.isOfAnyTenant) {
        const std::string_view tenant = textClaim(*claims, "tid");
        std::string issuer = expected.issuer;
        const auto at = issuer.find(kTenant);
        if (!isTenant(tenant) || at == std::string::npos)
            return IdTokenRefusal{"tenant"};
        if (claims->issuer != issuer.replace(at, kTenant.size(), tenant))
            return IdTokenRefusal{"issuer"};
        good.subject = std::string(tenant) + "/" + good.subject;
    }
    if (expected.nonce.empty() || !equalInConstantTime(bytesOf(textClaim(*claims, "nonce")), bytesOf(expected.nonce)))
        return IdTokenRefusal{"nonce"};
    // Whoever it was issued to must be us where it says so, and must say so where it is for several.
    const bool namesParty = claims->all.contains("azp");
    if ((namesParty && textClaim(*claims, "azp") != expected.clientId) || (!namesParty && claims->audience.size() > 1))
        return IdTokenRefusal{"party"};
    if (!claims->issuedAt)
        return IdTokenRefusal{"claims"};
    good.claims = std::move(*claims);
    return good;
}

} // namespace matinee::accounts::oauth2
