#include "app/relying_party.h"

#include "accounts/wire/relying_party.h"

#include "common/settings/declarations.h"

#include <algorithm>

namespace matinee::app {

namespace {

/// "https://Watch.example.org:443/live" -> "https://watch.example.org", as browsers write it. "" for no URL.
std::string originOf(const std::string &url)
{
    const auto scheme = url.find("://");
    if (scheme == std::string::npos)
        return {};
    std::string origin = url.substr(0, url.find('/', scheme + 3));
    std::transform(origin.begin(), origin.end(), origin.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const std::string usual = origin.starts_with("https://") ? ":443" : ":80";
    if (origin.ends_with(usual))
        origin.resize(origin.size() - usual.size());
    return origin;
}

std::string hostOf(const std::string &origin)
{
    const auto scheme = origin.find("://");
    if (scheme == std::string::npos)
        return {};
    const std::string authority = origin.substr(scheme + 3);
    return authority.starts_with('[') ? authority : authority.substr(0, authority.find(':'));
}

} // namespace

Result<accounts::RelyingParty> relyingParty(const settings::Snapshot &settings)
{
    accounts::RelyingParty party;
    party.name = settings.get(settings::serverName);
    party.id = settings.get(settings::webauthnRpId);
    party.origins = settings.get(settings::webauthnRpOrigin);
    const bool isGiven = !party.id.empty() || !party.origins.empty();
    const std::string own = originOf(settings.get(settings::serverPublicUrl));
    if (party.origins.empty() && !own.empty())
        party.origins.push_back(own);
    if (party.origins.empty() && !party.id.empty())
        party.origins.push_back("https://" + party.id);
    if (party.id.empty() && !party.origins.empty())
        party.id = hostOf(party.origins.front());
    if (party.id.empty() && isGiven)
        return fail(ErrorCode::InvalidArgument,
                    "webauthn.rp_origin: \"" + party.origins.front() + "\" must be like https://watch.example.org.", "webauthn.rp_origin");
    if (party.id.empty())
        return party;
    if (const auto problem = accounts::relyingPartyProblem(party.id, party.origins)) {
        if (isGiven)
            return fail(ErrorCode::InvalidArgument, *problem, "webauthn.rp_id");
        party.id.clear(); // an address in the house, or without https: passkeys are not for it
        party.origins.clear();
    }
    return party;
}

} // namespace matinee::app
