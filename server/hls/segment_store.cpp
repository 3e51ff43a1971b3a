#include "hls/segment_store.h"

#include <utility>

namespace matinee::hls {

Result<void> MemoryStore::put(const std::string &id, SharedText bytes)
{
    const std::lock_guard lock(m_mutex);
    if (m_bytes + bytes->size() > m_maxBytes)
        return fail(ErrorCode::Unavailable, "There is no room for more HLS segments; livestream.hls_memory_megabytes bounds them.");
    m_bytes += bytes->size();
    auto &place = m_segments[id];
    if (place)
        m_bytes -= place->size();
    place = std::move(bytes);
    return {};
}

SharedText MemoryStore::get(const std::string &id) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_segments.find(id);
    return found == m_segments.end() ? nullptr : found->second;
}

void MemoryStore::drop(const std::string &id)
{
    SharedText freedAfterwards; // declared first, so destroyed after the lock
    const std::lock_guard lock(m_mutex);
    const auto found = m_segments.find(id);
    if (found == m_segments.end())
        return;
    m_bytes -= found->second->size();
    freedAfterwards = std::move(found->second);
    m_segments.erase(found);
}

std::size_t MemoryStore::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

} // namespace matinee::hls
