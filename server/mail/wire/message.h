// One mail as it goes over the wire: text and HTML side by side (RFC 5322, RFC 2045 to 2047, multipart/alternative), lines of at most 76
// octets, CRLF. No field can begin a header of its own: addresses are mail::Address, all other text is encoded. Pure; any thread.
#pragma once

#include "mail/wire/address.h"

#include <chrono>

namespace matinee::mail {

inline constexpr std::size_t kMaxHeaderText = 200; ///< Code points of a subject or name; the rest is left out.

struct Mail
{
    Address from;
    std::string fromName; ///< UTF-8; may be empty.
    Address to;
    std::string subject;  ///< UTF-8.
    std::string text;     ///< UTF-8, lines ended by "\n".
    std::string html;     ///< A whole document, UTF-8.
    std::string id;       ///< Of letters, digits and hyphens, the same at each try: it becomes the Message-ID, and names the boundary.
    std::string language; ///< "en" or "zh-CN": Content-Language (RFC 3282).
};

/// The whole message. What is no UTF-8 comes out as U+FFFD.
[[nodiscard]] std::string compose(const Mail &mail, std::chrono::system_clock::time_point date);

// The parts of it, for tests.

/// "Sun, 22 Nov 2026 08:00:00 +0000" (RFC 5322, section 3.3).
[[nodiscard]] std::string dateText(std::chrono::system_clock::time_point date);
enum class Field
{
    Text, ///< Unstructured, as a subject is: ASCII goes as it is.
    Name  ///< A display name, in which most marks mean something: only words of letters and digits go as they are.
};
/// In one line, or as encoded words (RFC 2047) folded over several. `used` octets of the first line are taken already.
[[nodiscard]] std::string encodedText(std::string_view text, Field field, std::size_t used);
/// Quoted-printable (RFC 2045, section 6.7) of text whose lines end with "\n".
[[nodiscard]] std::string quotedPrintable(std::string_view text);
/// Base64 in lines of 76.
[[nodiscard]] std::string base64Lines(std::string_view bytes);

} // namespace matinee::mail
