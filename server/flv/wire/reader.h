// Reads an FLV byte stream from wherever it comes, in pieces of any size. A value with a bounded buffer; no socket, any thread.
// Tolerates what real writers get wrong (back pointers, stream ids); refuses what would make it guess.
#pragma once

#include "flv/wire/tag.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace matinee::flv {

enum class ReadError
{
    NotFlv,         ///< Does not begin with "FLV".
    BadVersion,     ///< A version other than 1.
    BadHeaderSize,  ///< DataOffset below 9 or above kMaxHeaderBytes.
    UnknownTagType, ///< A type that the format does not have: we are not where a tag begins.
    Encrypted,      ///< The filter bit is set.
    TagTooLarge,    ///< The body is longer than the limit.
};
[[nodiscard]] std::string_view describe(ReadError error);

struct Tag
{
    TagType type = TagType::Script;
    Timestamp timestamp = 0;
    media::Bytes body;
};

class Reader
{
public:
    static constexpr std::size_t kMaxHeaderBytes = 1024;

    /// At most `maxBodyBytes` (and the size of a tag header) are ever held back.
    explicit Reader(std::size_t maxBodyBytes = std::size_t{8} << 20);

    /// Takes all of `bytes`; gives the tags that are whole by now. After an error the reader gives that error for ever.
    [[nodiscard]] Result<std::vector<Tag>, ReadError> feed(std::span<const std::uint8_t> bytes);

    /// Nothing before the first 9 bytes have come.
    [[nodiscard]] const std::optional<Header> &header() const { return m_header; }
    /// Tags whose back pointer was wrong.
    [[nodiscard]] std::uint64_t wrongBackPointers() const { return m_wrongBackPointers; }
    /// Whether the stream could end here: not inside a header, tag or back pointer.
    [[nodiscard]] bool atBoundary() const { return m_header && m_held.empty() && m_part == Part::TagHeader; }

private:
    enum class Part
    {
        FileHeader,
        HeaderRest,
        TagHeader,
        Body,
        BackPointer
    };
    [[nodiscard]] std::optional<ReadError> take(std::span<const std::uint8_t> part, std::vector<Tag> &tags);
    [[nodiscard]] std::optional<ReadError> takeFileHeader(std::span<const std::uint8_t> part);
    [[nodiscard]] std::optional<ReadError> takeTagHeader(std::span<const std::uint8_t> part);
    void takeBackPointer(std::span<const std::uint8_t> part);
    void expect(Part part, std::size_t bytes);

    const std::size_t m_maxBodyBytes;
    std::optional<Header> m_header;
    std::optional<ReadError> m_error;
    media::Bytes m_held; // the part that is not whole yet
    Part m_part = Part::FileHeader;
    std::size_t m_wanted = kHeaderBytes; // bytes of this part
    Tag m_tag;
    std::uint32_t m_tagBytes = 0; // of the last tag, for its back pointer
    std::uint64_t m_wrongBackPointers = 0;
};

} // namespace matinee::flv
