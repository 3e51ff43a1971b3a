#include "hls/segment_store.h"

#include <utility>

namespace matinee::hls {

Result<void> MemoryStore::put(const std::string &id, SharedText bytes)
{
    Entry entry;
    if (bytes->size() >= net::SealedFile::kWorthwhile)
        entry.file = net::SealedFile::make(*bytes);
    if (!entry.file)
        entry.text = std::move(bytes);
    const std::lock_guard lock(m_mutex);
    if (m_bytes + entry.size() > m_maxBytes)
        return fail(ErrorCode::Unavailable, "There is no room for more HLS segments; livestream.hls_memory_megabytes bounds them.");
    m_bytes += entry.size();
    auto &place = m_segments[id];
    m_bytes -= place.size();
    std::swap(place, entry);
    return {};
}

MemoryStore::Entry MemoryStore::find(const std::string &id) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_segments.find(id);
    return found == m_segments.end() ? Entry() : found->second;
}

SharedText MemoryStore::get(const std::string &id) const
{
    const auto entry = find(id);
    return entry.file ? std::make_shared<const std::string>(entry.file->view()) : entry.text;
}

net::SealedFilePtr MemoryStore::sealed(const std::string &id) const
{
    return find(id).file;
}

void MemoryStore::drop(const std::string &id)
{
    Entry freedAfterwards; // declared first, so destroyed after the lock
    const std::lock_guard lock(m_mutex);
    const auto found = m_segments.find(id);
    if (found == m_segments.end())
        return;
    m_bytes -= found->second.size();
    freedAfterwards = std::move(found->second);
    m_segments.erase(found);
}

std::size_t MemoryStore::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

} // namespace matinee::hls
