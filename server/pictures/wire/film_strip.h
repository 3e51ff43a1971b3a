// The thumbnails of one live stream, oldest first, put on sheets of 25; what is older than the window goes, a whole sheet at a time.
// A value; the owner guards it.
#pragma once

#include "pictures/wire/thumbnail_track.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace matinee::pictures {

using SharedText = std::shared_ptr<const std::string>;

struct Tile
{
    MediaTime at{};
    SharedText jpeg;
};

struct Sheet
{
    std::uint64_t number = 0; ///< Counts from 0 and on.
    TileSize size;
    std::vector<Tile> tiles; ///< At most kSheetTiles.
    SharedText jpeg;         ///< All tiles so far in one picture, where somebody asked.
    std::size_t drawn = 0;   ///< Tiles in `jpeg`.
};

class FilmStrip
{
public:
    FilmStrip(MediaTime window, MediaTime interval) : m_window(window), m_interval(interval) {}

    /// One that is not later than the one before, or on a timeline that jumped back, is left out. A picture of another size begins a new
    /// sheet.
    void add(MediaTime at, TileSize size, SharedText jpeg);
    /// Forgets the oldest sheet that is not the only one. False where there is none.
    bool shorten();
    /// The sheet as one picture of its first `tiles` tiles. Nothing happens where the sheet has gone.
    void setDrawn(std::uint64_t number, std::size_t tiles, SharedText jpeg);

    [[nodiscard]] const Sheet *sheet(std::uint64_t number) const; ///< Null where there is none, or not any more.
    [[nodiscard]] const std::deque<Sheet> &sheets() const { return m_sheets; }
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }
    [[nodiscard]] bool isEmpty() const { return m_sheets.empty(); }
    [[nodiscard]] MediaTime zero() const { return m_zero; } ///< Time of the first thumbnail ever: where the track's times begin.

    /// Cues for all of it. A sheet's address is `folder` + "number-tiles.jpg" + `query`: what has other bytes has another address.
    [[nodiscard]] std::vector<Thumbnail> thumbnails(const std::string &folder, const std::string &query) const;

private:
    void forgetOldest();

    MediaTime m_window;
    MediaTime m_interval;
    MediaTime m_zero{};
    bool m_begun = false;
    std::uint64_t m_next = 0;
    std::size_t m_bytes = 0;
    std::deque<Sheet> m_sheets;
};

} // namespace matinee::pictures
