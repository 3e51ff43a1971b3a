#include "accounts/wire/key_set.h"

#include <algorithm>

namespace matinee::accounts {

Result<KeySet, KeySetFault> KeySet::create(std::vector<NamedKey> keys)
{
    if (keys.size() > kMost)
        return KeySetFault::TooMany;
    for (auto key = keys.begin(); key != keys.end(); ++key) {
        if (std::any_of(keys.begin(), key, [&](const NamedKey &other) { return other.id == key->id; }))
            return KeySetFault::DuplicateId;
        if (key->key.isSymmetric() != keys.front().key.isSymmetric())
            return KeySetFault::Mixed;
    }
    KeySet set;
    set.m_keys = std::move(keys);
    return set;
}

const NamedKey *KeySet::find(std::optional<std::string_view> id) const
{
    if (m_keys.size() == 1 && (!id || m_keys.front().id.empty()))
        return &m_keys.front();
    if (!id || id->empty())
        return nullptr;
    const auto found = std::find_if(m_keys.begin(), m_keys.end(), [&](const NamedKey &key) { return key.id == *id; });
    return found == m_keys.end() ? nullptr : &*found;
}

std::string_view keySetFaultText(KeySetFault fault)
{
    switch (fault) {
    case KeySetFault::Malformed:
        return "The key set is no JSON object with a list of keys.";
    case KeySetFault::TooMany:
        return "The key set has too many keys.";
    case KeySetFault::DuplicateId:
        return "The key set has two keys of the same name.";
    case KeySetFault::Mixed:
        return "The key set has secrets beside public keys.";
    }
    return {};
}

} // namespace matinee::accounts
