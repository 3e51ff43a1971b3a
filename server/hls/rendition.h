// One form of a stream's segments (whole in fragmented MP4, its audio alone, MPEG-TS): a muxer and the playlist of what it made.
// Owned by the segmenter, which decides for all of them together where segments begin and end; on its worker.
#pragma once

#include "hls/segment_store.h"
#include "hls/wire/playlist.h"
#include "media/frame.h"
#include "mux/fragment_muxer.h"
#include "mux/ts_muxer.h"

#include "common/protocol/result.h"

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::hls {

enum class Form : std::uint8_t
{
    Main,  ///< Fragmented MP4, every track, low latency.
    Audio, ///< Fragmented MP4, the audio track.
    Ts,    ///< MPEG-TS, H.264 and AAC.
};
inline constexpr std::array kForms{Form::Main, Form::Audio, Form::Ts};
inline constexpr std::size_t kFormCount = kForms.size();
/// "main", the name of its playlist.
[[nodiscard]] std::string_view nameOf(Form form);
[[nodiscard]] std::optional<Form> formOf(std::string_view name);

struct SegmentBeginning
{
    std::uint64_t number = 0;
    std::uint64_t discontinuities = 0;
    bool discontinuity = false;
    WallTime begins{};
    std::uint64_t bridge = 0; ///< So many gaps of `bridgeTime` each stand before it, where it is the first of its list.
    Microseconds bridgeTime{};
};

class Rendition
{
public:
    /// `secret`: an unguessable part of every address, of letters and digits. `kept`: segments that stay in the store after they slid out.
    Rendition(Form form, std::string name, std::string secret, std::size_t kept, SegmentStore &store);
    ~Rendition(); ///< Its segments leave the store.
    Rendition(const Rendition &) = delete;
    Rendition &operator=(const Rendition &) = delete;

    [[nodiscard]] bool carries(const media::Track &track) const;
    /// Between segments. What follows needs a new map.
    void setTracks(const std::vector<media::TrackPtr> &tracks);
    /// Why there will be no segment as things are.
    [[nodiscard]] const std::optional<Error> &failure() const { return m_failure; }

    void begin(SegmentBeginning beginning);
    /// There will be nothing of this segment, between two others that are listed.
    void skip(const SegmentBeginning &beginning, media::MediaTime duration);
    [[nodiscard]] bool isOpen() const { return m_open != nullptr; }
    /// False where the frame had to be left out.
    bool write(const media::Frame &frame);
    /// Ends the part that is being made; a video frame at `next` begins the next one.
    void endPart(std::optional<media::MediaTime> next);
    /// Ends the segment after `duration`, unless the muxer knows better. `shape` counts for the first one. False where it was lost.
    bool finish(media::MediaTime duration, std::optional<media::MediaTime> next, const PlaylistShape &shape);

    [[nodiscard]] std::size_t pendingBytes() const;
    [[nodiscard]] const std::optional<Playlist> &playlist() const { return m_playlist; }
    /// Those that are listed, and the one before: who loaded the list just before may still ask for it.
    [[nodiscard]] std::vector<std::shared_ptr<const Map>> maps() const { return {m_maps.begin(), m_maps.end()}; }

private:
    static constexpr std::size_t kMaxMaps = 8; // listed at once where the tracks change all the time; older ones are refused

    void collect(mux::Fragment fragment, bool asPart);
    bool store(Segment &segment, std::string bytes);
    void publishOpen();
    [[nodiscard]] Segment gapAt(const SegmentBeginning &beginning, Microseconds duration) const;
    void bridge(const PlaylistShape &shape);

    // fixed at construction
    const Form m_form;
    const std::string m_name;
    const std::string m_secret;
    const std::size_t m_kept;
    SegmentStore &m_store;

    // the tracks now
    std::unique_ptr<mux::FragmentMuxer> m_fragments;
    std::unique_ptr<mux::TsMuxer> m_ts;
    std::optional<Error> m_failure;
    std::deque<std::shared_ptr<const Map>> m_maps; // oldest first
    std::uint64_t m_mapsMade = 0;

    // the open segment
    std::unique_ptr<Segment> m_open;
    std::optional<SegmentBeginning> m_bridged; // of the first one, where gaps stand before it
    std::string m_bytes;
    media::MediaTime m_fragmentsTogether{0};
    bool m_partsComplete = false; // every part of the open segment is listed so far

    // what is finished
    std::optional<Playlist> m_playlist;
    std::deque<std::string> m_stored; // ids, oldest first: those in the playlist, and before them at most `kept`
    bool m_shortened = false;         // memory was too small for the window, and the log has it
};

} // namespace matinee::hls
