// CBOR of strangers. What is read never reaches beyond its octets; what the strict order takes, the loose one takes as well; and what was
// used, alone, is the same value.
#include "accounts/wire/cbor.h"

#include <cstdlib>

using namespace matinee::accounts;

namespace {

std::size_t valuesOf(const CborValue &value, BytesView within)
{
    const auto *begin = value.bytes.data();
    if (!value.bytes.empty() && (begin < within.data() || begin + value.bytes.size() > within.data() + within.size()))
        std::abort();
    if (value.kind == CborValue::Kind::Map && value.items.size() % 2 != 0)
        std::abort();
    std::size_t count = 1;
    for (const CborValue &item : value.items)
        count += valuesOf(item, within);
    return count;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const BytesView bytes(data, size);
    const auto strict = readCbor(bytes, CborOrder::Ctap2);
    const auto loose = readCbor(bytes, CborOrder::Any);
    if (strict && (!loose || loose->used != strict->used))
        std::abort();
    if (!loose)
        return 0;
    if (loose->used > size || loose->used == 0 || valuesOf(loose->value, bytes) > kCborValues)
        std::abort();
    const auto again = readCbor(bytes.first(loose->used), CborOrder::Any);
    if (!again || again->used != loose->used)
        std::abort();
    if (loose->used > 1 && readCbor(bytes.first(loose->used - 1), CborOrder::Any))
        std::abort(); // a value has one length
    (void)loose->value.member(1);
    (void)loose->value.member("fmt");
    return 0;
}
