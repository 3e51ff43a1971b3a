// Where finished segments are kept until no playlist names them any more: in memory (here), in files (file_store.h).
// Written by segmenters, read by handlers: any thread.
#pragma once

#include "hls/wire/playlist.h"
#include "net/task.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace matinee::hls {

class SegmentStore
{
public:
    virtual ~SegmentStore() = default;
    /// `id` is "name/segment.m4s", unique for ever. Unavailable where there is no room. Never waits.
    virtual Result<void> put(const std::string &id, SharedText bytes) = 0;
    /// What is at hand. Null: not there, not any more, or only by fetch().
    [[nodiscard]] virtual SharedText get(const std::string &id) const = 0;
    /// The same, and what has to be waited for. Called on a worker, where it continues.
    [[nodiscard]] virtual Task<SharedText> fetch(std::string id) { co_return get(id); }
    virtual void drop(const std::string &id) = 0;
    [[nodiscard]] virtual std::size_t bytes() const = 0; ///< In memory.
};

class MemoryStore final : public SegmentStore
{
public:
    explicit MemoryStore(std::size_t maxBytes) : m_maxBytes(maxBytes) {}

    Result<void> put(const std::string &id, SharedText bytes) override;
    [[nodiscard]] SharedText get(const std::string &id) const override;
    void drop(const std::string &id) override;
    [[nodiscard]] std::size_t bytes() const override;

private:
    const std::size_t m_maxBytes;
    mutable std::mutex m_mutex; // guards all below; held for a look-up, never while bytes are copied
    std::unordered_map<std::string, SharedText> m_segments;
    std::size_t m_bytes = 0;
};

} // namespace matinee::hls
