#include "hls/snapshot.h"

#include "http/compression.h"

namespace matinee::hls {

namespace {

constexpr std::size_t kWorthCompressing = 1024;

} // namespace

SharedText Snapshot::text(bool delta) const
{
    auto &once = m_text[delta ? 1 : 0];
    std::call_once(once.made, [&] { once.value = std::make_shared<const std::string>(playlist.text({}, delta, reports)); });
    return once.value;
}

SharedText Snapshot::compressed(bool delta) const
{
    auto &once = m_compressed[delta ? 1 : 0];
    std::call_once(once.made, [&] {
        const auto plain = text(delta);
        if (plain->size() < kWorthCompressing)
            return;
        auto small = http::gzipped(*plain, 4);
        if (!small.empty() && small.size() < plain->size())
            once.value = std::make_shared<const std::string>(std::move(small));
    });
    return once.value;
}

const StreamFacts &Snapshot::facts() const
{
    std::call_once(m_facts.made, [&] { m_facts.value = factsOf(tracks, playlist); });
    return m_facts.value;
}

} // namespace matinee::hls
