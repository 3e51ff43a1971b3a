// A live media playlist (RFC 8216) as a value: segments are pushed in, old ones slide out, numbers only ever rise.
// Owned by one segmenter; copied into what viewers are given. Pure: asks no clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::hls {

struct Segment
{
    std::string uri;                                           ///< Relative to the playlist, as it is to be written.
    std::chrono::microseconds duration{};                      ///< Exact; at most the target duration.
    std::chrono::sys_time<std::chrono::microseconds> begins{}; ///< Wall clock of its first frame.
    bool discontinuity = false;                                ///< Times or decoder configuration do not go on from the segment before.
};

/// Where a playlist's two numbers begin. A successor of the same name must begin where its predecessor stopped, or above.
struct Sequences
{
    std::uint64_t media = 0;
    std::uint64_t discontinuity = 0;
};

class Playlist
{
public:
    /// `target` holds for life (RFC 8216, 4.3.3.1). `length`: segments to keep, at least 3; more are kept while they last less than three
    /// target durations together (6.2.2), up to kMaxSegments.
    Playlist(std::chrono::seconds target, std::size_t length, Sequences start);

    static constexpr std::size_t kMaxSegments = 48;

    /// Number that the next segment will have.
    [[nodiscard]] std::uint64_t nextSequence() const { return m_start.media + m_segments.size(); }
    /// Adds a segment at the end. Gives those that slid out.
    std::vector<Segment> push(Segment segment);
    /// What a successor may start from.
    [[nodiscard]] Sequences successor() const;

    [[nodiscard]] std::chrono::seconds target() const { return m_target; }
    [[nodiscard]] const std::deque<Segment> &segments() const { return m_segments; }
    [[nodiscard]] Sequences sequences() const { return m_start; } ///< Of the first segment listed.

    /// `query` ("key=..."), where there is one, is put behind each URI: native players do not hand on the playlist's own.
    [[nodiscard]] std::string text(std::string_view query = {}) const;

private:
    [[nodiscard]] bool mayForgetFirst() const;

    const std::chrono::seconds m_target;
    const std::size_t m_length;
    Sequences m_start; // of m_segments.front(); its own discontinuity tag not counted
    std::deque<Segment> m_segments;
};

} // namespace matinee::hls
