#include "pictures/wire/film_strip.h"

#include <algorithm>
#include <utility>

namespace matinee::pictures {

void FilmStrip::add(MediaTime at, TileSize size, SharedText jpeg)
{
    if (!m_sheets.empty() && at <= m_sheets.back().tiles.back().at)
        return;
    if (!std::exchange(m_begun, true))
        m_zero = at;
    if (m_sheets.empty() || m_sheets.back().tiles.size() >= kSheetTiles || m_sheets.back().size != size)
        m_sheets.push_back({.number = m_next++, .size = size, .tiles = {}, .jpeg = nullptr, .drawn = 0});
    m_bytes += jpeg->size();
    m_sheets.back().tiles.push_back({at, std::move(jpeg)});
    while (m_sheets.size() > 1 && m_sheets[1].tiles.front().at < at - m_window)
        forgetOldest();
}

void FilmStrip::forgetOldest()
{
    const auto &oldest = m_sheets.front();
    for (const auto &tile : oldest.tiles)
        m_bytes -= tile.jpeg->size();
    m_bytes -= oldest.jpeg ? oldest.jpeg->size() : 0;
    m_sheets.pop_front();
}

bool FilmStrip::shorten()
{
    if (m_sheets.size() < 2)
        return false;
    forgetOldest();
    return true;
}

const Sheet *FilmStrip::sheet(std::uint64_t number) const
{
    if (m_sheets.empty() || number < m_sheets.front().number || number >= m_next)
        return nullptr;
    return &m_sheets[static_cast<std::size_t>(number - m_sheets.front().number)];
}

void FilmStrip::setDrawn(std::uint64_t number, std::size_t tiles, SharedText jpeg)
{
    const auto found = std::find_if(m_sheets.begin(), m_sheets.end(), [number](const Sheet &one) { return one.number == number; });
    if (found == m_sheets.end() || found->drawn >= tiles)
        return;
    m_bytes += jpeg->size();
    m_bytes -= found->jpeg ? found->jpeg->size() : 0;
    found->jpeg = std::move(jpeg);
    found->drawn = tiles;
}

std::vector<Thumbnail> FilmStrip::thumbnails(const std::string &folder, const std::string &query) const
{
    std::vector<Thumbnail> all;
    for (const auto &sheet : m_sheets) {
        const auto address = folder + std::to_string(sheet.number) + "-" + std::to_string(sheet.tiles.size()) + ".jpg" + query;
        for (std::size_t place = 0; place < sheet.tiles.size(); ++place) {
            const auto begins = sheet.tiles[place].at - m_zero;
            if (!all.empty()) // shown until the next one
                all.back().ends = begins;
            all.push_back({begins, begins + m_interval, place, sheet.size, address});
        }
    }
    return all;
}

} // namespace matinee::pictures
