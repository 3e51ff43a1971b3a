#include "accounts/guests.h"

#include "accounts/secrets.h"
#include "accounts/wire/jwt.h"

#include <arpa/inet.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace matinee::accounts {

namespace {

const std::string kName = "matinee"; // issuer and audience
const std::string kType = "guest+jwt";
const std::string kEverybody = "guests"; // whose sockets all of them are
constexpr std::size_t kIdCharacters = 15;
constexpr std::uint32_t kFirstNumber = 1000; // four digits
constexpr std::uint32_t kNumbers = 9000;

Error notWelcome()
{
    return fail(ErrorCode::Unauthenticated, "This guest is not known here any more. Enter again, or sign in.");
}

const std::string *textClaim(const boost::json::object &claims, std::string_view name, std::string &into)
{
    const auto *value = claims.if_contains(name);
    const auto *text = value ? value->if_string() : nullptr;
    if (!text || text->empty())
        return nullptr;
    into.assign(text->data(), text->size());
    return &into;
}

} // namespace

std::string guestNetwork(const std::string &address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    in6_addr wide{};
    in_addr narrow{};
    const bool isWide = inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &wide) == 1;
    if (isWide && IN6_IS_ADDR_V4MAPPED(&wide)) {
        std::copy(wide.s6_addr + 12, wide.s6_addr + 16, reinterpret_cast<std::uint8_t *>(&narrow));
    } else if (isWide) {
        std::fill(wide.s6_addr + 7, wide.s6_addr + 16, std::uint8_t{0});
        inet_ntop(AF_INET6, &wide, text.data(), text.size());
        return std::string(text.data()) + "/56";
    } else if (inet_pton(AF_INET, address.c_str(), &narrow) != 1) {
        return address;
    }
    reinterpret_cast<std::uint8_t *>(&narrow)[3] = 0;
    inet_ntop(AF_INET, &narrow, text.data(), text.size());
    return std::string(text.data()) + "/24";
}

Guests::Guests(KeyRing keys) : m_keys(std::make_shared<const KeyRing>(std::move(keys))) {}

Result<Guests::Entered> Guests::enter(const std::string &address, Time now)
{
    std::shared_ptr<const KeyRing> keys;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_isAllowed)
            return fail(ErrorCode::PermissionDenied, "This server lets in nobody without an account. Sign in.");
        const std::string network = guestNetwork(address);
        Arrivals *arrivals = m_arrivals.find(network);
        if (!arrivals || now - arrivals->windowBegan >= kWindow || now < arrivals->windowBegan)
            arrivals = &m_arrivals.put(network, {now, 0});
        if (arrivals->count >= kMostPerNetwork) {
            Error error = fail(ErrorCode::RateLimited, "Too many guests have come from this network. Sign in, or try again later.");
            error.retryAfter = std::chrono::ceil<std::chrono::seconds>(arrivals->windowBegan + kWindow - now);
            return error;
        }
        ++arrivals->count;
        keys = m_keys;
    }
    Entered entered;
    entered.guest.id = "g" + randomText(kIdCharacters);
    entered.guest.name = "Guest " + std::to_string(kFirstNumber + randombytes_uniform(kNumbers));
    entered.guest.expiresAt = Time(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) + kLifetime); // as a token holds it
    boost::json::object claims;
    claims["iss"] = kName;
    claims["aud"] = kName;
    claims["sub"] = entered.guest.id;
    claims["name"] = entered.guest.name;
    claims["role"] = "guest";
    claims["iat"] = numericDate(now);
    claims["exp"] = numericDate(entered.guest.expiresAt);
    auto token = signJwt(keys->current(), claims, kType);
    if (!token)
        return fail(ErrorCode::Internal, "The token could not be signed.");
    entered.token = std::move(*token);
    return entered;
}

Result<Guest> Guests::verify(std::string_view token, Time now)
{
    std::shared_ptr<const KeyRing> keys;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_isAllowed)
            return notWelcome();
        keys = m_keys;
    }
    static const JwtExpectation expected{.algorithms = {Algorithm::Hs256},
                                         .issuer = kName,
                                         .audience = kName,
                                         .type = kType,
                                         .checkIssuedAt = false, // a clock that was put back a little sends nobody away
                                         .limits = {kMostTokenBytes, 4}};
    const auto verified = verifyJwt(token, keys->keys(), expected, now);
    if (!verified || !verified->subject || !verified->subject->starts_with('g'))
        return notWelcome();
    Guest guest;
    if (!textClaim(verified->all, "name", guest.name))
        return notWelcome();
    guest.id = *verified->subject;
    guest.expiresAt = Time(std::chrono::duration_cast<Time::duration>(verified->expires));
    const std::lock_guard lock(m_mutex);
    m_known.put(guest.id, guest);
    return guest;
}

std::optional<Guest> Guests::find(const std::string &id)
{
    const std::lock_guard lock(m_mutex);
    const Guest *guest = m_isAllowed ? m_known.find(id) : nullptr;
    return guest ? std::optional<Guest>(*guest) : std::nullopt;
}

void Guests::setAllowed(bool isAllowed)
{
    {
        const std::lock_guard lock(m_mutex);
        m_isAllowed = isAllowed;
    }
    if (!isAllowed)
        m_watchers.announceUser(kEverybody);
}

bool Guests::isAllowed() const
{
    const std::lock_guard lock(m_mutex);
    return m_isAllowed;
}

void Guests::setKeys(KeyRing keys)
{
    auto next = std::make_shared<const KeyRing>(std::move(keys));
    const std::lock_guard lock(m_mutex);
    m_keys = std::move(next);
}

SessionWatchers::Watch Guests::watch(const std::string &guestId, std::function<void()> onEnd)
{
    auto isTold = std::make_shared<std::atomic<bool>>(false);
    const std::function<void()> once = [isTold = std::move(isTold), onEnd = std::move(onEnd)] {
        if (!isTold->exchange(true))
            onEnd();
    };
    // First added, then looked: an end that comes between is told by one of the two.
    auto watch = m_watchers.add(guestId, kEverybody, once);
    if (!isAllowed())
        once();
    return watch;
}

} // namespace matinee::accounts
