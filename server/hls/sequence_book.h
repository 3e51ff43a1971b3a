// How far each name's sequence numbers have come, so that they never go back: while publishers and viewers come and go, and across
// restarts. Segment numbers follow the clock; discontinuities are too few for one, so they are kept in a small file, and with them when the
// name's last segment ended. Under its owner's lock.
#pragma once

#include "hls/wire/playlist.h"

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>

namespace matinee::hls {

class SequenceBook
{
public:
    /// `file`: empty means that nothing is kept across restarts beyond what the clock gives.
    explicit SequenceBook(std::filesystem::path file);

    /// Where a segmenter of `name` that begins now may start.
    [[nodiscard]] Sequences next(const std::string &name, WallTime now) const;
    /// Only what is known of the name; zeros where nothing is.
    [[nodiscard]] Sequences known(const std::string &name) const;
    /// The name has come so far, to a segment that ended at `ended`, where there was one. True where the file must be written anew.
    [[nodiscard]] bool note(const std::string &name, Sequences sequences, std::optional<WallTime> ended = {});
    /// When the last segment of the name ended that the process before this one made, where this one has made none yet. Up to kFileLag too
    /// early.
    [[nodiscard]] std::optional<WallTime> endedBefore(const std::string &name) const;

    /// What the file is to hold; written by write() on whatever thread may wait for a disk.
    [[nodiscard]] std::string text();
    [[nodiscard]] const std::filesystem::path &file() const { return m_file; }
    /// Whole or not at all.
    [[nodiscard]] static bool write(const std::filesystem::path &file, const std::string &text);

    /// Where numbers of a name begin that is not known: two a second since 2025, so that a restart never goes back. Fits into 31 bits
    /// until 2059, which some players need.
    [[nodiscard]] static Sequences startAt(WallTime now);

private:
    static constexpr std::size_t kMaxNames = 4096; // beyond this all are forgotten; then only the clock speaks for them
    static constexpr std::uint64_t kReserved = 16; // discontinuities that the file is ahead, so that it is written seldom
    static constexpr std::chrono::seconds kFileLag{10};
    struct Entry
    {
        Sequences sequences;
        std::uint64_t reserved = 0; // as it stands in the file
        std::optional<WallTime> ended;
        bool before = false; // by the process before
    };
    void read();

    const std::filesystem::path m_file;
    std::unordered_map<std::string, Entry> m_entries;
    WallTime m_written{}; // newest end that the file knows of, or will in a moment
};

} // namespace matinee::hls
