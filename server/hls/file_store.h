// Segments in files, whole or not at all: written beside their place and renamed. What is being written, what could not be, and the
// newest stay in memory, so a full disk costs nobody a segment while there is memory. Any thread; files are touched on its own.
#pragma once

#include "hls/segment_store.h"

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstdint>
#include <filesystem>
#include <list>

namespace matinee::hls {

class FileStore final : public SegmentStore
{
public:
    /// `folder` is this store's alone: what an earlier process left in it is removed. `maxBytes`: in memory at most.
    [[nodiscard]] static Result<std::unique_ptr<FileStore>> open(std::filesystem::path folder, std::size_t maxBytes);
    ~FileStore() override; ///< Waits for what is being written, and removes everything.

    Result<void> put(const std::string &id, SharedText bytes) override;
    [[nodiscard]] SharedText get(const std::string &id) const override;
    [[nodiscard]] Task<SharedText> fetch(std::string id) override;
    void drop(const std::string &id) override;
    [[nodiscard]] std::size_t bytes() const override;

    /// Files cannot be written at present; the sentence that the log has.
    [[nodiscard]] bool isFailing() const;
    /// Until everything put so far has been written or given up. For tests and the end.
    void settle();

private:
    enum class State : std::uint8_t
    {
        Pending, ///< Waits for the disk.
        Written,
        Failed, ///< Lives in memory; tried again when the disk takes something.
    };
    struct Entry
    {
        SharedText bytes; ///< Null: only on disk.
        State state = State::Pending;
        std::list<std::string>::iterator recent; ///< Written and in memory.
    };

    FileStore(std::filesystem::path folder, std::size_t maxBytes);
    [[nodiscard]] std::filesystem::path pathOf(const std::string &id) const;
    void write(const std::string &id);
    void written(const std::string &id, const std::string &problem);
    void makeRoom(std::size_t wanted);

    // fixed at construction
    const std::filesystem::path m_folder;
    const std::size_t m_maxBytes;

    mutable std::mutex m_mutex; // guards all below; never held while a file is touched
    std::unordered_map<std::string, Entry> m_entries;
    std::list<std::string> m_recent; // oldest first: may leave memory
    std::size_t m_bytes = 0;
    bool m_failing = false;

    asio::thread_pool m_readers{1};
    asio::thread_pool m_writer{1}; // last: ends first
};

} // namespace matinee::hls
