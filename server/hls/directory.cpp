#include "hls/directory.h"

#include "hls/egress.h"
#include "hls/file_store.h"
#include "hls/wire/playlist_text.h"
#include "observe/log.h"

#include <boost/asio/post.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace matinee::hls {

namespace {

/// 80 bits: who has not seen the playlist cannot name a segment. Empty where there is no randomness.
std::string unguessable()
{
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::array<std::uint8_t, 16> random;
    if (RAND_bytes(random.data(), random.size()) != 1)
        return {};
    std::string text;
    for (const auto byte : random)
        text += alphabet[byte & 31];
    return text;
}

std::unique_ptr<SegmentStore> openStore(const Options &options)
{
    if (options.backend == Backend::File && !options.folder.empty()) {
        auto files = FileStore::open(options.folder / "segments", options.storeBytes);
        if (files)
            return std::move(*files);
        log::error("hls", "{} Segments are kept in memory.", files.error().message);
    } else if (!options.folder.empty()) {
        std::error_code ignored; // what a process with files left behind when it was killed
        std::filesystem::remove_all(options.folder / "segments", ignored);
    }
    return std::make_unique<MemoryStore>(options.storeBytes);
}

} // namespace

Directory::Directory(live::Registry &registry, Options options, observe::Metrics *metrics, WallClock clock)
    : m_registry(registry),
      m_options(std::move(options)),
      m_clock(std::move(clock)),
      m_store(openStore(m_options)),
      m_book(m_options.folder.empty() ? std::filesystem::path() : m_options.folder / "sequences")
{
    if (metrics)
        m_segmentsMade = metrics->counter("matinee_hls_segments_total", "HLS segments made.");
}

Directory::~Directory()
{
    m_disk.join();
}

std::shared_ptr<Shelf> Directory::find(const std::string &name) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_shelves.find(name);
    return found == m_shelves.end() ? nullptr : found->second;
}

std::shared_ptr<Shelf> Directory::open(const std::string &name, Form form)
{
    auto &worker = *net::Worker::current();
    const auto now = std::chrono::steady_clock::now();
    if (const auto shelf = find(name)) {
        shelf->touch(form, now);
        const std::lock_guard lock(m_mutex); // retire() looks at the time under it: either it saw this, or the shelf is gone
        if (const auto found = m_shelves.find(name); found != m_shelves.end() && found->second == shelf)
            return shelf;
    }
    if (m_draining || !m_registry.want(name))
        return nullptr;
    if (live::isRendition(name)) // its stream goes first: that is what it keeps step with
        (void)open(std::string(live::baseName(name)), Form::Main);
    auto secret = unguessable();
    std::shared_ptr<Shelf> shelf;
    Sequences start;
    {
        const std::lock_guard lock(m_mutex);
        auto &place = m_shelves[name];
        if (place) { // another worker was quicker
            place->touch(form, now);
            return place;
        }
        shelf = place = std::make_shared<Shelf>(std::move(secret), now);
        shelf->touch(form, now);
        start = m_book.next(name, m_clock());
    }
    worker.spawn("hls egress", Egress::run(shared_from_this(), name, shelf, start));
    return shelf;
}

std::size_t Directory::openCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_shelves.size();
}

std::vector<OfferedRendition> Directory::renditionsOf(const std::string &name) const
{
    return m_renditions.offered ? m_renditions.offered(name) : std::vector<OfferedRendition>();
}

/// The other renditions of the same stream that are being segmented.
std::vector<std::pair<std::string, std::shared_ptr<Shelf>>> Directory::siblingsOf(const std::string &name) const
{
    std::vector<std::pair<std::string, std::shared_ptr<Shelf>>> siblings;
    if (!m_renditions.names)
        return siblings;
    const std::string base(live::baseName(name));
    auto names = m_renditions.names(base);
    names.push_back(base);
    for (auto &other : names) {
        if (auto shelf = other == name ? nullptr : find(other))
            siblings.emplace_back(std::move(other), std::move(shelf));
    }
    return siblings;
}

Lead Directory::leadAt(const std::string &name, media::MediaTime time, WallTime broadcast) const
{
    const auto shelf = find(std::string(live::baseName(name)));
    return shelf ? shelf->leadAt(time, broadcast) : Lead{};
}

Sequences Directory::known(const std::string &name) const
{
    const std::lock_guard lock(m_mutex);
    return m_book.known(name);
}

std::vector<RenditionReport> Directory::reportsFor(const std::string &name) const
{
    std::vector<RenditionReport> reports;
    for (const auto &[other, shelf] : siblingsOf(name)) {
        const auto snapshot = shelf->content(Form::Main).snapshot;
        if (!snapshot || snapshot->playlist.segments().empty())
            continue;
        const auto &playlist = snapshot->playlist;
        RenditionReport report{"../" + percentEncoded(other) + "/main.m3u8", playlist.nextNumber() - 1, std::nullopt};
        if (playlist.openParts() > 0)
            report = {std::move(report.uri), playlist.nextNumber(), playlist.openParts() - 1};
        else if (const auto parts = playlist.segments().back()->parts.size(); parts > 0)
            report.part = parts - 1;
        reports.push_back(std::move(report));
    }
    return reports;
}

bool Directory::retire(const std::string &name, const std::shared_ptr<Shelf> &shelf, SteadyTime since, Sequences next,
                       std::optional<WallTime> ended)
{
    const std::lock_guard lock(m_mutex);
    if (shelf->isAskedFor(since))
        return false;
    if (const auto found = m_shelves.find(name); found != m_shelves.end() && found->second == shelf)
        m_shelves.erase(found);
    if (m_book.note(name, next, ended))
        save();
    return true;
}

void Directory::note(const std::string &name, Sequences next, std::optional<WallTime> ended)
{
    const std::lock_guard lock(m_mutex);
    if (m_book.note(name, next, ended))
        save();
}

std::optional<WallTime> Directory::endedLately(const std::string &name) const
{
    constexpr std::chrono::seconds kPatience{60}; // players have long given up then
    const auto now = wallNow();
    const std::lock_guard lock(m_mutex);
    const auto ended = m_book.endedBefore(name);
    return ended && *ended <= now && now - *ended < kPatience ? ended : std::nullopt;
}

void Directory::save()
{
    if (std::exchange(m_saving, true))
        return;
    asio::post(m_disk, [this] {
        std::string text;
        {
            const std::lock_guard lock(m_mutex);
            m_saving = false;
            text = m_book.text();
        }
        (void)SequenceBook::write(m_book.file(), text);
    });
}

} // namespace matinee::hls
