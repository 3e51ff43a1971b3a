#include "accounts/security_letters.h"

#include "accounts/secrets.h"
#include "observe/log.h"
#include "store/known_devices.h"
#include "store/mail_addresses.h"
#include "store/mail_codes.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace matinee::accounts {

namespace {

using store::Transaction;
using Time = SecurityLetters::Time;

constexpr std::chrono::hours kFirstDay{24};
constexpr std::chrono::hours kRequestsKeptFor{24};

/// Whom to write to; nothing for who has no confirmed address.
Result<std::optional<Letters::Reader>> readerOf(Transaction &tx, const store::UserRow &user)
{
    const auto primary = store::findPrimaryMailAddress(tx, user.id);
    if (!primary)
        return primary.error();
    if (!*primary)
        return std::optional<Letters::Reader>();
    return std::optional<Letters::Reader>(Letters::Reader{(*primary)->address, user.language, user.name});
}

/// A letter that may not be written, or one too many, changes nothing about what it tells of.
void queued(const Result<void> &put)
{
    if (!put)
        log::info("accounts", "a letter about an account was not queued: {}", put.error().message);
}

/// "192.0.2.0/24", "2001:db8:1::/48"; what is no address stays as it is.
std::string networkOf(const std::string &address)
{
    in6_addr bytes{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &bytes) == 1 && !IN6_IS_ADDR_V4MAPPED(&bytes)) {
        std::fill(bytes.s6_addr + 6, bytes.s6_addr + 16, std::uint8_t{0});
        inet_ntop(AF_INET6, &bytes, text.data(), text.size());
        return std::string(text.data()) + "/48";
    }
    const std::string four = address.substr(address.rfind(':') + 1); // "::ffff:192.0.2.1" as well
    in_addr narrow{};
    if (inet_pton(AF_INET, four.c_str(), &narrow) != 1)
        return address;
    narrow.s_addr &= htonl(0xFFFFFF00U);
    inet_ntop(AF_INET, &narrow, text.data(), text.size());
    return std::string(text.data()) + "/24";
}

/// Whether a session that goes on has the same device and network: for accounts that were there before devices were noted.
Result<bool> hasOtherSessionLike(Transaction &tx, const store::SessionRow &session)
{
    const auto others = store::listSessionsOfUser(tx, session.userId);
    if (!others)
        return others.error();
    const std::string hash = deviceHash(session.userId, session.device, session.address);
    return std::any_of(others->begin(), others->end(), [&](const store::SessionRow &other) {
        return other.id != session.id && deviceHash(other.userId, other.device, other.address) == hash;
    });
}

} // namespace

std::string deviceHash(const std::string &userId, const std::string &device, const std::string &address)
{
    return secretHash(userId + "\n" + device + "\n" + networkOf(address));
}

void SecurityLetters::changed(std::string userId, mail::Change change, std::string detail, Letters::Place place, Time now,
                              std::vector<std::string> alsoTo)
{
    if (!m_letters.ready())
        return;
    m_store.writeLater([this, userId = std::move(userId), change, detail = std::move(detail), place = std::move(place), now,
                        alsoTo = std::move(alsoTo)](Transaction &tx) -> Result<void> {
        const auto user = store::findUser(tx, userId);
        if (!user)
            return user.error();
        if (!*user)
            return {};
        const auto primary = readerOf(tx, **user);
        if (!primary)
            return primary.error();
        std::vector<std::string> addresses = alsoTo;
        if (*primary && std::find(addresses.begin(), addresses.end(), (*primary)->address) == addresses.end())
            addresses.push_back((*primary)->address);
        for (const std::string &address : addresses) {
            const Letters::Reader reader{address, (*user)->language, (*user)->name};
            queued(m_letters.changed(tx, reader, change, detail, place, now));
        }
        return {};
    });
}

void SecurityLetters::signedIn(const store::UserRow &user, const store::SessionRow &session, Time now)
{
    if (!m_letters.ready())
        return;
    // This comes from within the transaction that begins the session; jobs that write run one after another, so it is over by then.
    m_store.writeLater([this, user, session, now](Transaction &tx) -> Result<void> {
        const auto begun = store::findSession(tx, session.id);
        if (!begun)
            return begun.error();
        if (!*begun)
            return {}; // it came to nothing
        const auto like = hasOtherSessionLike(tx, session);
        if (!like)
            return like.error();
        const std::string hash = deviceHash(user.id, session.device, session.address);
        const auto seen = store::noteDevice(tx, user.id, hash, now - kKnownFor, now, kMostDevices);
        if (!seen)
            return seen.error();
        const bool isNewAccount = seen->isFirst && now - user.createdAt < kFirstDay;
        if (*like || seen->isKnown || isNewAccount)
            return {};
        const auto preferences = store::findMailPreferences(tx, user.id);
        if (!preferences)
            return preferences.error();
        const auto reader = readerOf(tx, user);
        if (!reader)
            return reader.error();
        if (!preferences->newDeviceLetters || !*reader)
            return {};
        const Letters::Place place{session.device, session.address};
        queued(m_letters.newDevice(tx, **reader, place, now));
        return {};
    });
}

void SecurityLetters::stolen(const store::SessionRow &session, std::string address, Time now)
{
    changed(session.userId, mail::Change::SessionStolen, {}, {session.device, std::move(address)}, now);
}

Task<Result<int>> SecurityLetters::sweep(Time now)
{
    std::function<Result<int>(Transaction &)> job = [now](Transaction &tx) -> Result<int> {
        const auto devices = store::forgetDevices(tx, now - kKnownFor);
        if (!devices)
            return devices.error();
        const auto requests = store::forgetMailRequests(tx, now - kRequestsKeptFor);
        if (!requests)
            return requests.error();
        return *devices + *requests;
    };
    co_return co_await m_store.write<int>(std::move(job));
}

} // namespace matinee::accounts
