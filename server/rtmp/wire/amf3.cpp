#include "rtmp/wire/amf3.h"

#include "rtmp/wire/big_endian.h"

#include <bit>
#include <utility>

namespace matinee::rtmp::amf3 {

namespace {

enum Marker : std::uint8_t
{
    UndefinedMarker = 0,
    NullMarker = 1,
    FalseMarker = 2,
    TrueMarker = 3,
    IntegerMarker = 4,
    DoubleMarker = 5,
    StringMarker = 6,
    XmlDocumentMarker = 7,
    DateMarker = 8,
    ArrayMarker = 9,
    ObjectMarker = 10,
    XmlMarker = 11,
    ByteArrayMarker = 12,
    IntVectorMarker = 13,
    UintVectorMarker = 14,
    DoubleVectorMarker = 15,
    ObjectVectorMarker = 16,
    DictionaryMarker = 17,
};

constexpr std::uint32_t kInline = 1; // lowest bit of a header: the thing itself, not a reference to an earlier one

std::optional<std::uint64_t> number(std::span<const std::uint8_t> &bytes, std::size_t size)
{
    ByteReader reader(bytes);
    const std::uint64_t value = reader.number(size);
    if (!reader.ok())
        return std::nullopt;
    bytes = bytes.subspan(size);
    return value;
}

/// 29 bits in one to four bytes (1.3.1): seven in each of the first three, eight in the last.
std::optional<std::uint32_t> u29(std::span<const std::uint8_t> &bytes)
{
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        if (bytes.empty())
            return std::nullopt;
        const std::uint8_t byte = bytes[0];
        bytes = bytes.subspan(1);
        if (i == 3)
            return value << 8 | byte;
        value = value << 7 | (byte & 0x7fU);
        if ((byte & 0x80) == 0)
            return value;
    }
    return value;
}

double signedInteger(std::uint32_t value)
{
    return (value & 0x10000000) != 0 ? static_cast<double>(value) - 0x20000000 : static_cast<double>(value);
}

} // namespace

bool Reader::charge(std::size_t stringBytes)
{
    m_stringBytes += stringBytes;
    return m_stringBytes <= kStringsInAll * m_limits.stringBytes;
}

std::size_t Reader::reserve()
{
    m_complex.emplace_back(amf0::Undefined{});
    return m_complex.size() - 1;
}

Value Reader::keep(std::size_t place, Value value)
{
    m_complex[place] = std::move(value);
    return m_complex[place];
}

Result<Value, ReadError> Reader::readReference(std::uint32_t header) const
{
    const std::size_t index = header >> 1;
    if (index >= m_complex.size() || std::holds_alternative<amf0::Undefined>(m_complex[index]))
        return ReadError::BadReference;
    return m_complex[index];
}

Result<std::string, ReadError> Reader::readString(Bytes &bytes)
{
    const auto header = u29(bytes);
    if (!header)
        return ReadError::Truncated;
    const std::size_t size = *header >> 1;
    if ((*header & kInline) == 0) {
        if (size >= m_strings.size())
            return ReadError::BadReference;
        if (!charge(m_strings[size].size()))
            return ReadError::StringTooLong;
        return m_strings[size];
    }
    if (size > m_limits.stringBytes || !charge(size))
        return ReadError::StringTooLong;
    if (size > bytes.size())
        return ReadError::Truncated;
    std::string text(reinterpret_cast<const char *>(bytes.data()), size);
    bytes = bytes.subspan(size);
    if (text.empty()) // never in the table (1.3.2)
        return text;
    if (m_strings.size() >= m_limits.values)
        return ReadError::TooMany;
    m_strings.push_back(text);
    return text;
}

/// XML and byte arrays: like strings, but they count among the objects.
Result<Value, ReadError> Reader::readText(Bytes &bytes)
{
    const auto header = u29(bytes);
    if (!header)
        return ReadError::Truncated;
    if ((*header & kInline) == 0) {
        auto value = readReference(*header);
        if (value && !charge(value->text().value_or("").size()))
            return ReadError::StringTooLong;
        return value;
    }
    const std::size_t size = *header >> 1;
    if (size > m_limits.stringBytes || !charge(size))
        return ReadError::StringTooLong;
    if (size > bytes.size())
        return ReadError::Truncated;
    std::string text(reinterpret_cast<const char *>(bytes.data()), size);
    bytes = bytes.subspan(size);
    return keep(reserve(), Value(std::move(text)));
}

Result<Value, ReadError> Reader::readDate(Bytes &bytes)
{
    const auto header = u29(bytes);
    if (!header)
        return ReadError::Truncated;
    if ((*header & kInline) == 0)
        return readReference(*header);
    const auto bits = number(bytes, 8);
    if (!bits)
        return ReadError::Truncated;
    return keep(reserve(), Value(amf0::Date{std::bit_cast<double>(*bits)}));
}

std::optional<ReadError> Reader::readPairs(Bytes &bytes, std::size_t depth, std::vector<amf0::Property> &out)
{
    for (;;) {
        auto name = readString(bytes);
        if (!name)
            return name.error();
        if (name->empty())
            return std::nullopt;
        auto value = read(bytes, depth + 1);
        if (!value)
            return value.error();
        out.emplace_back(std::move(*name), std::move(*value));
    }
}

Result<Value, ReadError> Reader::readArray(Bytes &bytes, std::size_t depth)
{
    const auto header = u29(bytes);
    if (!header)
        return ReadError::Truncated;
    if ((*header & kInline) == 0)
        return readReference(*header);
    const std::size_t place = reserve();
    const std::size_t count = *header >> 1;
    if (count > m_limits.values)
        return ReadError::TooMany;
    auto named = std::make_shared<std::vector<amf0::Property>>();
    if (const auto wrong = readPairs(bytes, depth, *named))
        return *wrong;
    auto values = std::make_shared<std::vector<Value>>();
    for (std::size_t i = 0; i < count; ++i) {
        auto value = read(bytes, depth + 1);
        if (!value)
            return value.error();
        if (named->empty())
            values->push_back(std::move(*value));
        else
            named->emplace_back(std::to_string(i), std::move(*value));
    }
    return keep(place, named->empty() ? Value(amf0::Array(std::move(values))) : Value(amf0::Object(std::move(named))));
}

Result<Reader::TraitsPtr, ReadError> Reader::readTraits(Bytes &bytes, std::uint32_t header)
{
    if ((header & 2) == 0) {
        const std::size_t index = header >> 2;
        if (index >= m_traits.size())
            return ReadError::BadReference;
        return m_traits[index];
    }
    if ((header & 4) != 0) // only its class knows what follows
        return ReadError::UnknownMarker;
    const std::size_t count = header >> 4;
    m_values += count;
    if (count > m_limits.values || m_values > m_limits.values || m_traits.size() >= m_limits.values)
        return ReadError::TooMany;
    if (const auto className = readString(bytes); !className)
        return className.error();
    auto traits = std::make_shared<Traits>();
    traits->dynamic = (header & 8) != 0;
    for (std::size_t i = 0; i < count; ++i) {
        auto name = readString(bytes);
        if (!name)
            return name.error();
        traits->names.push_back(std::move(*name));
    }
    m_traits.push_back(std::move(traits));
    return m_traits.back();
}

Result<Value, ReadError> Reader::readObject(Bytes &bytes, std::size_t depth)
{
    const auto header = u29(bytes);
    if (!header)
        return ReadError::Truncated;
    if ((*header & kInline) == 0)
        return readReference(*header);
    const std::size_t place = reserve();
    const auto traits = readTraits(bytes, *header);
    if (!traits)
        return traits.error();
    auto properties = std::make_shared<std::vector<amf0::Property>>();
    for (const std::string &name : (*traits)->names) {
        if (!charge(name.size()))
            return ReadError::StringTooLong;
        auto value = read(bytes, depth + 1);
        if (!value)
            return value.error();
        properties->emplace_back(name, std::move(*value));
    }
    if ((*traits)->dynamic) {
        if (const auto wrong = readPairs(bytes, depth, *properties))
            return *wrong;
    }
    return keep(place, Value(amf0::Object(std::move(properties))));
}

Result<Value, ReadError> Reader::readNumbers(Bytes &bytes, std::uint8_t marker)
{
    const auto header = u29(bytes);
    if (!header)
        return ReadError::Truncated;
    if ((*header & kInline) == 0)
        return readReference(*header);
    const std::size_t count = *header >> 1;
    m_values += count;
    if (count > m_limits.values || m_values > m_limits.values)
        return ReadError::TooMany;
    if (!number(bytes, 1)) // whether its length is fixed
        return ReadError::Truncated;
    auto values = std::make_shared<std::vector<Value>>();
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = number(bytes, marker == DoubleVectorMarker ? 8 : 4);
        if (!bits)
            return ReadError::Truncated;
        if (marker == DoubleVectorMarker)
            values->emplace_back(std::bit_cast<double>(*bits));
        else if (marker == IntVectorMarker)
            values->emplace_back(static_cast<double>(static_cast<std::int32_t>(*bits)));
        else
            values->emplace_back(static_cast<double>(*bits));
    }
    return keep(reserve(), Value(amf0::Array(std::move(values))));
}

Result<Value, ReadError> Reader::readObjects(Bytes &bytes, std::size_t depth)
{
    const auto header = u29(bytes);
    if (!header)
        return ReadError::Truncated;
    if ((*header & kInline) == 0)
        return readReference(*header);
    const std::size_t place = reserve();
    const std::size_t count = *header >> 1;
    if (count > m_limits.values)
        return ReadError::TooMany;
    if (!number(bytes, 1))
        return ReadError::Truncated;
    if (const auto className = readString(bytes); !className)
        return className.error();
    auto values = std::make_shared<std::vector<Value>>();
    for (std::size_t i = 0; i < count; ++i) {
        auto value = read(bytes, depth + 1);
        if (!value)
            return value.error();
        values->push_back(std::move(*value));
    }
    return keep(place, Value(amf0::Array(std::move(values))));
}

Result<Value, ReadError> Reader::readDictionary(Bytes &bytes, std::size_t depth)
{
    const auto header = u29(bytes);
    if (!header)
        return ReadError::Truncated;
    if ((*header & kInline) == 0)
        return readReference(*header);
    const std::size_t place = reserve();
    const std::size_t count = *header >> 1;
    if (count > m_limits.values)
        return ReadError::TooMany;
    if (!number(bytes, 1)) // whether its keys are weak
        return ReadError::Truncated;
    auto properties = std::make_shared<std::vector<amf0::Property>>();
    for (std::size_t i = 0; i < count; ++i) {
        auto key = read(bytes, depth + 1);
        if (!key)
            return key.error();
        auto value = read(bytes, depth + 1);
        if (!value)
            return value.error();
        if (const auto name = key->text())
            properties->emplace_back(std::string(*name), std::move(*value));
    }
    return keep(place, Value(amf0::Object(std::move(properties))));
}

Result<Value, ReadError> Reader::read(Bytes &bytes, std::size_t depth)
{
    if (depth > m_limits.depth)
        return ReadError::TooDeep;
    if (++m_values > m_limits.values)
        return ReadError::TooMany;
    const auto marker = number(bytes, 1);
    if (!marker)
        return ReadError::Truncated;
    switch (static_cast<Marker>(*marker)) {
    case UndefinedMarker:
        return Value(amf0::Undefined{});
    case NullMarker:
        return Value(amf0::Null{});
    case FalseMarker:
        return Value(false);
    case TrueMarker:
        return Value(true);
    case IntegerMarker: {
        const auto value = u29(bytes);
        return value ? Result<Value, ReadError>(Value(signedInteger(*value))) : ReadError::Truncated;
    }
    case DoubleMarker: {
        const auto bits = number(bytes, 8);
        return bits ? Result<Value, ReadError>(Value(std::bit_cast<double>(*bits))) : ReadError::Truncated;
    }
    case StringMarker: {
        auto text = readString(bytes);
        if (!text)
            return text.error();
        return Value(std::move(*text));
    }
    case XmlDocumentMarker:
    case XmlMarker:
    case ByteArrayMarker:
        return readText(bytes);
    case DateMarker:
        return readDate(bytes);
    case ArrayMarker:
        return readArray(bytes, depth);
    case ObjectMarker:
        return readObject(bytes, depth);
    case IntVectorMarker:
    case UintVectorMarker:
    case DoubleVectorMarker:
        return readNumbers(bytes, static_cast<std::uint8_t>(*marker));
    case ObjectVectorMarker:
        return readObjects(bytes, depth);
    case DictionaryMarker:
        return readDictionary(bytes, depth);
    }
    return ReadError::UnknownMarker;
}

} // namespace matinee::rtmp::amf3
