// Picture files made byte by byte, so that tests know everything that is in them. Pure; for tests.
#pragma once

#include "media/frame.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace matinee::image_files {

using media::Bytes;
using Colour = std::array<std::uint8_t, 3>;

inline constexpr Colour kRed{255, 0, 0};
inline constexpr Colour kGreen{0, 255, 0};
inline constexpr Colour kBlue{0, 0, 255};
inline constexpr Colour kBlack{0, 0, 0};
inline constexpr Colour kWhite{255, 255, 255};

inline Bytes bytesOf(std::string_view text)
{
    return {text.begin(), text.end()};
}
inline Bytes joined(std::initializer_list<Bytes> parts)
{
    Bytes all;
    for (const auto &part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}
inline Bytes big(std::uint64_t value, int bytes)
{
    Bytes out;
    for (int i = bytes; i-- > 0;)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return out;
}
inline Bytes little(std::uint64_t value, int bytes)
{
    Bytes out;
    for (int i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return out;
}

// EXIF

/// A TIFF with an orientation, a place on earth and a camera, in either order of bytes.
inline Bytes tiff(int orientation, bool isLittle = true)
{
    const auto number = [&](std::uint64_t value, int bytes) { return isLittle ? little(value, bytes) : big(value, bytes); };
    const auto entry = [&](std::uint64_t tag, std::uint64_t type, std::uint64_t count, Bytes value) {
        value.resize(4);
        return joined({number(tag, 2), number(type, 2), number(count, 4), value});
    };
    return joined({bytesOf(isLittle ? "II" : "MM"), number(42, 2), number(8, 4), number(3, 2), entry(0x010f, 2, 4, bytesOf("Cam")),
                   entry(0x0112, 3, 1, number(static_cast<std::uint64_t>(orientation), 2)), entry(0x8825, 4, 1, number(50, 4)),
                   number(0, 4), number(1, 2), entry(1, 2, 2, bytesOf("N")), number(0, 4), bytesOf("GPS 48.2082 16.3738")});
}

// JPEG

inline Bytes segment(std::uint8_t marker, const Bytes &content)
{
    return joined({{0xff, marker}, big(content.size() + 2, 2), content});
}
inline Bytes exifSegment(int orientation, bool isLittle = true)
{
    return segment(0xe1, joined({bytesOf("Exif"), {0, 0}, tiff(orientation, isLittle)}));
}
/// The segments behind the first two bytes.
inline Bytes withSegments(const Bytes &jpeg, const Bytes &segments)
{
    return joined({Bytes(jpeg.begin(), jpeg.begin() + 2), segments, Bytes(jpeg.begin() + 2, jpeg.end())});
}

/// One colour, in inks: each sample is as Adobe's programs write it, 255 for no ink. 16 by 16.
inline Bytes cmykJpeg(const std::array<std::uint8_t, 4> &samples)
{
    Bytes head{0xff, 0xd8};
    const auto add = [&](const Bytes &part) { head.insert(head.end(), part.begin(), part.end()); };
    add(segment(0xee, joined({bytesOf("Adobe"), {0, 100, 0, 0, 0, 0, 0}}))); // no transform
    add(segment(0xdb, joined({{0}, Bytes(64, 8)})));                         // so that a DC coefficient is a sample less 128
    add(segment(0xc0, {8, 0, 16, 0, 16, 4, 'C', 0x11, 0, 'M', 0x11, 0, 'Y', 0x11, 0, 'K', 0x11, 0}));
    Bytes counts(16, 0);
    counts[0] = counts[1] = counts[2] = 1; // 0, 10 and 110 are 0, 7 and 8 bits that follow
    add(segment(0xc4, joined({{0x00}, counts, {0, 7, 8}})));
    counts[1] = counts[2] = 0; // 0 is the end of a block
    add(segment(0xc4, joined({{0x10}, counts, {0}})));
    add(segment(0xda, {4, 'C', 0, 'M', 0, 'Y', 0, 'K', 0, 0, 63, 0}));
    std::vector<bool> bits;
    const auto put = [&](unsigned value, int count) {
        for (int i = count; i-- > 0;)
            bits.push_back((value >> i & 1U) != 0);
    };
    for (int unit = 0; unit < 4; ++unit) {
        for (const auto sample : samples) {
            const int difference = unit == 0 ? int{sample} - 128 : 0;
            const int size = difference == 0 ? 0 : difference == -128 ? 8 : 7; // only far colours are wanted
            put(size == 0 ? 0U : size == 7 ? 2U : 6U, size == 0 ? 1 : size == 7 ? 2 : 3);
            put(static_cast<unsigned>(difference > 0 ? difference : difference + (1 << size) - 1), size);
            put(0, 1);
        }
    }
    while (bits.size() % 8 != 0)
        bits.push_back(true);
    for (std::size_t i = 0; i < bits.size(); i += 8) {
        unsigned byte = 0;
        for (std::size_t j = 0; j < 8; ++j)
            byte = byte << 1 | (bits[i + j] ? 1U : 0U);
        head.push_back(static_cast<std::uint8_t>(byte));
        if (byte == 0xff)
            head.push_back(0);
    }
    return joined({head, {0xff, 0xd9}});
}

// PNG

inline Bytes chunk(std::string_view name, const Bytes &content)
{
    const auto named = joined({bytesOf(name), content});
    std::uint32_t crc = 0xffffffff; // of ISO 3309
    for (const auto byte : named) {
        crc ^= byte;
        for (int i = 0; i < 8; ++i)
            crc = (crc & 1U) != 0 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
    }
    return joined({big(content.size(), 4), named, big(crc ^ 0xffffffffU, 4)});
}
inline Bytes zlibStored(const Bytes &content)
{
    std::uint32_t a = 1, b = 0;
    Bytes out{0x78, 0x01};
    for (std::size_t at = 0; at < content.size() || at == 0; at += 65535) {
        const auto size = std::min<std::size_t>(65535, content.size() - at);
        out.push_back(at + size == content.size() ? 1 : 0);
        out = joined({out, little(size, 2), little(~size, 2)});
        out.insert(out.end(), content.begin() + static_cast<std::ptrdiff_t>(at), content.begin() + static_cast<std::ptrdiff_t>(at + size));
    }
    for (const auto byte : content) {
        a = (a + byte) % 65521;
        b = (b + a) % 65521;
    }
    return joined({out, big(b << 16 | a, 4)});
}
/// `colourType` and `depth` as in IHDR; `rows` with their filter bytes. `before`: chunks behind IHDR.
inline Bytes png(std::uint32_t width, std::uint32_t height, std::uint8_t depth, std::uint8_t colourType, const Bytes &rows,
                 const Bytes &before = {})
{
    return joined({{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
                   chunk("IHDR", joined({big(width, 4), big(height, 4), {depth, colourType, 0, 0, 0}})),
                   before,
                   chunk("IDAT", zlibStored(rows)),
                   chunk("IEND", {})});
}
/// Of four colours, upper left, upper right, lower left, lower right; `alpha` of all but the first.
inline Bytes quarters(std::uint32_t width, std::uint32_t height, const std::array<Colour, 4> &colours, int alpha = -1,
                      const Bytes &before = {})
{
    Bytes rows;
    for (std::uint32_t y = 0; y < height; ++y) {
        rows.push_back(0);
        for (std::uint32_t x = 0; x < width; ++x) {
            const std::size_t which = (y >= height / 2 ? 2U : 0U) + (x >= width / 2 ? 1U : 0U);
            rows.insert(rows.end(), colours[which].begin(), colours[which].end());
            if (alpha >= 0)
                rows.push_back(which == 0 ? 255 : static_cast<std::uint8_t>(alpha));
        }
    }
    return png(width, height, 8, alpha >= 0 ? 6 : 2, rows, before);
}
inline Bytes plainPng(std::uint32_t width, std::uint32_t height, const Colour &colour, const Bytes &before = {})
{
    return quarters(width, height, {colour, colour, colour, colour}, -1, before);
}
/// 16 bits a sample, of one colour.
inline Bytes deepPng(std::uint32_t width, std::uint32_t height, const Colour &colour)
{
    Bytes rows;
    for (std::uint32_t y = 0; y < height; ++y) {
        rows.push_back(0);
        for (std::uint32_t x = 0; x < width; ++x)
            for (const auto sample : colour)
                rows.insert(rows.end(), {sample, sample});
    }
    return png(width, height, 16, 2, rows);
}

// GIF: one point, as small as they get.

inline Bytes gifFrame(std::uint8_t code)
{
    // Cleared, the point, the end: codes of 3 bits (4, code, 5), the lowest first.
    const unsigned bits = 4U | unsigned{code} << 3 | 5U << 6;
    return joined({{0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2}, little(bits, 2), {0}});
}
/// Its pictures one after the other: red (0) or blue (1).
inline Bytes gif(std::initializer_list<std::uint8_t> frames)
{
    auto file = joined({bytesOf("GIF89a"), little(1, 2), little(1, 2), {0x80, 0, 0, 255, 0, 0, 0, 0, 255}});
    for (const auto frame : frames)
        file = joined({file, {0x21, 0xf9, 4, 0, 10, 0, 0, 0}, gifFrame(frame)});
    return joined({file, {0x21, 0xfe, 3, 'h', 'e', 'y', 0, 0x3b}});
}

// WebP

inline Bytes riffChunk(std::string_view name, const Bytes &content)
{
    return joined({bytesOf(name), little(content.size(), 4), content, Bytes(content.size() % 2, 0)});
}
inline Bytes webp(const Bytes &chunks)
{
    return joined({bytesOf("RIFF"), little(chunks.size() + 4, 4), bytesOf("WEBP"), chunks});
}
/// VP8L of one point.
inline Bytes pointBits()
{
    return {0x2f, 0, 0, 0, 0x10, 0x07, 0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 0x07, 0};
}

} // namespace matinee::image_files
