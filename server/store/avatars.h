// Table `avatars`: people's pictures as the server has made them.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>

namespace matinee::store {

struct AvatarRow
{
    std::string jpeg;
    std::string tag; ///< Names these bytes.
};

/// None where there is no picture, or the account is closed.
Result<std::optional<AvatarRow>> findShownAvatar(Transaction &tx, const std::string &userId);
/// None where there is no picture.
Result<std::optional<AvatarRow>> findAvatar(Transaction &tx, const std::string &userId);
Result<void> putAvatar(Transaction &tx, const std::string &userId, const AvatarRow &avatar, std::chrono::system_clock::time_point now);
/// False where there was none.
Result<bool> deleteAvatar(Transaction &tx, const std::string &userId);

} // namespace matinee::store
