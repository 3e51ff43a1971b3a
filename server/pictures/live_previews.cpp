#include "pictures/live_previews.h"

#include "observe/log.h"
#include "pictures/key_frame.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <random>
#include <utility>

namespace matinee::pictures {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t kThumbnails = 200; // of a whole window or recording
constexpr MediaTime kLeastInterval = std::chrono::seconds(5);
constexpr milliseconds kLook{50};
constexpr int kMostLooks = 60;
constexpr std::size_t kMaxThumbnailBytes = 32 * 1024; // one of this size has some 4 KiB; a larger one is left out

Error noPreview(const std::string &name)
{
    return fail(ErrorCode::NotFound, "There is no preview of " + name + ".");
}

struct SheetAddress
{
    std::string_view run;
    std::uint64_t number = 0;
    std::size_t tiles = 0;
};

/// "5f0c-3-25"
std::optional<SheetAddress> parse(std::string_view text)
{
    const auto first = text.find('-');
    if (first == std::string_view::npos)
        return std::nullopt;
    SheetAddress address;
    address.run = text.substr(0, first);
    const auto *const end = text.data() + text.size();
    const auto number = std::from_chars(text.data() + first + 1, end, address.number);
    if (number.ec != std::errc() || number.ptr == end || *number.ptr != '-')
        return std::nullopt;
    const auto tiles = std::from_chars(number.ptr + 1, end, address.tiles);
    if (tiles.ec != std::errc() || tiles.ptr != end)
        return std::nullopt;
    return address;
}

std::string hex(std::uint64_t value)
{
    std::array<char, 20> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, 16);
    return {text.data(), end};
}

std::uint64_t randomNumber()
{
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
}

} // namespace

MediaTime thumbnailInterval(MediaTime whole)
{
    return std::max(kLeastInterval, whole / static_cast<std::int64_t>(kThumbnails));
}

LivePreviews::LivePreviews(live::Registry &registry, net::WorkerPool &workers, std::shared_ptr<Illustrator> illustrator,
                           LivePreviewOptions options)
    : m_registry(registry), m_workers(workers), m_illustrator(std::move(illustrator)), m_options(options), m_runs(randomNumber())
{
}

void LivePreviews::streamChanged(const std::string &name, bool live)
{
    if (m_options.window.count() == 0 || live::isRendition(name))
        return;
    ReelPtr before;
    ReelPtr reel;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_reels.find(name); found != m_reels.end()) {
            before = std::move(found->second);
            before->over = true;
            m_reels.erase(found);
            account(before->strip.bytes(), 0);
        }
        if (live && !m_draining) {
            const auto interval = m_options.interval.count() > 0 ? MediaTime(m_options.interval) : thumbnailInterval(m_options.window);
            // A number of this run of the server and of the stream's beginning: what has other pictures has other addresses.
            reel = std::make_shared<Reel>(m_workers.next(), hex(m_runs.fetch_add(1)), MediaTime(m_options.window), interval);
            m_reels.emplace(name, reel);
            m_active.fetch_add(1);
        }
    }
    if (before)
        end(before);
    if (reel)
        reel->worker.post([self = shared_from_this(), name, reel] { reel->worker.spawn("preview", follow(self, name, reel)); });
}

void LivePreviews::end(const ReelPtr &reel)
{
    reel->over = true;
    reel->worker.post([reel] { reel->pause.cancel(); });
}

void LivePreviews::drain()
{
    std::map<std::string, ReelPtr> reels;
    {
        const std::lock_guard lock(m_mutex);
        m_draining = true;
        reels.swap(m_reels);
    }
    for (const auto &[name, reel] : reels)
        end(reel);
}

LivePreviews::ReelPtr LivePreviews::find(const std::string &name) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_reels.find(name);
    return found == m_reels.end() ? nullptr : found->second;
}

/// Under m_mutex.
void LivePreviews::account(std::size_t before, std::size_t after)
{
    m_bytes += after - before;
}

void LivePreviews::add(const ReelPtr &reel, MediaTime at, Picture picture)
{
    const std::lock_guard lock(m_mutex);
    if (reel->over || !picture.jpeg || picture.jpeg->size() > kMaxThumbnailBytes)
        return;
    auto &strip = reel->strip;
    const auto before = strip.bytes();
    strip.add(at, picture.size, std::move(picture.jpeg));
    while (m_bytes - before + strip.bytes() > m_options.bytes && strip.shorten()) {
    }
    account(before, strip.bytes());
}

Task<void> LivePreviews::follow(std::shared_ptr<LivePreviews> self, std::string name, ReelPtr reel)
{
    struct Active // also when something throws
    {
        LivePreviews &previews;
        ~Active() { previews.m_active.fetch_sub(1); }
    } const active{*self};
    const auto interval = self->m_options.interval.count() > 0
                              ? self->m_options.interval
                              : std::chrono::duration_cast<milliseconds>(thumbnailInterval(self->m_options.window));
    auto rest = interval; // doubles while no picture comes of it
    std::weak_ptr<const media::Frame> last;
    bool told = false;
    while (!reel->over) {
        const auto key = co_await newestKeyFrame(self->m_registry, name, self->m_options.patience);
        if (reel->over)
            break;
        if (key && last.lock() != key->frame) {
            last = key->frame;
            Drawing drawing{key->frame, {kThumbnailSide, kThumbnailSide}, kThumbnailQuality};
            auto picture = co_await self->m_illustrator->draw(std::move(drawing), Urgency::Background);
            if (picture) {
                rest = interval;
                self->add(reel, key->frame->pts, std::move(*picture));
            } else {
                rest = std::min<milliseconds>(rest * 2, std::max<milliseconds>(interval, std::chrono::minutes(5)));
                if (!std::exchange(told, true))
                    log::info("pictures", "No preview of {}: {}", name, picture.error().message);
            }
        }
        if (reel->over)
            break;
        reel->pause.expires_after(rest);
        (void)co_await reel->pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

Task<Result<std::string>> LivePreviews::track(std::string name, std::string query)
{
    using Answer = Result<std::string>;
    const auto reel = find(name);
    if (!reel)
        co_return Answer(noPreview(name));
    const auto now = co_await newestKeyFrame(m_registry, name, milliseconds(0));
    const std::lock_guard lock(m_mutex);
    const auto &strip = reel->strip;
    if (strip.isEmpty()) {
        auto error = fail(ErrorCode::NotFound, "There is no preview of " + name + " yet. Try again in a moment.");
        error.retryAfter = std::chrono::seconds(5);
        co_return Answer(std::move(error));
    }
    const auto newest = now ? std::optional(now->newest - strip.zero()) : std::nullopt;
    co_return Answer(thumbnailTrack(strip.thumbnails(name + "/" + reel->run + "-", query), newest));
}

Task<Result<SharedText>> LivePreviews::sheet(std::string name, std::string address)
{
    using Answer = Result<SharedText>;
    const auto wanted = parse(address);
    const auto reel = wanted ? find(name) : nullptr;
    const auto gone = fail(ErrorCode::NotFound, "There is no such sheet, or not any more. Load the preview's list again.");
    if (!reel || reel->run != wanted->run)
        co_return Answer(gone);
    Assembly assembly;
    asio::steady_timer timer(net::Worker::current()->context());
    for (int looks = 0; assembly.jpegs.empty(); ++looks) {
        {
            const std::lock_guard lock(m_mutex);
            const auto *const sheet = reel->strip.sheet(wanted->number);
            if (!sheet || wanted->tiles == 0 || wanted->tiles > sheet->tiles.size())
                co_return Answer(gone);
            if (sheet->drawn >= wanted->tiles)
                co_return Answer(sheet->jpeg);
            if (!reel->drawing) {
                reel->drawing = true;
                assembly.tile = sheet->size;
                for (const auto &tile : sheet->tiles)
                    assembly.jpegs.push_back(tile.jpeg);
                break;
            }
        }
        if (looks >= kMostLooks) {
            auto error = fail(ErrorCode::Unavailable, "This sheet is being made. Try again in a moment.");
            error.retryAfter = std::chrono::seconds(1);
            co_return Answer(std::move(error));
        }
        timer.expires_after(kLook); // one is drawn at a time: hundreds who ask at once want the same
        (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    struct Turn // also when something throws
    {
        LivePreviews &previews;
        Reel &reel;
        ~Turn()
        {
            const std::lock_guard lock(previews.m_mutex);
            reel.drawing = false;
        }
    } const turn{*this, *reel};
    const auto tiles = assembly.jpegs.size();
    auto picture = co_await m_illustrator->assemble(std::move(assembly), Urgency::Asked);
    if (!picture)
        co_return Answer(picture.error());
    const std::lock_guard lock(m_mutex);
    if (!reel->over) {
        const auto before = reel->strip.bytes();
        reel->strip.setDrawn(wanted->number, tiles, picture->jpeg);
        account(before, reel->strip.bytes());
    }
    co_return Answer(picture->jpeg);
}

} // namespace matinee::pictures
