// Clips: whole fragments of recordings, copied into a file of their own by one thread. Owned by Recordings; any worker.
#pragma once

#include "record/archive.h"

#include <string>

namespace matinee::record {

struct ClipRange
{
    std::string stream;
    SystemTime from;
    SystemTime to;
    std::chrono::seconds last{0}; ///< Above 0: the newest so much of what was recorded, in place of from and to.
};

class Clips
{
public:
    explicit Clips(Archive &archive) : m_archive(archive) {}
    ~Clips();
    Clips(const Clips &) = delete;
    Clips &operator=(const Clips &) = delete;

    /// Begins to make one; the row is in the state "writing", and Archive::progress tells how far it is. NotFound where nothing of the
    /// range was recorded, FailedPrecondition where the stream changed its tracks within it, Unavailable while too many are being made.
    Task<Result<store::RecordingRow>> create(ClipRange range, std::string pattern);
    /// Those that are being made are given up.
    void stop() { m_stopping = true; }
    [[nodiscard]] bool idle() const { return *m_making == 0; }

    /// Fragments of one file.
    struct Piece
    {
        ReadingPtr reading;
        IndexPtr index;
        std::size_t first = 0;
        std::size_t last = 0; ///< Included.
        SystemTime begins;    ///< Wall clock of `first`.
    };

private:
    Task<Result<std::vector<Piece>>> find(ClipRange range);
    Task<void> make(store::RecordingRow row, std::vector<Piece> pieces, std::shared_ptr<std::atomic<double>> progress);

    Archive &m_archive;
    asio::thread_pool m_thread{1};
    const std::shared_ptr<std::atomic<std::size_t>> m_making = std::make_shared<std::atomic<std::size_t>>(0);
    std::atomic<bool> m_stopping{false};
};

/// The fragments of `index` that cover [from, to) of a file that began at `startedAt`; false where there are none. Pure.
[[nodiscard]] bool coverRange(const FragmentIndex &index, SystemTime startedAt, SystemTime from, SystemTime to, Clips::Piece &piece);

} // namespace matinee::record
