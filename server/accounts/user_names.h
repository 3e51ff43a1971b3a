// Names of people: which ones there may be, and the key by which two are taken for one another. Pure but for Qt's Unicode tables; any
// thread.
//
// The key is NFKC and case folding, and then the look-alikes of Latin letters are made one (after the skeletons of UTS 39): nobody has a
// name that looks like another's, and who types their name in another case is still found.
#pragma once

#include "common/protocol/result.h"

#include <string>
#include <string_view>

namespace matinee::accounts {

inline constexpr std::size_t kLeastNameCharacters = 2;
inline constexpr std::size_t kMostNameCharacters = 32; ///< Code points in NFC.

struct UserName
{
    std::string name; ///< NFC, UTF-8: as it is shown.
    std::string key;  ///< As it is compared.
};

/// A name for a new account. InvalidArgument, field "name", with a sentence that says which rule it breaks: 2 to 32 characters; letters and
/// marks and digits of one script, '.', '-', '_'; a letter or digit first. Han, Hiragana and Katakana count as one script, so do Han and
/// Hangul, and Han and Bopomofo. Invisible characters and those that only differ in style are refused.
[[nodiscard]] Result<UserName> parseUserName(std::string_view typed);

/// The key of whatever somebody typed to sign in or to search: any text, also one that is no name. At most 1024 bytes; longer input is cut.
[[nodiscard]] std::string userNameKey(std::string_view typed);

} // namespace matinee::accounts
