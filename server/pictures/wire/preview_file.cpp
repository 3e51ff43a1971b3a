#include "pictures/wire/preview_file.h"

#include <utility>

namespace matinee::pictures {

namespace {

constexpr std::string_view kMagic = "MATPREV1";

void put(std::string &out, std::uint64_t value, unsigned bytes)
{
    for (unsigned i = bytes; i-- > 0;)
        out += static_cast<char>(value >> (8 * i));
}

/// Big-endian fields; once past the end it stays failed and gives zeros.
class Fields
{
public:
    explicit Fields(std::string_view bytes) : m_bytes(bytes) {}
    std::string_view text(std::size_t count)
    {
        if (m_failed || m_bytes.size() < count) {
            m_failed = true;
            return {};
        }
        const auto taken = m_bytes.substr(0, count);
        m_bytes.remove_prefix(count);
        return taken;
    }
    std::uint64_t take(unsigned count)
    {
        std::uint64_t value = 0;
        for (const char byte : text(count))
            value = value << 8 | static_cast<std::uint8_t>(byte);
        return value;
    }
    [[nodiscard]] bool failed() const { return m_failed; }
    [[nodiscard]] bool atEnd() const { return m_bytes.empty(); }

private:
    std::string_view m_bytes;
    bool m_failed = false;
};

} // namespace

std::vector<Thumbnail> PreviewFile::thumbnails(const std::string &folder, const std::string &query) const
{
    std::vector<Thumbnail> all;
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        const auto until = i + 1 < tiles.size() ? tiles[i + 1] : ends;
        all.push_back({tiles[i], until, i % kSheetTiles, size, folder + std::to_string(i / kSheetTiles) + ".jpg" + query});
    }
    return all;
}

std::string writePreviewFile(const PreviewFile &preview)
{
    std::string out(kMagic);
    put(out, preview.size.width, 2);
    put(out, preview.size.height, 2);
    put(out, preview.tiles.size(), 4);
    for (const auto at : preview.tiles)
        put(out, static_cast<std::uint64_t>(at.count()), 8);
    put(out, static_cast<std::uint64_t>(preview.ends.count()), 8);
    put(out, preview.sheets.size(), 4);
    for (const auto &sheet : preview.sheets) {
        put(out, sheet->size(), 4);
        out += *sheet;
    }
    return out;
}

std::optional<PreviewFile> readPreviewFile(std::string_view bytes)
{
    Fields fields(bytes);
    if (bytes.size() > kMaxPreviewBytes || fields.text(kMagic.size()) != kMagic)
        return std::nullopt;
    PreviewFile preview;
    preview.size.width = static_cast<std::uint16_t>(fields.take(2));
    preview.size.height = static_cast<std::uint16_t>(fields.take(2));
    const auto tiles = fields.take(4);
    if (fields.failed() || tiles == 0 || tiles > kMaxPreviewTiles || preview.size.width == 0 || preview.size.height == 0)
        return std::nullopt;
    constexpr auto most = std::uint64_t{1} << 53; // some 280 years: no sum of two overflows
    std::uint64_t before = 0;
    for (std::uint64_t i = 0; i < tiles; ++i) {
        const auto at = fields.take(8);
        if (fields.failed() || at > most || (i > 0 && at <= before))
            return std::nullopt;
        before = at;
        preview.tiles.emplace_back(static_cast<std::int64_t>(at));
    }
    const auto ends = fields.take(8);
    const auto sheets = fields.take(4);
    if (fields.failed() || ends < before || ends > most || sheets != (tiles + kSheetTiles - 1) / kSheetTiles)
        return std::nullopt;
    preview.ends = MediaTime(static_cast<std::int64_t>(ends));
    for (std::uint64_t i = 0; i < sheets; ++i) {
        const auto size = fields.take(4);
        if (size == 0 || size > kMaxPreviewSheetBytes)
            return std::nullopt;
        const auto jpeg = fields.text(static_cast<std::size_t>(size));
        if (fields.failed())
            return std::nullopt;
        preview.sheets.push_back(std::make_shared<const std::string>(jpeg));
    }
    if (!fields.atEnd())
        return std::nullopt;
    return preview;
}

} // namespace matinee::pictures
