// Publish keys: what OBS holds. live_ and 32 characters of a-z and 2-7 (160 random bits); stored as a hash, shown once. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace matinee::accounts {

[[nodiscard]] std::string makePublishKey();
/// Formed like one; saves a look into the database for what scanners send.
[[nodiscard]] bool isPublishKey(std::string_view text);
/// For store::findStreamByKeyHash and StreamRow::keyHash.
[[nodiscard]] std::string publishKeyHash(std::string_view key);
/// In constant time.
[[nodiscard]] bool publishKeyFits(std::string_view key, std::string_view keyHash);

} // namespace matinee::accounts
