// Posters: one picture of each stream that somebody asked for, made of its newest key frame, at most every five seconds, and kept when the
// stream is over. Owned by Pictures; any worker.
#pragma once

#include "accounts/bounded_map.h"
#include "live/registry.h"
#include "pictures/illustrator.h"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::pictures {

struct PosterOptions
{
    std::chrono::milliseconds fresh{5000};         ///< A younger one is not made again.
    std::chrono::milliseconds patience{2000};      ///< How long somebody waits for one that is being made.
    std::chrono::milliseconds longestRest{300000}; ///< After failures, each of which doubles the time until the next try.
    std::size_t streams = 200;                     ///< The ones that were asked for last are kept.
};

struct Poster
{
    Picture picture;
    std::string tag; ///< Names these bytes, over all runs of the server.
};

/// The widths that there are, for `?width=`: so that nobody has pictures made of every size.
inline constexpr std::array<std::uint16_t, 4> kPosterWidths = {160, 320, 640, 1280};
inline constexpr std::uint16_t kPosterWidth = 640;

/// One of kPosterWidths; empty text stands for kPosterWidth.
[[nodiscard]] std::optional<std::uint16_t> posterWidth(std::string_view text);

class PosterDesk : public std::enable_shared_from_this<PosterDesk>
{
public:
    PosterDesk(live::Registry &registry, std::shared_ptr<Illustrator> illustrator, PosterOptions options = {});

    /// The poster as it is now; waits where one has to be made. NotFound with the reason where there is none.
    Task<Result<Poster>> poster(std::string name, std::uint16_t width);
    /// The stream of this name is another now.
    void forget(const std::string &name);
    [[nodiscard]] std::size_t making() const { return m_making; }

private:
    using Clock = std::chrono::steady_clock;
    struct Waiter
    {
        net::Worker &worker;
        asio::steady_timer timer;
    };
    /// One width of one stream.
    struct Frame
    {
        std::optional<Poster> poster;
        std::weak_ptr<const media::Frame> of; // the same again need not be drawn again
        Clock::time_point madeAt{};
        Clock::time_point restUntil{};
        std::chrono::milliseconds rest{0};
        std::optional<Error> error;
        bool making = false;
        std::vector<std::shared_ptr<Waiter>> waiters;
    };
    using Album = std::array<Frame, kPosterWidths.size()>;
    using AlbumPtr = std::shared_ptr<Album>;

    static Task<void> make(std::shared_ptr<PosterDesk> self, std::string name, AlbumPtr album, std::size_t place);
    Task<Result<std::optional<Poster>>> fresh(std::string name, AlbumPtr album, std::size_t place);
    [[nodiscard]] Result<Poster> best(const Album &album, std::size_t place, const std::string &name) const; // under m_mutex

    // fixed at construction
    live::Registry &m_registry;
    const std::shared_ptr<Illustrator> m_illustrator;
    const PosterOptions m_options;
    const std::string m_run; // of tags

    std::atomic<std::size_t> m_making{0};
    std::atomic<std::uint64_t> m_serial{0};
    mutable std::mutex m_mutex; // guards what follows, and what is in the albums; once a request
    accounts::BoundedMap<AlbumPtr> m_albums;
};

} // namespace matinee::pictures
