#include "accounts/signing_keys.h"

#include "accounts/access_tokens.h"
#include "accounts/guests.h"
#include "accounts/secrets.h"
#include "accounts/server_keys.h"
#include "accounts/wire/strict_json.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <optional>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

Error damaged()
{
    return fail(ErrorCode::FailedPrecondition, "These are no signing keys of Matinee.");
}

/// The text of one of the two rings.
std::optional<std::string> ringText(const json::object &object, std::string_view name)
{
    const auto *value = object.if_contains(name);
    const auto *ring = value ? value->if_object() : nullptr;
    return ring ? std::optional<std::string>(json::serialize(*ring)) : std::nullopt;
}

std::string markIn(std::string_view text)
{
    const auto object = strictObject(text);
    const auto *mark = object ? textMember(*object, "secret") : nullptr;
    return mark ? std::string(mark->data(), mark->size()) : std::string();
}

} // namespace

SigningKeys SigningKeys::of(std::string_view secret)
{
    return {accessKeysOf(secret), guestKeysOf(secret)};
}

bool belongsToAnotherSecret(std::string_view text, std::string_view secret)
{
    const std::string mark = markIn(text);
    return !mark.empty() && !equalSecrets(mark, markOfSecret(secret));
}

Result<SigningKeys> SigningKeys::parse(std::string_view text, std::string_view secret)
{
    const auto object = strictObject(text);
    if (!object || markIn(text).empty())
        return damaged();
    if (belongsToAnotherSecret(text, secret))
        return fail(ErrorCode::FailedPrecondition, "These signing keys were made under another jwt.secret.");
    const auto access = ringText(*object, "access");
    const auto guests = ringText(*object, "guests");
    if (!access || !guests)
        return damaged();
    auto ofPeople = KeyRing::parse(*access);
    auto ofGuests = KeyRing::parse(*guests);
    const bool areGood = ofPeople && ofGuests && ofPeople->current().key.isSymmetric() && ofGuests->current().key.isSymmetric();
    if (!areGood)
        return damaged();
    return SigningKeys{std::move(*ofPeople), std::move(*ofGuests)};
}

std::string SigningKeys::serialised(std::string_view secret) const
{
    json::object all;
    all["secret"] = markOfSecret(secret);
    all["access"] = json::parse(access.serialised());
    all["guests"] = json::parse(guests.serialised());
    return json::serialize(all);
}

Result<void> SigningKeys::rotate(const Seeds &random, KeyRing::Time now)
{
    access.forget(now);
    guests.forget(now);
    const auto ofPeople = access.rotate(random.access, now, AccessTokens::kLifetime);
    const auto ofGuests = guests.rotate(random.guests, now, Guests::kLifetime);
    if (!ofPeople || !ofGuests)
        return fail(ErrorCode::Internal, "The random numbers make no keys.");
    return {};
}

} // namespace matinee::accounts
