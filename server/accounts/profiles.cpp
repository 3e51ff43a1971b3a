#include "accounts/profiles.h"

#include "accounts/people.h"
#include "accounts/user_names.h"

#include <QString>
#include <QStringDecoder>

#include <boost/json.hpp>

#include <algorithm>

namespace matinee::accounts {

namespace {

using store::ProfileRow;
using store::Transaction;

constexpr std::size_t kMostBytes = 1024;
constexpr qsizetype kMostCharacters = 64;

Error badDisplayName(const char *what)
{
    return fail(ErrorCode::InvalidArgument, what, "display_name");
}

/// Those that nobody sees, or that turn the text around them.
bool isHidden(char32_t character)
{
    switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return false;
    }
}

/// Nobody is shown under what looks like another's name.
Result<void> checkNobodyElses(Transaction &tx, const std::string &userId, const std::string &displayName)
{
    if (displayName.empty())
        return {};
    const auto other = store::findUserByNameKey(tx, userNameKey(displayName));
    if (!other)
        return other.error();
    if (*other && (*other)->id != userId)
        return fail(ErrorCode::AlreadyExists, "This looks like the name of somebody else. Choose another.", "display_name");
    return {};
}

std::string stateOf(const ProfileRow &profile)
{
    return boost::json::serialize(boost::json::object{{"display_name", profile.displayName}, {"language", profile.language}});
}

Error gone()
{
    return fail(ErrorCode::NotFound, "This account is gone.");
}

} // namespace

Result<std::string> parseDisplayName(std::string_view typed)
{
    if (typed.size() > kMostBytes)
        return badDisplayName("A display name has 64 characters at most.");
    QStringDecoder decode(QStringDecoder::Utf8);
    const QString decoded = decode(QByteArrayView(typed.data(), static_cast<qsizetype>(typed.size())));
    if (decode.hasError())
        return badDisplayName("The display name is no UTF-8.");
    const QString name = decoded.normalized(QString::NormalizationForm_C).trimmed();
    const auto characters = name.toUcs4();
    if (characters.size() > kMostCharacters)
        return badDisplayName("A display name has 64 characters at most.");
    if (std::any_of(characters.begin(), characters.end(), [](auto character) { return isHidden(static_cast<char32_t>(character)); }))
        return badDisplayName("A display name has no characters that nobody can see.");
    return name.toStdString();
}

Task<Result<ProfileRow>> Profiles::find(std::string userId)
{
    std::function<Result<ProfileRow>(Transaction &)> job = [userId](Transaction &tx) -> Result<ProfileRow> {
        auto profile = store::findProfile(tx, userId);
        if (!profile)
            return profile.error();
        if (!*profile)
            return gone();
        return std::move(**profile);
    };
    co_return co_await m_store.read<ProfileRow>(std::move(job));
}

Task<Result<ProfileRow>> Profiles::update(std::string userId, Change change, std::shared_ptr<AuditNote> note, Time now)
{
    if (change.displayName) {
        auto parsed = parseDisplayName(*change.displayName);
        if (!parsed)
            co_return Result<ProfileRow>(parsed.error());
        change.displayName = std::move(*parsed);
    }
    if (change.language && *change.language != "en" && *change.language != "zh-CN")
        co_return Result<ProfileRow>(fail(ErrorCode::InvalidArgument, "The languages are \"en\" and \"zh-CN\".", "language"));
    using Both = std::pair<ProfileRow, ProfileRow>; // as it was and is
    std::function<Result<Both>(Transaction &)> job = [userId, change, now](Transaction &tx) -> Result<Both> {
        const auto before = store::findProfile(tx, userId);
        if (!before)
            return before.error();
        if (!*before)
            return gone();
        ProfileRow after = **before;
        after.displayName = change.displayName.value_or(after.displayName);
        after.language = change.language.value_or(after.language);
        if (auto r = checkNobodyElses(tx, userId, after.displayName); !r)
            return r.error();
        if (auto r = store::putProfile(tx, userId, after, now); !r)
            return r.error();
        return Both(**before, after);
    };
    auto both = co_await m_store.write<Both>(std::move(job));
    if (!both)
        co_return Result<ProfileRow>(both.error());
    if (note) {
        note->before = stateOf(both->first);
        note->after = stateOf(both->second);
    }
    co_return Result<ProfileRow>(std::move(both->second));
}

Task<Result<void>> Profiles::block(std::string userId, std::string who, Time now)
{
    std::function<Result<void>(Transaction &)> job = [userId, who, now](Transaction &tx) -> Result<void> {
        const auto other = findPerson(tx, who);
        if (!other)
            return other.error();
        if (other->id == userId)
            return fail(ErrorCode::FailedPrecondition, "Nobody blocks themselves.", "user");
        const auto count = store::countBlocks(tx, userId);
        if (!count)
            return count.error();
        if (*count >= kMostBlocked)
            return fail(ErrorCode::FailedPrecondition, "You have blocked 1000 people already; unblock some first.");
        const auto added = store::insertBlock(tx, userId, other->id, now);
        return added ? Result<void>() : Result<void>(added.error());
    };
    co_return co_await m_store.write<void>(std::move(job));
}

Task<Result<void>> Profiles::unblock(std::string userId, std::string who)
{
    std::function<Result<void>(Transaction &)> job = [userId, who](Transaction &tx) -> Result<void> {
        const auto other = findPerson(tx, who);
        if (!other)
            return other.error();
        const auto removed = store::deleteBlock(tx, userId, other->id);
        return removed ? Result<void>() : Result<void>(removed.error());
    };
    co_return co_await m_store.write<void>(std::move(job));
}

Task<Result<std::vector<store::BlockRow>>> Profiles::blocked(std::string userId)
{
    std::function<Result<std::vector<store::BlockRow>>(Transaction &)> job = [userId](Transaction &tx) {
        return store::listBlocks(tx, userId, kMostBlocked);
    };
    co_return co_await m_store.read<std::vector<store::BlockRow>>(std::move(job));
}

} // namespace matinee::accounts
