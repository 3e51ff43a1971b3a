// A live media playlist (RFC 8216, 8216bis) as a value: segments are pushed in, old ones slide out, numbers only ever rise.
// Owned by one rendition of a segmenter; copied into what viewers are given, where segments are shared. Pure: asks no clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::hls {

using Microseconds = std::chrono::microseconds;
using WallTime = std::chrono::sys_time<Microseconds>;
using SharedText = std::shared_ptr<const std::string>;

/// What a decoder needs before a segment of fragmented MP4.
struct Map
{
    std::string uri;
    SharedText bytes;
};

struct Part
{
    Microseconds duration{};
    bool independent = false;
    SharedText bytes;
};

struct Segment
{
    std::uint64_t number = 0;          ///< Its Media Sequence Number.
    std::uint64_t discontinuities = 0; ///< Discontinuity tags of the stream up to this segment, its own included.
    std::string stem;                  ///< "secret-1234": its address without the extension, relative to the playlist.
    Microseconds duration{};
    WallTime begins{};              ///< Wall clock of its first frame.
    bool discontinuity = false;     ///< Times or decoder configuration do not go on from the segment before.
    bool gap = false;               ///< There is nothing to fetch.
    std::shared_ptr<const Map> map; ///< Null in MPEG-TS.
    std::vector<Part> parts;        ///< Only of the newest segments.
    std::size_t bytes = 0;
    std::size_t audioBytes = 0;
    std::uint32_t pictures = 0;
};
using SegmentPtr = std::shared_ptr<const Segment>;

/// Where a playlist's two numbers begin. A successor of the same name must begin where its predecessor stopped, or above.
struct Sequences
{
    std::uint64_t media = 0;
    std::uint64_t discontinuity = 0;
};

/// What holds for the life of a playlist.
struct PlaylistShape
{
    std::chrono::seconds target{3};
    std::size_t length = 6;     ///< Segments to keep, at least 3; more where they last less than three target durations together (6.2.2).
    Microseconds window{0};     ///< And at least so much time, to go back in.
    Microseconds partTarget{0}; ///< 0: no parts.
    std::string_view extension = "m4s";
};

/// How far another rendition of the same content has come (EXT-X-RENDITION-REPORT).
struct RenditionReport
{
    std::string uri;
    std::uint64_t number = 0;
    std::optional<std::uint64_t> part;
};

class Playlist
{
public:
    explicit Playlist(PlaylistShape shape);

    /// Beyond what the shape asks for, playlists are not longer than this.
    static constexpr std::size_t kMaxSegments = 48;

    /// Adds a finished segment, whose number follows the last one's. Gives those that slid out.
    std::vector<SegmentPtr> push(Segment segment);
    /// What is known of the segment that is being made: its parts so far. Null: nothing.
    void setOpen(SegmentPtr open) { m_open = std::move(open); }
    /// Gives up the oldest segment, where more than the shape's length are there.
    SegmentPtr shorten();

    [[nodiscard]] const PlaylistShape &shape() const { return m_shape; }
    [[nodiscard]] const std::deque<SegmentPtr> &segments() const { return m_segments; }
    [[nodiscard]] const SegmentPtr &open() const { return m_open; }
    [[nodiscard]] std::uint64_t nextNumber() const { return m_segments.empty() ? 0 : m_segments.back()->number + 1; }
    [[nodiscard]] std::uint64_t openParts() const { return m_open ? m_open->parts.size() : 0; }
    [[nodiscard]] std::size_t skippable() const; ///< How many of the first segments a delta update leaves out.
    [[nodiscard]] Sequences sequences() const;   ///< Of the first segment listed; its own discontinuity tag not counted.
    [[nodiscard]] Microseconds duration() const; ///< Of all segments listed.
    /// A part that is listed, or was until a moment ago.
    [[nodiscard]] const Part *part(std::uint64_t segment, std::uint64_t part) const;
    [[nodiscard]] SegmentPtr segment(std::uint64_t number) const; ///< Null: not listed.

    /// `query` ("key=..."), where there is one, is put behind each address: native players do not hand on the playlist's own.
    /// `delta`: without the older part (EXT-X-SKIP), where there is enough of it.
    [[nodiscard]] std::string text(std::string_view query = {}, bool delta = false, const std::vector<RenditionReport> &reports = {}) const;

    /// Address of a part, as it stands in the list.
    [[nodiscard]] static std::string partUri(std::string_view stem, std::uint64_t part, std::string_view extension);

private:
    [[nodiscard]] bool mayForgetFirst() const;
    [[nodiscard]] std::size_t firstWithParts(int targets) const;
    void forgetParts();

    PlaylistShape m_shape;
    std::deque<SegmentPtr> m_segments;
    SegmentPtr m_open;
    Microseconds m_duration{0};
};

} // namespace matinee::hls
