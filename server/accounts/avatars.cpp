#include "accounts/avatars.h"

#include "accounts/people_rules.h"

#include <boost/json.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace matinee::accounts {

namespace {

using store::AvatarRow;
using store::Transaction;
using Found = std::optional<AvatarRow>;

constexpr std::size_t kTagBytes = 8;
constexpr std::size_t kMostIdBytes = 64;

/// One of the few that may go on at a time.
class Turn
{
public:
    Turn(std::atomic<int> &running, int most) : m_running(running), m_mayRun(++running <= most) {}
    ~Turn() { --m_running; }
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;
    [[nodiscard]] bool mayRun() const { return m_mayRun; }

private:
    std::atomic<int> &m_running;
    const bool m_mayRun;
};

std::string tagOf(const std::string &jpeg)
{
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char *>(jpeg.data()), jpeg.size());
    std::array<char, kTagBytes * 2 + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), kTagBytes);
    return hex.data();
}

Error busy(std::string words, std::chrono::seconds wait)
{
    auto error = fail(ErrorCode::Unavailable, std::move(words));
    error.retryAfter = wait;
    return error;
}

void tell(const std::shared_ptr<AuditNote> &note, const std::string &userId, const Found &before, const std::string &tag)
{
    if (!note)
        return;
    const auto state = [&](const std::string &of) {
        return boost::json::serialize(boost::json::object{{"avatar", avatarPath(userId, of)}});
    };
    note->before = state(before ? before->tag : "");
    note->after = state(tag);
}

bool looksLikeId(const std::string &text)
{
    return !text.empty() && text.size() <= kMostIdBytes && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

struct Removed
{
    std::string userId;
    Found before;
};

Result<Found> removed(Transaction &tx, const std::string &userId)
{
    auto before = store::findAvatar(tx, userId);
    if (!before)
        return before.error();
    if (auto gone = store::deleteAvatar(tx, userId); !gone)
        return gone.error();
    return before;
}

} // namespace

std::string avatarPath(const std::string &userId, const std::string &tag)
{
    return tag.empty() ? "" : "/avatars/" + userId + ".jpg?v=" + tag;
}

Task<Result<std::string>> Avatars::set(std::string userId, std::string file, std::shared_ptr<AuditNote> note, Time now)
{
    using Answer = Result<std::string>;
    if (file.empty())
        co_return Answer(fail(ErrorCode::InvalidArgument, "There is no picture in this. Send a JPEG, PNG, WebP or GIF.", "image"));
    if (file.size() > kMostBytes)
        co_return Answer(fail(ErrorCode::InvalidArgument, "The picture has more than 4 MiB. Make it smaller first.", "image"));
    const Turn turn(m_making, kMostAtOnce);
    if (!turn.mayRun())
        co_return Answer(busy("Too many pictures are being made just now. Try again in a moment.", std::chrono::seconds(5)));
    Result<std::string> jpeg = co_await m_portrayer(std::move(file));
    if (!jpeg)
        co_return Answer(jpeg.error());
    AvatarRow row;
    row.tag = tagOf(*jpeg);
    row.jpeg = std::move(*jpeg);
    std::function<Result<Found>(Transaction &)> job = [userId, row, now](Transaction &tx) -> Result<Found> {
        const auto user = store::lockUser(tx, userId);
        if (!user)
            return user.error();
        if (!*user || (*user)->deletedAt)
            return fail(ErrorCode::NotFound, "This account is gone.");
        auto before = store::findAvatar(tx, userId);
        if (!before)
            return before.error();
        if (auto put = store::putAvatar(tx, userId, row, now); !put)
            return put.error();
        return before;
    };
    const Result<Found> before = co_await m_store.write<Found>(std::move(job));
    if (!before)
        co_return Answer(before.error());
    tell(note, userId, *before, row.tag);
    co_return Answer(avatarPath(userId, row.tag));
}

Task<Result<std::string>> Avatars::remove(std::string userId, std::shared_ptr<AuditNote> note)
{
    std::function<Result<Found>(Transaction &)> job = [userId](Transaction &tx) { return removed(tx, userId); };
    const Result<Found> before = co_await m_store.write<Found>(std::move(job));
    if (!before)
        co_return Result<std::string>(before.error());
    tell(note, userId, *before, "");
    co_return Result<std::string>(std::string());
}

Task<Result<std::string>> Avatars::removeOf(std::string who, Actor actor)
{
    std::function<Result<Removed>(Transaction &)> job = [who, actor](Transaction &tx) -> Result<Removed> {
        const auto user = findPerson(tx, who);
        if (!user)
            return user.error();
        if (auto may = checkMayHandle(actor, *user); !may)
            return may.error();
        auto before = removed(tx, user->id);
        if (!before)
            return before.error();
        return Removed{user->id, std::move(*before)};
    };
    const Result<Removed> done = co_await m_store.write<Removed>(std::move(job));
    if (!done)
        co_return Result<std::string>(done.error());
    tell(actor.note, done->userId, done->before, "");
    co_return Result<std::string>(std::string());
}

Task<Result<Found>> Avatars::find(std::string userId)
{
    if (!looksLikeId(userId))
        co_return Result<Found>(Found());
    const Turn turn(m_reading, kMostReads);
    if (!turn.mayRun())
        co_return Result<Found>(busy("Too many pictures are asked for just now.", std::chrono::seconds(1)));
    std::function<Result<Found>(Transaction &)> job = [userId](Transaction &tx) { return store::findShownAvatar(tx, userId); };
    co_return co_await m_store.read<Found>(std::move(job));
}

} // namespace matinee::accounts
