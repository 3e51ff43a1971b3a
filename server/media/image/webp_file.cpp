// WebP: RFC 9649; the sizes in the bit streams: RFC 6386, 9.1, and RFC 9649, 3.
#include "media/image/byte_walk.h"
#include "media/image/kinds.h"

#include <algorithm>
#include <string_view>

namespace matinee::media {

namespace {

constexpr std::size_t kFileHead = 12;       // "RIFF", length, "WEBP"
constexpr std::size_t kAnimationFrame = 16; // before the chunks of a frame
constexpr std::uint8_t kAlphaFlag = 0x10;

struct Chunk
{
    std::string_view name;
    std::span<const std::uint8_t> content;
};

/// The last one may lack its byte of padding.
std::optional<Chunk> nextChunk(ByteWalk &walk)
{
    const auto name = walk.take(4);
    const std::size_t length = walk.little(4);
    const auto content = walk.take(length);
    if (!walk.ok())
        return std::nullopt;
    (void)walk.take(std::min<std::size_t>(length % 2, walk.left()));
    return Chunk{{reinterpret_cast<const char *>(name.data()), name.size()}, content};
}

void appendLittle(Bytes &out, std::size_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void appendText(Bytes &out, std::string_view text)
{
    out.insert(out.end(), text.begin(), text.end());
}

void appendChunk(Bytes &out, std::string_view name, std::span<const std::uint8_t> content)
{
    appendText(out, name);
    appendLittle(out, content.size(), 4);
    append(out, content);
    if (content.size() % 2 == 1)
        out.push_back(0);
}

/// The first picture: its bit stream, and its alpha where that is apart.
struct Picture
{
    Chunk bits;
    std::span<const std::uint8_t> alpha;
    bool found = false;
};

bool readSize(const Chunk &bits, ImageFile &image)
{
    ByteWalk walk(bits.content);
    if (bits.name == "VP8 ") {
        const bool isKey = (walk.little(3) & 1U) == 0;
        const bool hasCode = walk.big(3) == 0x9d012a;
        image.width = walk.little(2) & 0x3fffU;
        image.height = walk.little(2) & 0x3fffU;
        return walk.ok() && isKey && hasCode;
    }
    const bool hasCode = walk.u8() == 0x2f;
    const auto sizes = walk.little(4);
    image.width = (sizes & 0x3fffU) + 1;
    image.height = (sizes >> 14 & 0x3fffU) + 1;
    return walk.ok() && hasCode;
}

void takePart(const Chunk &chunk, Picture &picture)
{
    if (picture.found)
        return;
    if (chunk.name == "ALPH")
        picture.alpha = chunk.content;
    if (chunk.name != "VP8 " && chunk.name != "VP8L")
        return;
    picture.bits = chunk;
    picture.found = true;
}

bool takeFrame(std::span<const std::uint8_t> frame, Picture &picture)
{
    ByteWalk walk(frame);
    (void)walk.take(kAnimationFrame);
    while (walk.ok() && walk.left() > 0 && !picture.found) {
        const auto chunk = nextChunk(walk);
        if (!chunk)
            return false;
        takePart(*chunk, picture);
    }
    return picture.found;
}

} // namespace

bool readWebp(std::span<const std::uint8_t> file, ImageFile &image)
{
    ByteWalk head(file);
    (void)head.take(4);
    const std::size_t length = head.little(4);
    if (length < 4 || length > head.left())
        return false;
    ByteWalk walk(file.subspan(kFileHead, length - 4));
    Picture picture;
    while (walk.left() > 0) {
        const auto chunk = nextChunk(walk);
        if (!chunk)
            return false;
        if (chunk->name == "ANMF" && !picture.found && !takeFrame(chunk->content, picture))
            return false;
        if (chunk->name == "EXIF") {
            constexpr std::string_view kPrefix("Exif\0\0", 6); // some writers keep the head that JPEG needs
            const std::string_view text(reinterpret_cast<const char *>(chunk->content.data()), chunk->content.size());
            image.orientation = tiffOrientation(chunk->content.subspan(text.starts_with(kPrefix) ? kPrefix.size() : 0));
        }
        takePart(*chunk, picture);
    }
    if (!picture.found || !readSize(picture.bits, image))
        return false;
    Bytes chunks;
    if (picture.bits.name == "VP8 " && !picture.alpha.empty()) {
        Bytes extended{kAlphaFlag, 0, 0, 0};
        appendLittle(extended, image.width - 1, 3);
        appendLittle(extended, image.height - 1, 3);
        appendChunk(chunks, "VP8X", extended);
        appendChunk(chunks, "ALPH", picture.alpha);
    }
    appendChunk(chunks, picture.bits.name, picture.bits.content);
    appendText(image.picture, "RIFF");
    appendLittle(image.picture, chunks.size() + 4, 4);
    appendText(image.picture, "WEBP");
    append(image.picture, chunks);
    return true;
}

} // namespace matinee::media
