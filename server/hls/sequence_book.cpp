#include "hls/sequence_book.h"

#include "hls/wire/playlist_text.h"
#include "observe/log.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace matinee::hls {

namespace {

using namespace std::chrono_literals;

constexpr auto kEpoch = std::chrono::sys_days(std::chrono::year(2025) / 1 / 1);
constexpr auto kPerSequence = 500ms; // segments are longer than this on average
constexpr auto kPerBreak = 1h;       // players keep an array of these numbers, so they stay small
constexpr std::size_t kMaxName = 256;
constexpr std::int64_t kFarAway = std::int64_t{1} << 40; // a second that WallTime can still hold
constexpr std::uint64_t kSlack = 4; // the file is written so long before it is needed

} // namespace

SequenceBook::SequenceBook(std::filesystem::path file) : m_file(std::move(file))
{
    if (!m_file.empty())
        read();
}

/// Lines of an escaped name, its discontinuities, and the second in which its last segment ended (0: none). One that is damaged is left out: the clock then speaks for the name.
void SequenceBook::read()
{
    std::ifstream in(m_file);
    for (std::string line; m_entries.size() < kMaxNames && std::getline(in, line);) {
        std::istringstream words(line);
        std::string name;
        std::uint64_t discontinuity = 0;
        if (!(words >> name >> discontinuity) || name.size() > kMaxName || discontinuity >= std::uint64_t{1} << 31)
            continue;
        auto &entry = m_entries[name];
        entry = {{0, discontinuity}, discontinuity, std::nullopt, true};
        std::int64_t seconds = 0;
        if (words >> seconds && seconds > 0 && seconds < kFarAway)
            entry.ended = WallTime(std::chrono::seconds(seconds));
    }
}

Sequences SequenceBook::startAt(WallTime now)
{
    if (now <= kEpoch)
        return {0, 0};
    return {static_cast<std::uint64_t>((now - kEpoch) / kPerSequence), static_cast<std::uint64_t>((now - kEpoch) / kPerBreak)};
}

Sequences SequenceBook::known(const std::string &name) const
{
    const auto found = m_entries.find(percentEncoded(name));
    return found == m_entries.end() ? Sequences() : found->second.sequences;
}

Sequences SequenceBook::next(const std::string &name, WallTime now) const
{
    const auto start = startAt(now);
    const auto before = known(name);
    return {std::max(start.media, before.media), std::max(start.discontinuity, before.discontinuity)};
}

std::optional<WallTime> SequenceBook::endedBefore(const std::string &name) const
{
    const auto found = m_entries.find(percentEncoded(name));
    return found != m_entries.end() && found->second.before ? found->second.ended : std::nullopt;
}

bool SequenceBook::note(const std::string &name, Sequences sequences, std::optional<WallTime> ended)
{
    const auto key = percentEncoded(name);
    if (m_entries.size() >= kMaxNames && !m_entries.contains(key))
        m_entries.clear();
    auto &entry = m_entries[key];
    entry.sequences.media = std::max(entry.sequences.media, sequences.media);
    entry.sequences.discontinuity = std::max(entry.sequences.discontinuity, sequences.discontinuity);
    if (ended) {
        entry.ended = ended;
        entry.before = false;
    }
    if (m_file.empty())
        return false;
    const bool used = entry.sequences.discontinuity + kSlack >= entry.reserved;
    if (used)
        entry.reserved = entry.sequences.discontinuity + kReserved;
    return used || (ended && *ended - m_written >= kFileLag);
}

std::string SequenceBook::text()
{
    std::string out;
    for (const auto &[name, entry] : m_entries) {
        const auto seconds = entry.ended ? std::chrono::floor<std::chrono::seconds>(entry.ended->time_since_epoch()).count() : 0;
        out += name + " " + std::to_string(entry.reserved) + " " + std::to_string(seconds) + "\n";
        m_written = std::max(m_written, entry.ended.value_or(WallTime{}));
    }
    return out;
}

bool SequenceBook::write(const std::filesystem::path &file, const std::string &text)
{
    auto unfinished = file;
    unfinished += ".part";
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    bool whole = false;
    {
        std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
        out << text;
        out.close();
        whole = !out.fail();
    }
    if (whole)
        std::filesystem::rename(unfinished, file, error);
    if (!whole || error) {
        log::warn("hls", "{} cannot be written; after a restart numbers of playlists may go back", file.string());
        return false;
    }
    return true;
}

} // namespace matinee::hls
