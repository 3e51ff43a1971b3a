// What viewers of one form are given: a value that never changes, shared by all workers. Its texts are made when somebody first asks,
// once for all who ask.
#pragma once

#include "hls/facts.h"
#include "hls/wire/playlist.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace matinee::hls {

class Snapshot
{
public:
    explicit Snapshot(Playlist list, std::vector<std::shared_ptr<const Map>> inits = {}, std::vector<media::TrackPtr> carried = {},
                      std::vector<RenditionReport> others = {})
        : playlist(std::move(list)), maps(std::move(inits)), tracks(std::move(carried)), reports(std::move(others))
    {
    }

    const Playlist playlist;
    const std::vector<std::shared_ptr<const Map>> maps;
    const std::vector<media::TrackPtr> tracks;
    const std::vector<RenditionReport> reports;

    [[nodiscard]] SharedText text(bool delta) const;
    /// Null where the text is too short to be worth it.
    [[nodiscard]] SharedText compressed(bool delta) const;
    /// For a viewer with credentials of its own: made for this request.
    [[nodiscard]] std::string textWith(std::string_view query, bool delta) const { return playlist.text(query, delta, reports); }
    [[nodiscard]] const StreamFacts &facts() const;

private:
    template <class Value> struct Once
    {
        std::once_flag made;
        Value value;
    };
    mutable Once<SharedText> m_text[2];
    mutable Once<SharedText> m_compressed[2];
    mutable Once<StreamFacts> m_facts;
};

} // namespace matinee::hls
