// What texts may be: named rules with the words that tell a person what was expected. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace matinee::settings {

/// `expected` completes the sentence "expected ...".
struct Rule
{
    std::string_view expected = "a text";
    bool (*accepts)(std::string_view) = nullptr; ///< Null: any text.
    /// Says more of a text that was not accepted. Null: `expected` is all that there is to say.
    std::string (*complaint)(std::string_view) = nullptr;
};

namespace rules {
bool isAddress(std::string_view text);     ///< IPv4 or IPv6, without port or brackets.
bool isNetwork(std::string_view text);     ///< An address, a CIDR block, "private" or "loopback".
bool isHost(std::string_view text);        ///< A host name or an address.
bool isHttpUrl(std::string_view text);     ///< http(s)://host[:port][/path], no query, fragment or user.
bool isOrigin(std::string_view text);      ///< http(s)://host[:port] without a path, or "*".
bool isDatabaseUrl(std::string_view text); ///< sqlite:PATH or postgres://user@host/name.
bool isHexKey(std::string_view text);      ///< 64 hexadecimal digits.
bool isStrong(std::string_view text);      ///< 16 characters or more.
bool isPassword(std::string_view text);    ///< 8 bytes or more.
bool isRole(std::string_view text);        ///< Of people: "root", "admin", "user".

/// Heights with rates as parseLadder() takes them.
bool isLadder(std::string_view text);
std::string ladderComplaint(std::string_view text);

/// A relative path ending in .mp4, of letters, digits, '-', '_', '.', '/' and {stream}, {date}, {time}, {id}; has {stream}, and {time} or
/// {id}.
bool isRecordingPattern(std::string_view text);

inline constexpr Rule any{};
inline constexpr Rule path{"the path of a file or folder", nullptr};
inline constexpr Rule address{"an IPv4 or IPv6 address such as 127.0.0.1 or ::1", isAddress};
inline constexpr Rule network{"an address, a network such as 10.0.0.0/8 or fd00::/8, \"private\" or \"loopback\"", isNetwork};
inline constexpr Rule host{"a host name or address, without scheme and port", isHost};
inline constexpr Rule httpUrl{"an address such as https://watch.example.org, without query and fragment", isHttpUrl};
inline constexpr Rule origin{"an origin such as https://watch.example.org (no path), or *", isOrigin};
inline constexpr Rule databaseUrl{"sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME", isDatabaseUrl};
inline constexpr Rule hexKey{"64 hexadecimal digits (openssl rand -hex 32 makes one)", isHexKey};
inline constexpr Rule strong{"at least 16 characters that nobody can guess (openssl rand -hex 32 makes some)", isStrong};
inline constexpr Rule role{"root, admin or user", isRole};
inline constexpr Rule password{"a password of at least 8 characters", isPassword};
inline constexpr Rule ladder{"at most six heights with kilobits a second, the highest first, such as 720p@2500, 480p@1200, 360p@600",
                             isLadder, ladderComplaint};
inline constexpr Rule recordingPattern{"a path such as {stream}/{date}/{time}.mp4: letters, digits, - _ . / and {stream}, {date}, {time}, "
                                       "{id}; with {stream}, and {time} or {id}",
                                       isRecordingPattern};
} // namespace rules

} // namespace matinee::settings
