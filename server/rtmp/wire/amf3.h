// AMF3, the second notation of RTMP commands and data (Adobe AMF3 specification), read into the values of AMF0. Nothing here writes it:
// answers are AMF0, which every peer reads. Pure; reads bytes that came from strangers; any thread.
#pragma once

#include "rtmp/wire/amf0.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace matinee::rtmp::amf3 {

using amf0::Limits;
using amf0::ReadError;
using amf0::Value;

/// Holds the three tables that references point into, so one reader is for all values of one message. All of them are bounded by
/// Limits::values, and the bytes of all strings together, also of those that are references, by kStringsInAll times Limits::stringBytes.
/// Becomes: an integer a number, XML and byte arrays text, vectors an array, a dictionary an object of those entries whose key is text, an
/// array that has names an object. An object that writes itself (externalizable) cannot be read: UnknownMarker.
class Reader
{
public:
    static constexpr std::size_t kStringsInAll = 4;

    explicit Reader(Limits limits = {}) : m_limits(limits) {}

    /// Takes one value from the front of `bytes`; `depth` is that of the value around it.
    Result<Value, ReadError> read(std::span<const std::uint8_t> &bytes, std::size_t depth = 0);

private:
    using Bytes = std::span<const std::uint8_t>;
    struct Traits
    {
        std::vector<std::string> names;
        bool dynamic = false;
    };
    using TraitsPtr = std::shared_ptr<const Traits>;

    Result<Value, ReadError> readReference(std::uint32_t header) const;
    Result<std::string, ReadError> readString(Bytes &bytes);
    Result<Value, ReadError> readText(Bytes &bytes);
    Result<Value, ReadError> readDate(Bytes &bytes);
    Result<Value, ReadError> readArray(Bytes &bytes, std::size_t depth);
    Result<Value, ReadError> readObject(Bytes &bytes, std::size_t depth);
    Result<Value, ReadError> readNumbers(Bytes &bytes, std::uint8_t marker);
    Result<Value, ReadError> readObjects(Bytes &bytes, std::size_t depth);
    Result<Value, ReadError> readDictionary(Bytes &bytes, std::size_t depth);
    Result<TraitsPtr, ReadError> readTraits(Bytes &bytes, std::uint32_t header);
    /// Names and values up to the empty name.
    std::optional<ReadError> readPairs(Bytes &bytes, std::size_t depth, std::vector<amf0::Property> &out);
    [[nodiscard]] bool charge(std::size_t stringBytes);
    [[nodiscard]] std::size_t reserve();
    Value keep(std::size_t place, Value value);

    const Limits m_limits;
    std::size_t m_values = 0;
    std::size_t m_stringBytes = 0;
    std::vector<std::string> m_strings;
    std::vector<TraitsPtr> m_traits;
    std::vector<Value> m_complex; // Undefined until finished: nothing may contain itself
};

} // namespace matinee::rtmp::amf3
