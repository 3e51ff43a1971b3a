// Where finished segments are kept until no playlist names them any more. In memory here; another place is another class.
// Written by segmenters, read by handlers: any thread.
#pragma once

#include "common/protocol/result.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace matinee::hls {

using SharedText = std::shared_ptr<const std::string>;

class SegmentStore
{
public:
    virtual ~SegmentStore() = default;
    /// `id` is "name/segment.ts", unique for ever. Unavailable where there is no room.
    virtual Result<void> put(const std::string &id, SharedText bytes) = 0;
    /// Null: not there, or not any more.
    [[nodiscard]] virtual SharedText get(const std::string &id) const = 0;
    virtual void drop(const std::string &id) = 0;
};

class MemoryStore final : public SegmentStore
{
public:
    explicit MemoryStore(std::size_t maxBytes) : m_maxBytes(maxBytes) {}

    Result<void> put(const std::string &id, SharedText bytes) override;
    [[nodiscard]] SharedText get(const std::string &id) const override;
    void drop(const std::string &id) override;
    [[nodiscard]] std::size_t bytes() const;

private:
    const std::size_t m_maxBytes;
    mutable std::mutex m_mutex; // guards all below; held for a look-up, never while bytes are copied
    std::unordered_map<std::string, SharedText> m_segments;
    std::size_t m_bytes = 0;
};

} // namespace matinee::hls
