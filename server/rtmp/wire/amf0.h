// AMF0, the notation of RTMP commands and metadata: a value tree, a reader with limits, a writer. Adobe AMF0 specification.
// Pure; reads bytes that came from strangers; any thread.
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace matinee::rtmp::amf3 {
class Reader;
}

namespace matinee::rtmp::amf0 {

enum class ReadError
{
    Truncated,     ///< Ends inside a value.
    UnknownMarker, ///< A type that AMF0 does not have, or one that nobody may send (movie clip, record set).
    TooDeep,       ///< Objects within objects beyond Limits::depth.
    TooMany,       ///< More values than Limits::values.
    StringTooLong, ///< Beyond Limits::stringBytes.
    BadReference,  ///< To an object that has not been finished or does not exist.
    BadObjectEnd,  ///< An empty property name without the end marker, or the marker out of place.
};

struct Limits
{
    std::size_t depth = 8;
    std::size_t values = 1024; ///< In one Reader's life, containers and members together.
    std::size_t stringBytes = 16384;
};

struct Value;
using Property = std::pair<std::string, Value>;

struct Undefined
{
    bool operator==(const Undefined &) const = default;
};
struct Null
{
    bool operator==(const Null &) const = default;
};
struct Date
{
    double milliseconds = 0; ///< Since 1970, UTC; the time zone that follows is reserved and ignored.
    bool operator==(const Date &) const = default;
};
/// Object, typed object or ECMA array: named values in the order sent. Shared, so that a reference costs nothing.
using Object = std::shared_ptr<const std::vector<Property>>;
/// Strict array.
using Array = std::shared_ptr<const std::vector<Value>>;

struct Value : std::variant<Undefined, Null, bool, double, Date, std::string, Object, Array>
{
    using variant::variant;

    [[nodiscard]] std::optional<double> number() const;
    [[nodiscard]] std::optional<std::string_view> text() const; ///< Into this value.
    /// The first property of that name; null where this is no object or has none.
    [[nodiscard]] const Value *find(std::string_view name) const;
};

/// Values of AMF3 behind the marker that switches to it (AMF0, 3.1) are read as well.
class Reader
{
public:
    explicit Reader(std::span<const std::uint8_t> bytes, Limits limits = {}) : m_bytes(bytes), m_limits(limits) {}

    [[nodiscard]] bool atEnd() const { return m_bytes.empty(); }
    Result<Value, ReadError> read();

private:
    Result<Value, ReadError> read(std::size_t depth);
    Result<std::string, ReadError> readString(std::size_t lengthBytes);
    Result<Value, ReadError> readObject(std::size_t depth);
    Result<Value, ReadError> readArray(std::size_t depth);
    Result<Value, ReadError> readReference();
    Result<Value, ReadError> readAmf3(std::size_t depth);
    std::optional<std::uint64_t> number(std::size_t bytes);

    std::span<const std::uint8_t> m_bytes;
    const Limits m_limits;
    std::size_t m_values = 0;
    std::shared_ptr<amf3::Reader> m_amf3; // with its tables, from the first such value on
    std::vector<Value> m_complex; // what references count: objects and arrays in the order begun; Undefined until finished
};

/// Appends values to a buffer. Objects: `object().property("a", 1.0).end()`.
class Writer
{
public:
    explicit Writer(media::Bytes &out) : m_out(out) {}

    Writer &number(double value);
    Writer &boolean(bool value);
    Writer &string(std::string_view value); ///< Longer than 65535 bytes becomes a long string.
    Writer &null();
    Writer &undefined();
    Writer &object();
    Writer &ecmaArray(std::uint32_t count);
    Writer &key(std::string_view name); ///< Cut to 65535 bytes; a value follows.
    Writer &end();
    Writer &value(const Value &value);

    Writer &property(std::string_view name, double value) { return key(name).number(value); }
    Writer &property(std::string_view name, std::string_view value) { return key(name).string(value); }
    Writer &flag(std::string_view name, bool value) { return key(name).boolean(value); }

private:
    media::Bytes &m_out;
};

} // namespace matinee::rtmp::amf0
