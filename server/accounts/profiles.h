// What people do with their own profile: the name that is shown, the language, and whom they block. Owned by app; its Tasks may be awaited
// on any worker.
#pragma once

#include "store/profiles.h"

#include "common/protocol/caller.h"

#include <memory>
#include <optional>

namespace matinee::accounts {

class Profiles
{
public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr int kMostBlocked = 1000; ///< By one person.

    explicit Profiles(store::Store &store) : m_store(store) {}

    Task<Result<store::ProfileRow>> find(std::string userId);

    struct Change
    {
        std::optional<std::string> displayName; ///< "" for the name of the account.
        std::optional<std::string> language;
    };
    /// InvalidArgument, field "display_name" or "language"; AlreadyExists for a display name that looks like somebody else's name.
    Task<Result<store::ProfileRow>> update(std::string userId, Change change, std::shared_ptr<AuditNote> note, Time now);

    /// `who`: an id, or else a name. NotFound; FailedPrecondition for oneself and at kMostBlocked. Once more makes no difference.
    Task<Result<void>> block(std::string userId, std::string who, Time now);
    /// NotFound where there is no such account; who was not blocked stays so.
    Task<Result<void>> unblock(std::string userId, std::string who);
    Task<Result<std::vector<store::BlockRow>>> blocked(std::string userId);

private:
    store::Store &m_store;
};

/// NFC, without spaces at its ends: at most 64 characters, none of them invisible or for control. Empty stays empty.
[[nodiscard]] Result<std::string> parseDisplayName(std::string_view typed);

} // namespace matinee::accounts
