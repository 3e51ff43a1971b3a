// Whom the server writes to: setting email.allow_list. Entries are "example.org" (that domain alone), "*.example.org" (everything below
// it) and "person@example.org". No entry at all allows everybody. A value; pure; any thread once made.
#pragma once

#include "mail/wire/address.h"

#include <set>
#include <span>

namespace matinee::mail {

class AllowList
{
public:
    AllowList() = default;
    /// Entries that are none of the three are left out: the list then allows less, never more. `skipped` says how many.
    explicit AllowList(std::span<const std::string> entries);

    [[nodiscard]] bool allows(const Address &address) const;
    [[nodiscard]] std::size_t skipped() const { return m_skipped; }

private:
    bool m_everybody = true;
    std::size_t m_skipped = 0;
    std::set<std::string, std::less<>> m_addresses; // Address::key()
    std::set<std::string, std::less<>> m_domains;
    std::set<std::string, std::less<>> m_parents; // "example.org" of "*.example.org"
};

} // namespace matinee::mail
