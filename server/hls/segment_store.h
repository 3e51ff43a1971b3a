// Where finished segments are kept until no playlist names them any more: in memory (here), in files (file_store.h).
// Written by segmenters, read by handlers: any thread.
#pragma once

#include "hls/wire/playlist.h"
#include "net/sealed_file.h"
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
    /// The same in a form that leaves without being copied. Null where it is not kept so: ask get() and fetch().
    [[nodiscard]] virtual net::SealedFilePtr sealed(const std::string & /*id*/) const { return nullptr; }
    /// What get() says, and what has to be waited for. Called on a worker, where it continues.
    [[nodiscard]] virtual Task<SharedText> fetch(std::string id) { co_return get(id); }
    virtual void drop(const std::string &id) = 0;
    [[nodiscard]] virtual std::size_t bytes() const = 0; ///< In memory.
};

class MemoryStore final : public SegmentStore
{
public:
    explicit MemoryStore(std::size_t maxBytes) : m_maxBytes(maxBytes) {}

    Result<void> put(const std::string &id, SharedText bytes) override;
    /// A copy where it is sealed().
    [[nodiscard]] SharedText get(const std::string &id) const override;
    [[nodiscard]] net::SealedFilePtr sealed(const std::string &id) const override;
    void drop(const std::string &id) override;
    [[nodiscard]] std::size_t bytes() const override;

private:
    struct Entry // one of the two
    {
        SharedText text;
        net::SealedFilePtr file;
        [[nodiscard]] std::size_t size() const { return file ? file->size() : text ? text->size() : 0; }
    };
    [[nodiscard]] Entry find(const std::string &id) const;

    const std::size_t m_maxBytes;
    mutable std::mutex m_mutex; // guards all below; held for a look-up, never while bytes are copied
    std::unordered_map<std::string, Entry> m_segments;
    std::size_t m_bytes = 0;
};

} // namespace matinee::hls
