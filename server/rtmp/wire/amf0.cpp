#include "rtmp/wire/amf0.h"

#include "rtmp/wire/amf3.h"
#include "rtmp/wire/big_endian.h"

#include <bit>

namespace matinee::rtmp::amf0 {

namespace {

enum Marker : std::uint8_t
{
    NumberMarker = 0,
    BooleanMarker = 1,
    StringMarker = 2,
    ObjectMarker = 3,
    NullMarker = 5,
    UndefinedMarker = 6,
    ReferenceMarker = 7,
    EcmaArrayMarker = 8,
    ObjectEndMarker = 9,
    StrictArrayMarker = 10,
    DateMarker = 11,
    LongStringMarker = 12,
    UnsupportedMarker = 13,
    XmlMarker = 15,
    TypedObjectMarker = 16,
    AvmPlusMarker = 17,
};

} // namespace

std::optional<double> Value::number() const
{
    const auto *value = std::get_if<double>(this);
    return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::string_view> Value::text() const
{
    const auto *value = std::get_if<std::string>(this);
    return value ? std::optional<std::string_view>(*value) : std::nullopt;
}

const Value *Value::find(std::string_view name) const
{
    const auto *object = std::get_if<Object>(this);
    if (!object || !*object)
        return nullptr;
    for (const Property &property : **object) {
        if (property.first == name)
            return &property.second;
    }
    return nullptr;
}

std::optional<std::uint64_t> Reader::number(std::size_t bytes)
{
    ByteReader reader(m_bytes);
    const std::uint64_t value = reader.number(bytes);
    if (!reader.ok())
        return std::nullopt;
    m_bytes = m_bytes.subspan(bytes);
    return value;
}

Result<std::string, ReadError> Reader::readString(std::size_t lengthBytes)
{
    const auto length = number(lengthBytes);
    if (!length)
        return ReadError::Truncated;
    if (*length > m_limits.stringBytes)
        return ReadError::StringTooLong;
    if (*length > m_bytes.size())
        return ReadError::Truncated;
    const auto size = static_cast<std::size_t>(*length);
    std::string text(reinterpret_cast<const char *>(m_bytes.data()), size);
    m_bytes = m_bytes.subspan(size);
    return text;
}

Result<Value, ReadError> Reader::readObject(std::size_t depth)
{
    const std::size_t place = m_complex.size();
    m_complex.emplace_back(Undefined{});
    auto properties = std::make_shared<std::vector<Property>>();
    for (;;) {
        auto name = readString(2);
        if (!name)
            return name.error();
        if (name->empty()) {
            const auto marker = number(1);
            if (!marker)
                return ReadError::Truncated;
            if (*marker != ObjectEndMarker)
                return ReadError::BadObjectEnd;
            break;
        }
        auto value = read(depth + 1);
        if (!value)
            return value.error();
        properties->emplace_back(std::move(*name), std::move(*value));
    }
    m_complex[place] = Object(std::move(properties));
    return m_complex[place];
}

Result<Value, ReadError> Reader::readArray(std::size_t depth)
{
    const std::size_t place = m_complex.size();
    m_complex.emplace_back(Undefined{});
    const auto count = number(4);
    if (!count)
        return ReadError::Truncated;
    if (*count > m_limits.values)
        return ReadError::TooMany;
    auto values = std::make_shared<std::vector<Value>>();
    for (std::uint64_t i = 0; i < *count; ++i) {
        auto value = read(depth + 1);
        if (!value)
            return value.error();
        values->push_back(std::move(*value));
    }
    m_complex[place] = Array(std::move(values));
    return m_complex[place];
}

Result<Value, ReadError> Reader::readReference()
{
    const auto index = number(2);
    if (!index)
        return ReadError::Truncated;
    if (*index >= m_complex.size() || std::holds_alternative<Undefined>(m_complex[*index]))
        return ReadError::BadReference;
    return m_complex[*index];
}

Result<Value, ReadError> Reader::readAmf3(std::size_t depth)
{
    if (!m_amf3)
        m_amf3 = std::make_shared<amf3::Reader>(m_limits);
    return m_amf3->read(m_bytes, depth);
}

Result<Value, ReadError> Reader::read()
{
    return read(0);
}

Result<Value, ReadError> Reader::read(std::size_t depth)
{
    if (depth > m_limits.depth)
        return ReadError::TooDeep;
    if (++m_values > m_limits.values)
        return ReadError::TooMany;
    const auto marker = number(1);
    if (!marker)
        return ReadError::Truncated;
    switch (static_cast<Marker>(*marker)) {
    case NumberMarker: {
        const auto bits = number(8);
        return bits ? Result<Value, ReadError>(Value(std::bit_cast<double>(*bits))) : ReadError::Truncated;
    }
    case BooleanMarker: {
        const auto value = number(1);
        return value ? Result<Value, ReadError>(Value(*value != 0)) : ReadError::Truncated;
    }
    case DateMarker: {
        const auto bits = number(8);
        if (!bits || !number(2))
            return ReadError::Truncated;
        return Value(Date{std::bit_cast<double>(*bits)});
    }
    case StringMarker:
    case LongStringMarker:
    case XmlMarker: {
        auto text = readString(*marker == StringMarker ? 2 : 4);
        if (!text)
            return text.error();
        return Value(std::move(*text));
    }
    case NullMarker:
        return Value(Null{});
    case UndefinedMarker:
    case UnsupportedMarker:
        return Value(Undefined{});
    case ReferenceMarker:
        return readReference();
    case EcmaArrayMarker: // its count is a hint that many writers get wrong; the end marker decides
        if (!number(4))
            return ReadError::Truncated;
        return readObject(depth);
    case TypedObjectMarker:
        if (const auto className = readString(2); !className)
            return className.error();
        return readObject(depth);
    case ObjectMarker:
        return readObject(depth);
    case StrictArrayMarker:
        return readArray(depth);
    case AvmPlusMarker:
        return readAmf3(depth);
    case ObjectEndMarker:
        return ReadError::BadObjectEnd;
    }
    return ReadError::UnknownMarker;
}

Writer &Writer::number(double value)
{
    m_out.push_back(NumberMarker);
    appendNumber(m_out, std::bit_cast<std::uint64_t>(value), 8);
    return *this;
}

Writer &Writer::boolean(bool value)
{
    m_out.push_back(BooleanMarker);
    m_out.push_back(value ? 1 : 0);
    return *this;
}

Writer &Writer::string(std::string_view value)
{
    const bool isLong = value.size() > 0xffff;
    m_out.push_back(isLong ? LongStringMarker : StringMarker);
    appendNumber(m_out, value.size(), isLong ? 4 : 2);
    m_out.insert(m_out.end(), value.begin(), value.end());
    return *this;
}

Writer &Writer::null()
{
    m_out.push_back(NullMarker);
    return *this;
}

Writer &Writer::undefined()
{
    m_out.push_back(UndefinedMarker);
    return *this;
}

Writer &Writer::object()
{
    m_out.push_back(ObjectMarker);
    return *this;
}

Writer &Writer::ecmaArray(std::uint32_t count)
{
    m_out.push_back(EcmaArrayMarker);
    appendNumber(m_out, count, 4);
    return *this;
}

Writer &Writer::key(std::string_view name)
{
    name = name.substr(0, 0xffff);
    appendNumber(m_out, name.size(), 2);
    m_out.insert(m_out.end(), name.begin(), name.end());
    return *this;
}

Writer &Writer::end()
{
    appendNumber(m_out, ObjectEndMarker, 3); // an empty name, then the marker
    return *this;
}

Writer &Writer::value(const Value &value)
{
    if (const auto *text = std::get_if<std::string>(&value))
        return string(*text);
    if (const auto *number = std::get_if<double>(&value))
        return this->number(*number);
    if (const auto *flag = std::get_if<bool>(&value))
        return boolean(*flag);
    if (std::holds_alternative<Null>(value))
        return null();
    if (const auto *date = std::get_if<Date>(&value)) {
        m_out.push_back(DateMarker);
        appendNumber(m_out, std::bit_cast<std::uint64_t>(date->milliseconds), 8);
        appendNumber(m_out, 0, 2);
        return *this;
    }
    if (const auto *properties = std::get_if<Object>(&value)) {
        object();
        for (const Property &property : **properties)
            key(property.first).value(property.second);
        return end();
    }
    if (const auto *values = std::get_if<Array>(&value)) {
        m_out.push_back(StrictArrayMarker);
        appendNumber(m_out, (*values)->size(), 4);
        for (const Value &element : **values)
            this->value(element);
        return *this;
    }
    return undefined();
}

} // namespace matinee::rtmp::amf0
