// JPEG: ITU-T T.81, Annex B; EXIF 2.3, 4.7.2.
#include "media/image/byte_walk.h"
#include "media/image/kinds.h"

#include <algorithm>
#include <array>

namespace matinee::media {

namespace {

enum Marker : std::uint8_t
{
    kSof0 = 0xc0,
    kHuffmanTables = 0xc4,
    kExtensions = 0xc8,
    kArithmetic = 0xcc,
    kSof15 = 0xcf,
    kRestart0 = 0xd0,
    kRestart7 = 0xd7,
    kEnd = 0xd9,
    kScan = 0xda,
    kQuantisers = 0xdb,
    kLines = 0xdc,
    kRestarts = 0xdd,
    kExif = 0xe1,
    kAdobe = 0xee,
};

constexpr std::array<std::uint8_t, 6> kExifHead = {'E', 'x', 'i', 'f', 0, 0};
constexpr std::array<std::uint8_t, 5> kAdobeHead = {'A', 'd', 'o', 'b', 'e'};
/// Encoders make a dozen at most; each further one has the decoder go over the whole picture again for a few bytes.
constexpr int kMostScans = 64;

template <class Head> bool begins(std::span<const std::uint8_t> bytes, const Head &head)
{
    return bytes.size() >= head.size() && std::equal(head.begin(), head.end(), bytes.begin());
}

bool isFrameHeader(std::uint8_t marker)
{
    return marker >= kSof0 && marker <= kSof15 && marker != kHuffmanTables && marker != kExtensions && marker != kArithmetic;
}

/// What the decoder needs. The marker of Adobe says how four colours are meant.
bool isPicture(std::uint8_t marker, std::span<const std::uint8_t> segment)
{
    return isFrameHeader(marker) || marker == kHuffmanTables || marker == kQuantisers || marker == kLines || marker == kRestarts ||
           marker == kScan || (marker == kAdobe && begins(segment, kAdobeHead));
}

/// The marker that comes next; 0 where none does. Any number of 0xff may stand before it.
std::uint8_t nextMarker(ByteWalk &walk)
{
    if (walk.u8() != 0xff)
        return 0;
    auto marker = walk.u8();
    while (walk.ok() && marker == 0xff)
        marker = walk.u8();
    return walk.ok() ? marker : 0;
}

/// The coded data of a scan, up to the marker behind it: in them, 0xff has a zero or the number of a restart behind it.
std::size_t scanBytes(std::span<const std::uint8_t> data)
{
    for (std::size_t i = 0; i + 1 < data.size(); ++i) {
        if (data[i] != 0xff)
            continue;
        const auto next = data[i + 1];
        const bool inScan = next == 0 || (next >= kRestart0 && next <= kRestart7);
        if (!inScan && next != 0xff)
            return i;
    }
    return data.size();
}

} // namespace

bool readJpeg(std::span<const std::uint8_t> file, ImageFile &image)
{
    ByteWalk walk(file);
    append(image.picture, walk.take(2));
    int scans = 0;
    bool oriented = false;
    for (;;) {
        const auto marker = nextMarker(walk);
        if (marker == kEnd) {
            append(image.picture, std::array<std::uint8_t, 2>{0xff, kEnd});
            return scans > 0;
        }
        const std::size_t length = walk.big(2);
        if (marker < kSof0 || length < 2 || (marker >= kRestart0 && marker < kEnd))
            return false; // the next thing is none that has a length
        const auto segment = walk.take(length - 2);
        if (!walk.ok())
            return false;
        if (marker == kExif && !oriented && begins(segment, kExifHead)) {
            image.orientation = tiffOrientation(segment.subspan(kExifHead.size()));
            oriented = true;
        }
        if (isFrameHeader(marker)) {
            if (image.width != 0)
                return false; // two pictures in one
            ByteWalk header(segment);
            (void)header.u8(); // bits of a sample
            image.height = header.big(2);
            image.width = header.big(2);
            if (image.width == 0 || image.height == 0)
                return false;
        }
        if (!isPicture(marker, segment))
            continue;
        append(image.picture,
               std::array<std::uint8_t, 4>{0xff, marker, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)});
        append(image.picture, segment);
        if (marker != kScan)
            continue;
        if (image.width == 0 || ++scans > kMostScans)
            return false;
        append(image.picture, walk.take(scanBytes(file.subspan(walk.at()))));
    }
}

} // namespace matinee::media
