#include "mail/wire/allow_list.h"

namespace matinee::mail {

AllowList::AllowList(std::span<const std::string> entries) : m_everybody(entries.empty())
{
    for (const std::string &entry : entries) {
        if (entry.find('@') != std::string::npos) {
            if (const auto address = parseAddress(entry)) {
                m_addresses.insert(address->key());
                continue;
            }
        } else if (const bool below = entry.starts_with("*."); const auto domain = parseDomain(below ? entry.substr(2) : entry)) {
            (below ? m_parents : m_domains).insert(*domain);
            continue;
        }
        ++m_skipped;
    }
}

bool AllowList::allows(const Address &address) const
{
    if (m_everybody || m_domains.contains(address.domain()) || m_addresses.contains(address.key()))
        return true;
    std::string_view rest = address.domain();
    for (auto dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
        rest.remove_prefix(dot + 1);
        if (m_parents.contains(rest))
            return true;
    }
    return false;
}

} // namespace matinee::mail
