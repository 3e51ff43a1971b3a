#include "accounts/wire/cbor.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace matinee::accounts {

namespace {

enum Major : std::uint8_t
{
    kUnsigned,
    kNegative,
    kBytes,
    kText,
    kArray,
    kMap,
    kTag,
    kOther,
};

struct Head
{
    std::uint8_t major = 0;
    std::uint8_t info = 0;
    std::uint64_t argument = 0;
};

class Reader
{
public:
    Reader(BytesView bytes, CborOrder order) : m_bytes(bytes), m_order(order) {}

    Result<CborValue, CborFault> value(unsigned depth);
    [[nodiscard]] std::size_t position() const { return m_position; }

private:
    Result<Head, CborFault> head();
    Result<BytesView, CborFault> take(std::uint64_t count);
    Result<CborValue, CborFault> array(std::uint64_t count, unsigned depth);
    Result<CborValue, CborFault> map(std::uint64_t count, unsigned depth);
    static Result<CborValue, CborFault> other(const Head &head);

    BytesView m_bytes;
    CborOrder m_order;
    std::size_t m_position = 0;
    std::size_t m_values = 0;
};

Result<BytesView, CborFault> Reader::take(std::uint64_t count)
{
    if (count > m_bytes.size() - m_position)
        return CborFault::Truncated;
    const BytesView taken = m_bytes.subspan(m_position, static_cast<std::size_t>(count));
    m_position += taken.size();
    return taken;
}

Result<Head, CborFault> Reader::head()
{
    const auto first = take(1);
    if (!first)
        return first.error();
    Head head{static_cast<std::uint8_t>(first->front() >> 5), static_cast<std::uint8_t>(first->front() & 31), 0};
    if (head.info < 24) {
        head.argument = head.info;
        return head;
    }
    if (head.info > 27) // 28 to 30 are reserved, 31 is an indefinite length
        return CborFault::Form;
    const std::size_t size = std::size_t{1} << (head.info - 24);
    const auto more = take(size);
    if (!more)
        return more.error();
    for (const std::uint8_t byte : *more)
        head.argument = head.argument << 8 | byte;
    // A shorter head would have held it. Of the last major type these are not numbers but half, single and double floats.
    const std::uint64_t least = size == 1 ? 24 : std::uint64_t{1} << (size * 4);
    if (head.argument < least && head.major != kOther)
        return CborFault::Form;
    return head;
}

Result<CborValue, CborFault> Reader::array(std::uint64_t count, unsigned depth)
{
    CborValue value{CborValue::Kind::Array, count, {}, {}};
    for (std::uint64_t i = 0; i < count; ++i) {
        auto item = this->value(depth + 1);
        if (!item)
            return item.error();
        value.items.push_back(std::move(*item));
    }
    return value;
}

Result<CborValue, CborFault> Reader::map(std::uint64_t count, unsigned depth)
{
    CborValue value{CborValue::Kind::Map, count, {}, {}};
    std::vector<BytesView> keys; // as they are written
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t begins = m_position;
        auto key = this->value(depth + 1);
        if (!key)
            return key.error();
        const BytesView written = m_bytes.subspan(begins, m_position - begins);
        if (written.front() >> 5 > kText || written.front() >> 5 == kBytes)
            return CborFault::Key;
        const auto same = [&](BytesView other) { return std::equal(other.begin(), other.end(), written.begin(), written.end()); };
        if (std::any_of(keys.begin(), keys.end(), same)) // numbers have one spelling, so that equal keys are equal octets
            return CborFault::Duplicate;
        if (m_order == CborOrder::Ctap2 && !keys.empty()) {
            const BytesView before = keys.back();
            const auto rank = [](BytesView bytes) { return std::make_tuple(bytes.front() >> 5, bytes.size()); };
            const bool ascending = rank(before) < rank(written) ||
                                   (rank(before) == rank(written) &&
                                    std::lexicographical_compare(before.begin(), before.end(), written.begin(), written.end()));
            if (!ascending)
                return CborFault::Order;
        }
        keys.push_back(written);
        auto member = this->value(depth + 1);
        if (!member)
            return member.error();
        value.items.push_back(std::move(*key));
        value.items.push_back(std::move(*member));
    }
    return value;
}

Result<CborValue, CborFault> Reader::other(const Head &head)
{
    switch (head.info) {
    case 20:
    case 21:
        return CborValue{CborValue::Kind::Bool, head.info - 20U, {}, {}};
    case 22:
        return CborValue{};
    case 25:
    case 26:
    case 27:
        return CborValue{CborValue::Kind::Float, 0, {}, {}};
    default:
        return CborFault::Form;
    }
}

Result<CborValue, CborFault> Reader::value(unsigned depth)
{
    if (++m_values > kCborValues)
        return CborFault::Count;
    const auto head = this->head();
    if (!head)
        return head.error();
    if ((head->major == kArray || head->major == kMap) && depth >= kCborDepth)
        return CborFault::Depth;
    switch (head->major) {
    case kUnsigned:
        return CborValue{CborValue::Kind::Unsigned, head->argument, {}, {}};
    case kNegative:
        return CborValue{CborValue::Kind::Negative, head->argument, {}, {}};
    case kBytes:
    case kText: {
        const auto bytes = take(head->argument);
        if (!bytes)
            return bytes.error();
        return CborValue{head->major == kBytes ? CborValue::Kind::Bytes : CborValue::Kind::Text, 0, *bytes, {}};
    }
    case kArray:
        return array(head->argument, depth);
    case kMap:
        return map(head->argument, depth);
    case kTag:
        return CborFault::Form;
    default:
        return other(*head);
    }
}

} // namespace

std::optional<std::int64_t> CborValue::integer() const
{
    if ((kind != Kind::Unsigned && kind != Kind::Negative) || number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return std::nullopt;
    const auto value = static_cast<std::int64_t>(number);
    return kind == Kind::Unsigned ? value : -1 - value;
}

bool CborValue::isText(std::string_view text) const
{
    return kind == Kind::Text && textOf(bytes) == text;
}

const CborValue *CborValue::member(std::int64_t key) const
{
    for (std::size_t i = 0; kind == Kind::Map && i + 1 < items.size(); i += 2)
        if (items[i].integer() == key)
            return &items[i + 1];
    return nullptr;
}

const CborValue *CborValue::member(std::string_view key) const
{
    for (std::size_t i = 0; kind == Kind::Map && i + 1 < items.size(); i += 2)
        if (items[i].isText(key))
            return &items[i + 1];
    return nullptr;
}

Result<CborRead, CborFault> readCbor(BytesView bytes, CborOrder order)
{
    Reader reader(bytes, order);
    auto value = reader.value(0);
    if (!value)
        return value.error();
    return CborRead{std::move(*value), reader.position()};
}

} // namespace matinee::accounts
