#include "pictures/poster_desk.h"

#include "pictures/key_frame.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

namespace matinee::pictures {

using std::chrono::milliseconds;

namespace {

constexpr std::uint16_t kMostHeight = 1280; // of upright pictures
constexpr std::uint8_t kQuality = 80;
constexpr std::chrono::seconds kAgain{2};
constexpr milliseconds kShortRest{500}; // while no key frame has come

std::string runOfServer()
{
    std::random_device random;
    std::array<char, 20> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), std::uint64_t{random()} << 32 | random(), 16);
    return {text.data(), end};
}

Error notYet(const std::string &name)
{
    auto error = fail(ErrorCode::NotFound, "There is no picture of " + name + " yet. Try again in a moment.");
    error.retryAfter = kAgain;
    return error;
}

} // namespace

std::optional<std::uint16_t> posterWidth(std::string_view text)
{
    if (text.empty())
        return kPosterWidth;
    std::uint16_t width = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return std::find(kPosterWidths.begin(), kPosterWidths.end(), width) == kPosterWidths.end() ? std::nullopt : std::optional(width);
}

PosterDesk::PosterDesk(live::Registry &registry, std::shared_ptr<Illustrator> illustrator, PosterOptions options)
    : m_registry(registry), m_illustrator(std::move(illustrator)), m_options(options), m_run(runOfServer()), m_albums(options.streams)
{
}

void PosterDesk::forget(const std::string &name)
{
    const std::lock_guard lock(m_mutex);
    m_albums.erase(name);
}

/// The picture of this width; or of the next larger one that there is, or of the largest.
Result<Poster> PosterDesk::best(const Album &album, std::size_t place, const std::string &name) const
{
    for (std::size_t i = place; i < album.size(); ++i) {
        if (album[i].poster)
            return *album[i].poster;
    }
    for (std::size_t i = place; i-- > 0;) {
        if (album[i].poster)
            return *album[i].poster;
    }
    const auto &error = album[place].error;
    if (!error)
        return notYet(name);
    auto reason = fail(ErrorCode::NotFound, error->message);
    reason.retryAfter = error->code == ErrorCode::Unavailable ? kAgain : std::chrono::seconds(0);
    return reason;
}

Task<Result<Poster>> PosterDesk::poster(std::string name, std::uint16_t width)
{
    const auto place = static_cast<std::size_t>(std::find(kPosterWidths.begin(), kPosterWidths.end(), width) - kPosterWidths.begin());
    const bool live = m_registry.isLive(name);
    const auto now = Clock::now();
    auto &worker = *net::Worker::current();
    AlbumPtr album;
    std::shared_ptr<Waiter> waiter;
    bool begin = false;
    {
        const std::lock_guard lock(m_mutex);
        if (auto *const known = m_albums.find(name))
            album = *known;
        else if (live)
            album = m_albums.put(name, std::make_shared<Album>());
        if (!album)
            co_return Result<Poster>(fail(ErrorCode::NotFound, name + " is not live, and there is no picture of it."));
        auto &frame = (*album)[place];
        const bool isFresh = frame.poster && now - frame.madeAt < m_options.fresh;
        const bool rests = now < frame.restUntil;
        if (!live || isFresh || (rests && !frame.making))
            co_return best(*album, place, name);
        waiter = std::make_shared<Waiter>(Waiter{worker, asio::steady_timer(worker.context(), m_options.patience)});
        frame.waiters.push_back(waiter);
        begin = !std::exchange(frame.making, true);
    }
    if (begin) {
        m_making.fetch_add(1);
        worker.spawn("poster", make(shared_from_this(), name, album, place));
    }
    (void)co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    const std::lock_guard lock(m_mutex);
    std::erase((*album)[place].waiters, waiter);
    co_return best(*album, place, name);
}

/// Nothing where the newest key frame is the one that the poster shows already.
Task<Result<std::optional<Poster>>> PosterDesk::fresh(std::string name, AlbumPtr album, std::size_t place)
{
    using Answer = Result<std::optional<Poster>>;
    const auto key = co_await newestKeyFrame(m_registry, std::move(name), m_options.patience * 3 / 4); // who waits hears why there is none
    if (!key)
        co_return Answer(key.error());
    {
        const std::lock_guard lock(m_mutex);
        const auto &frame = (*album)[place];
        if (frame.poster && frame.of.lock() == key->frame)
            co_return Answer(std::optional<Poster>());
    }
    Drawing drawing{key->frame, {kPosterWidths[place], kMostHeight}, kQuality};
    auto picture = co_await m_illustrator->draw(std::move(drawing), Urgency::Asked);
    if (!picture) { // what cannot be drawn, or what the process dies of, is tried less and less often
        const std::lock_guard lock(m_mutex);
        auto &rest = (*album)[place].rest;
        rest = std::clamp(rest * 2, m_options.fresh, m_options.longestRest);
        co_return Answer(picture.error());
    }
    Poster poster;
    poster.picture = std::move(*picture);
    poster.tag = m_run + "-" + std::to_string(m_serial.fetch_add(1));
    const std::lock_guard lock(m_mutex);
    (*album)[place].of = key->frame;
    co_return Answer(std::optional(std::move(poster)));
}

Task<void> PosterDesk::make(std::shared_ptr<PosterDesk> self, std::string name, AlbumPtr album, std::size_t place)
{
    struct Making // also when something throws
    {
        PosterDesk &desk;
        Frame &frame;
        ~Making()
        {
            const std::lock_guard lock(desk.m_mutex);
            frame.making = false;
            desk.m_making.fetch_sub(1);
        }
    } const making{*self, (*album)[place]};
    auto made = co_await self->fresh(std::move(name), album, place);
    std::vector<std::shared_ptr<Waiter>> waiters;
    {
        const std::lock_guard lock(self->m_mutex);
        auto &frame = (*album)[place];
        frame.making = false; // before those are woken who may ask again
        waiters.swap(frame.waiters);
        if (made) {
            if (*made)
                frame.poster = std::move(**made);
            frame.madeAt = Clock::now();
            frame.error.reset();
            frame.rest = milliseconds(0);
            frame.restUntil = {};
        } else {
            frame.error = made.error();
            frame.restUntil = Clock::now() + std::max<milliseconds>(frame.rest, kShortRest);
        }
    }
    for (const auto &waiter : waiters)
        waiter->worker.post([waiter] { waiter->timer.cancel(); });
}

} // namespace matinee::pictures
