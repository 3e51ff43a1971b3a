// Tables `profiles` and `user_blocks`: what people say of themselves, and whom they do not want to hear.
#pragma once

#include "store/store.h"

#include <chrono>
#include <string>
#include <vector>

namespace matinee::store {

struct ProfileRow
{
    std::string displayName; ///< "" for the name.
    std::string language;    ///< Of table `users`.
    std::string avatarTag{}; ///< Of table `avatars`; "" for none.
};

struct BlockRow
{
    std::string userId; ///< Who is blocked.
    std::string name;
    std::chrono::system_clock::time_point since;
};

/// Empty where there is no such account; with empty fields where they have said nothing.
Result<std::optional<ProfileRow>> findProfile(Transaction &tx, const std::string &userId);
Result<void> putProfile(Transaction &tx, const std::string &userId, const ProfileRow &profile, std::chrono::system_clock::time_point now);

/// False where it is so already.
Result<bool> insertBlock(Transaction &tx, const std::string &userId, const std::string &blockedId,
                         std::chrono::system_clock::time_point now);
Result<bool> deleteBlock(Transaction &tx, const std::string &userId, const std::string &blockedId);
Result<bool> isBlocked(Transaction &tx, const std::string &userId, const std::string &blockedId);
Result<int> countBlocks(Transaction &tx, const std::string &userId);
/// By name, at most `limit`.
Result<std::vector<BlockRow>> listBlocks(Transaction &tx, const std::string &userId, int limit);

} // namespace matinee::store
