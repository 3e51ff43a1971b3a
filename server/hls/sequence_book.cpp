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
constexpr std::uint64_t kSlack = 4; // the file is written so long before it is needed

} // namespace

SequenceBook::SequenceBook(std::filesystem::path file) : m_file(std::move(file))
{
    if (!m_file.empty())
        read();
}

/// Lines of an escaped name, a space and a number. One that is damaged is left out: the clock then speaks for the name.
void SequenceBook::read()
{
    std::ifstream in(m_file);
    for (std::string line; m_entries.size() < kMaxNames && std::getline(in, line);) {
        std::istringstream words(line);
        std::string name;
        std::uint64_t discontinuity = 0;
        if (!(words >> name >> discontinuity) || name.size() > kMaxName || discontinuity >= std::uint64_t{1} << 31)
            continue;
        m_entries[name] = {{0, discontinuity}, discontinuity};
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

bool SequenceBook::note(const std::string &name, Sequences sequences)
{
    const auto key = percentEncoded(name);
    if (m_entries.size() >= kMaxNames && !m_entries.contains(key))
        m_entries.clear();
    auto &entry = m_entries[key];
    entry.sequences.media = std::max(entry.sequences.media, sequences.media);
    entry.sequences.discontinuity = std::max(entry.sequences.discontinuity, sequences.discontinuity);
    if (m_file.empty() || entry.sequences.discontinuity + kSlack < entry.reserved)
        return false;
    entry.reserved = entry.sequences.discontinuity + kReserved;
    return true;
}

std::string SequenceBook::text() const
{
    std::string out;
    for (const auto &[name, entry] : m_entries)
        out += name + " " + std::to_string(entry.reserved) + "\n";
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
