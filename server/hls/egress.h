// Takes one live stream's frames out of the replica of its worker and into a segmenter, for as long as somebody asks for the playlist.
// One coroutine on the worker of the first viewer; outlives publishers that come and go.
#pragma once

#include "hls/directory.h"
#include "hls/segmenter.h"
#include "live/registry.h"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>

namespace matinee::hls {

class Egress final : public live::Subscriber
{
public:
    /// From the first viewer to a while after the last. Closes the shelf at the end.
    static Task<void> run(std::shared_ptr<Directory> directory, std::string name, std::shared_ptr<Shelf> shelf, Sequences start);

    Egress(Directory &directory, std::string name, std::shared_ptr<Shelf> shelf, Sequences start);

private:
    Task<void> live();
    Task<void> follow(live::Subscription &subscription);
    Task<void> settle(live::Replica &replica);
    Task<void> pause(std::chrono::milliseconds time);
    [[nodiscard]] bool isKept() const;
    [[nodiscard]] bool isOver();
    void take();
    void publish();
    void publish(Form form);
    void wantForms();
    void countViewers();

    void onFrames() override;
    void onEnd(live::EndReason reason) override;

    Directory &m_directory;
    const std::string m_name;
    const std::shared_ptr<Shelf> m_shelf;
    Segmenter m_segmenter;
    asio::steady_timer m_timer;

    live::Replica *m_replica = nullptr; // while attached
    live::Cursor m_cursor;
    bool m_ended = false; // the stream, not us
    bool m_deleted = false;
    bool m_over = false;
    SteadyTime m_lastLive;
    WallTime m_broadcast{}; // of the stream, also where this is a rendition of it: when it went live
    std::uint64_t m_counted = 0;         // segments that the metric has
    std::uint64_t m_published = 0;       // version of the segmenter
    std::uint64_t m_told = 0;            // newest segment that the shelf knows the beginning of
    std::uint64_t m_discontinuities = 0; // that the directory has been told of
    std::chrono::microseconds m_interval{};
};

} // namespace matinee::hls
