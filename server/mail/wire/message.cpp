#include "mail/wire/message.h"

#include "mail/wire/utf8.h"

#include <algorithm>
#include <array>

namespace matinee::mail {

namespace {

constexpr std::size_t kMaxLine = 76;
constexpr std::size_t kEncodedWordOctets = 45; // makes 60 of base64, 72 with "=?UTF-8?B?" and "?="
constexpr std::string_view kHex = "0123456789ABCDEF";

std::string base64(std::string_view bytes)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto at = [&](std::size_t k) { return k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0u; };
        const unsigned triple = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        out += alphabet[triple >> 18 & 63];
        out += alphabet[triple >> 12 & 63];
        out += i + 1 < bytes.size() ? alphabet[triple >> 6 & 63] : '=';
        out += i + 2 < bytes.size() ? alphabet[triple & 63] : '=';
    }
    return out;
}

/// What needs no encoding, and fits the line.
bool isPlain(std::string_view text, Field field, std::size_t used)
{
    const auto isOrdinary = [field](char c) {
        if (field == Field::Text)
            return c >= 0x20 && c < 0x7f;
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '-' || c == '_';
    };
    return used + text.size() <= kMaxLine && std::all_of(text.begin(), text.end(), isOrdinary) && text.find("=?") == std::string_view::npos;
}

/// Base64 for what is mostly not ASCII (Chinese), quoted-printable for the rest: the smaller of the two, and readable where it can be.
bool suitsBase64(std::string_view text)
{
    const auto foreign = std::count_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return static_cast<std::size_t>(foreign) * 6 > text.size();
}

std::string part(std::string_view type, std::string_view body, std::string_view boundary)
{
    const bool packed = suitsBase64(body);
    return "--" + std::string(boundary) + "\r\nContent-Type: " + std::string(type) +
           "; charset=utf-8\r\nContent-Transfer-Encoding: " + (packed ? "base64" : "quoted-printable") + "\r\n\r\n" +
           (packed ? base64Lines(body) : quotedPrintable(body)) + "\r\n";
}

std::string identifier(std::string_view text)
{
    std::string out;
    for (const char c : text.substr(0, std::min<std::size_t>(text.size(), 40))) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')
            out += c;
    }
    return out;
}

} // namespace

std::string dateText(std::chrono::system_clock::time_point date)
{
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto second = std::chrono::floor<std::chrono::seconds>(date);
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day parts{day};
    const std::chrono::hh_mm_ss time{second - day};
    const auto two = [](auto number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
    return std::string(days[std::chrono::weekday(day).c_encoding()]) + ", " + two(static_cast<unsigned>(parts.day())) + " " +
           std::string(months[static_cast<unsigned>(parts.month()) - 1]) + " " + std::to_string(static_cast<int>(parts.year())) + " " +
           two(time.hours().count()) + ":" + two(time.minutes().count()) + ":" + two(time.seconds().count()) + " +0000";
}

std::string encodedText(std::string_view text, Field field, std::size_t used)
{
    const std::string line = oneLine(text, kMaxHeaderText);
    if (isPlain(line, field, used))
        return line;
    // RFC 2047: words of at most 75 octets, cut between characters, one a line; the white space between them is no part of the text.
    std::string out;
    std::string word;
    std::size_t room = used + 24 < kMaxLine ? (kMaxLine - used - 13) / 4 * 3 : 6;
    const auto flush = [&] {
        out += (out.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + base64(word)) + "?=";
        word.clear();
        room = kEncodedWordOctets;
    };
    for (std::string_view rest = line; !rest.empty();) {
        const std::size_t length = characterLength(rest);
        if (word.size() + length > room)
            flush();
        word += rest.substr(0, length);
        rest.remove_prefix(length);
    }
    flush();
    return out;
}

std::string quotedPrintable(std::string_view text)
{
    std::string out;
    std::size_t column = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == '\n') {
            out += "\r\n";
            column = 0;
            continue;
        }
        const bool lineEnds = i + 1 == text.size() || text[i + 1] == '\n';
        // Spaces at the end of a line get lost; "." and "From " at its beginning meet servers that change them.
        const auto plain = [&] {
            if (c == ' ' || c == '\t')
                return !lineEnds;
            return c > 0x20 && c < 0x7f && c != '=' && !(column == 0 && (c == '.' || c == 'F'));
        };
        if (column + (plain() ? 1 : 3) > kMaxLine - 1) {
            out += "=\r\n";
            column = 0;
        }
        if (plain()) {
            out += text[i];
            ++column;
        } else {
            out += '=';
            out += kHex[c >> 4];
            out += kHex[c & 15];
            column += 3;
        }
    }
    return out;
}

std::string base64Lines(std::string_view bytes)
{
    const std::string whole = base64(bytes);
    std::string out;
    for (std::size_t i = 0; i < whole.size(); i += kMaxLine)
        out += (i == 0 ? "" : "\r\n") + whole.substr(i, kMaxLine);
    return out;
}

std::string compose(const Mail &mail, std::chrono::system_clock::time_point date)
{
    const std::string id = identifier(mail.id);
    // "=_" comes neither in quoted-printable nor in base64 (RFC 2045, section 6.7), so no body has the boundary in it.
    const std::string boundary = "=_" + id;
    std::string out;
    out += "Date: " + dateText(date) + "\r\n";
    out += "From: ";
    if (const std::string name = encodedText(mail.fromName, Field::Name, 6); !name.empty())
        out += name + "\r\n <" + mail.from.text() + ">\r\n";
    else
        out += "<" + mail.from.text() + ">\r\n";
    out += "To: <" + mail.to.text() + ">\r\n";
    out += "Subject: " + encodedText(mail.subject, Field::Text, 9) + "\r\n";
    out += "Message-ID: <" + id + "@" + mail.from.domain() + ">\r\n";
    // RFC 3834: no automatic answers, please. The second is what Exchange looks for.
    out += "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n";
    if (const std::string language = identifier(mail.language); !language.empty())
        out += "Content-Language: " + language + "\r\n";
    out += "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
    out += part("text/plain", repairedUtf8(mail.text), boundary);
    out += part("text/html", repairedUtf8(mail.html), boundary);
    out += "--" + boundary + "--\r\n";
    return out;
}

} // namespace matinee::mail
