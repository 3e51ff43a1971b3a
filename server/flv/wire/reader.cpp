#include "flv/wire/reader.h"

#include <algorithm>
#include <utility>

namespace matinee::flv {

namespace {

std::uint32_t bigEndian(std::span<const std::uint8_t> bytes)
{
    std::uint32_t value = 0;
    for (const auto byte : bytes)
        value = value << 8 | byte;
    return value;
}

constexpr std::uint8_t kFilterBit = 0x20;

} // namespace

std::string_view describe(ReadError error)
{
    switch (error) {
    case ReadError::NotFlv:
        return "the stream is not FLV";
    case ReadError::BadVersion:
        return "the FLV version is not 1";
    case ReadError::BadHeaderSize:
        return "the FLV header has an impossible size";
    case ReadError::UnknownTagType:
        return "an FLV tag has an unknown type";
    case ReadError::Encrypted:
        return "an FLV tag is encrypted";
    case ReadError::TagTooLarge:
        return "an FLV tag is larger than allowed";
    }
    return "unknown";
}

Reader::Reader(std::size_t maxBodyBytes) : m_maxBodyBytes(std::min(maxBodyBytes, kMaxBodyBytes)) {}

void Reader::expect(Part part, std::size_t bytes)
{
    m_part = part;
    m_wanted = bytes;
}

Result<std::vector<Tag>, ReadError> Reader::feed(std::span<const std::uint8_t> bytes)
{
    std::vector<Tag> tags;
    while (!m_error) {
        if (m_held.empty() && bytes.size() >= m_wanted) { // whole in what came: read in place
            const auto part = bytes.first(m_wanted);
            bytes = bytes.subspan(m_wanted);
            m_error = take(part, tags);
            continue;
        }
        const auto more = bytes.first(std::min(bytes.size(), m_wanted - m_held.size()));
        m_held.insert(m_held.end(), more.begin(), more.end());
        bytes = bytes.subspan(more.size());
        if (m_held.size() < m_wanted)
            break;
        const auto part = std::exchange(m_held, {});
        m_error = take(part, tags);
    }
    if (m_error)
        return *m_error;
    return tags;
}

std::optional<ReadError> Reader::take(std::span<const std::uint8_t> part, std::vector<Tag> &tags)
{
    switch (m_part) {
    case Part::FileHeader:
        return takeFileHeader(part);
    case Part::HeaderRest: // what a longer header says, and PreviousTagSize0
        expect(Part::TagHeader, kTagHeaderBytes);
        return {};
    case Part::TagHeader:
        return takeTagHeader(part);
    case Part::Body:
        m_tag.body.assign(part.begin(), part.end());
        tags.push_back(std::exchange(m_tag, {}));
        expect(Part::BackPointer, kBackPointerBytes);
        return {};
    case Part::BackPointer:
        takeBackPointer(part);
        return {};
    }
    return {};
}

std::optional<ReadError> Reader::takeFileHeader(std::span<const std::uint8_t> part)
{
    if (part[0] != 'F' || part[1] != 'L' || part[2] != 'V')
        return ReadError::NotFlv;
    if (part[3] != 1)
        return ReadError::BadVersion;
    const auto offset = bigEndian(part.subspan(5, 4));
    if (offset < kHeaderBytes || offset > kMaxHeaderBytes)
        return ReadError::BadHeaderSize;
    m_header = Header{(part[4] & 4) != 0, (part[4] & 1) != 0};
    expect(Part::HeaderRest, offset - kHeaderBytes + kBackPointerBytes);
    return {};
}

std::optional<ReadError> Reader::takeTagHeader(std::span<const std::uint8_t> part)
{
    if ((part[0] & kFilterBit) != 0)
        return ReadError::Encrypted;
    const auto type = static_cast<TagType>(part[0] & 0x1f); // the two bits above are reserved
    if (type != TagType::Audio && type != TagType::Video && type != TagType::Script)
        return ReadError::UnknownTagType;
    const auto size = bigEndian(part.subspan(1, 3));
    if (size > m_maxBodyBytes)
        return ReadError::TagTooLarge;
    m_tag.type = type;
    m_tag.timestamp = std::uint32_t{part[7]} << 24 | bigEndian(part.subspan(4, 3));
    m_tagBytes = static_cast<std::uint32_t>(kTagHeaderBytes + size);
    expect(Part::Body, size);
    return {};
}

void Reader::takeBackPointer(std::span<const std::uint8_t> part)
{
    if (bigEndian(part) != m_tagBytes)
        ++m_wrongBackPointers;
    expect(Part::TagHeader, kTagHeaderBytes);
}

} // namespace matinee::flv
