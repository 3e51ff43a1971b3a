// A mail address as people type it into a form: "person@example.org". What is accepted is a part of RFC 5321, section 4.1.2: dot-strings
// of ASCII, no quoted local parts, no address literals, no comments. Domains in other scripts become ASCII (IDNA 2008).
// Values; pure; any thread.
#pragma once

#include "common/protocol/result.h"

#include <string>
#include <string_view>

namespace matinee::mail {

inline constexpr std::size_t kMaxLocalPart = 64;     ///< Octets; RFC 5321, section 4.5.3.1.1.
inline constexpr std::size_t kMaxAddress = 254;      ///< Octets; a path of 256 with its angle brackets.
inline constexpr std::size_t kMaxAddressText = 1024; ///< Of what was typed, before anything is looked at.

enum class AddressFault
{
    Empty,          ///< Nothing but spaces.
    TooLong,        ///< Over kMaxAddressText as typed, or kMaxAddress in ASCII.
    NoAt,           ///< No '@', or more than one.
    LocalLength,    ///< The part before the '@' is empty or over kMaxLocalPart.
    LocalCharacter, ///< A character there that mail servers do not all take: spaces, quotes, brackets, control characters.
    LocalDots,      ///< A dot first, last or twice.
    LocalScript,    ///< Other letters than ASCII before the '@' (needs SMTPUTF8 all the way, which few have).
    Domain,         ///< No domain name: no dot, a number, an empty part, a part over 63, a hyphen at an end.
    DomainScript,   ///< A domain in another script that IDNA does not allow.
};

/// What to tell the person who typed it: one whole sentence.
[[nodiscard]] std::string_view sentence(AddressFault fault);

/// Only made by parseAddress, so that it holds nothing that could end a line or a command.
class Address
{
public:
    [[nodiscard]] const std::string &local() const { return m_local; }   ///< As typed.
    [[nodiscard]] const std::string &domain() const { return m_domain; } ///< ASCII, lower case.
    [[nodiscard]] std::string text() const { return m_local + "@" + m_domain; }
    /// For comparing: all in lower case. Hosts may tell "A" and "a" apart (RFC 5321, section 2.4); none that people use does.
    [[nodiscard]] std::string key() const;
    bool operator==(const Address &) const = default;

private:
    friend Result<Address, AddressFault> parseAddress(std::string_view text);
    Address(std::string local, std::string domain) : m_local(std::move(local)), m_domain(std::move(domain)) {}

    std::string m_local;
    std::string m_domain;
};

/// Spaces around it are dropped.
[[nodiscard]] Result<Address, AddressFault> parseAddress(std::string_view text);

/// A domain name in ASCII and lower case, of whatever script it was typed in.
[[nodiscard]] Result<std::string, AddressFault> parseDomain(std::string_view text);

} // namespace matinee::mail
