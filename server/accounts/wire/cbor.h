// CBOR (RFC 8949) as authenticators write it: the canonical form of CTAP2, without tags, indefinite lengths or other freedoms.
// Values are views: what was read must outlive them. Any thread.
#pragma once

#include "accounts/wire/bytes.h"
#include "common/protocol/result.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace matinee::accounts {

enum class CborFault
{
    Truncated, ///< It ends within a value, or a length says more than there is.
    Form,      ///< An indefinite length, a number longer than it must be, a tag, a simple value other than false, true and null.
    Depth,     ///< Arrays and maps within each other deeper than kCborDepth.
    Count,     ///< More values than kCborValues.
    Key,       ///< A key of a map that is neither number nor text.
    Order,     ///< Keys out of the order of CTAP2, where it was demanded.
    Duplicate, ///< A key twice within one map.
};

/// CTAP2 itself allows 4; an attestation statement within another one (`compound`) needs 5.
constexpr unsigned kCborDepth = 8;
constexpr std::size_t kCborValues = 512;

enum class CborOrder
{
    Ctap2, ///< By kind, then length, then bytes: what an authenticator writes.
    Any,   ///< What a browser wraps around it.
};

struct CborValue
{
    enum class Kind : std::uint8_t
    {
        Unsigned, ///< `number`
        Negative, ///< -1 - `number`
        Bytes,
        Text, ///< Its octets; that they are UTF-8 is not checked.
        Array,
        Map, ///< `items` are key, value, key, value
        Bool,
        Null,
        Float, ///< Its value is not looked at.
    };

    Kind kind = Kind::Null;
    std::uint64_t number = 0; ///< Of Bool: 0 or 1.
    BytesView bytes;          ///< Of Bytes and Text.
    std::vector<CborValue> items;

    /// Nothing for other kinds, and beyond 63 bits.
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] bool isText(std::string_view text) const;
    /// The value of a key; null where this is no map or has no such key.
    [[nodiscard]] const CborValue *member(std::int64_t key) const;
    [[nodiscard]] const CborValue *member(std::string_view key) const;
    /// The same, of one kind only.
    template <class K> [[nodiscard]] const CborValue *member(K key, Kind wanted) const
    {
        const CborValue *value = member(key);
        return value && value->kind == wanted ? value : nullptr;
    }
    [[nodiscard]] std::size_t members() const { return items.size() / 2; } ///< Of a map.
};

struct CborRead
{
    CborValue value;
    std::size_t used = 0; ///< Something may follow.
};

[[nodiscard]] Result<CborRead, CborFault> readCbor(BytesView bytes, CborOrder order);

} // namespace matinee::accounts
