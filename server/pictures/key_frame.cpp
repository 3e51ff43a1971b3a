#include "pictures/key_frame.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>

namespace matinee::pictures {

namespace {

struct Visitor final : live::Subscriber
{
    explicit Visitor(net::Worker &worker) : news(worker.context()) {}
    void onFrames() override { news.cancel(); }
    void onEnd(live::EndReason) override
    {
        ended = true;
        news.cancel();
    }
    asio::steady_timer news;
    bool ended = false;
};

Error notLive(const std::string &name)
{
    return fail(ErrorCode::NotFound, name + " is not live at the moment.");
}

/// No frames yet, or only sound, where the tracks say nothing of a picture.
bool soundOnly(const live::Replica &replica)
{
    const auto tracks = replica.tracks();
    return !tracks.empty() &&
           std::none_of(tracks.begin(), tracks.end(), [](const auto &track) { return track->kind == media::Kind::Video; });
}

} // namespace

Task<Result<KeyFrame>> newestKeyFrame(live::Registry &registry, std::string name, std::chrono::milliseconds patience)
{
    using Answer = Result<KeyFrame>;
    if (!registry.isLive(name))
        co_return Answer(notLive(name));
    const auto subscription = co_await registry.subscribe(name, std::string()); // nobody who watches
    if (!subscription)
        co_return Answer(subscription.error());
    auto &replica = (*subscription)->replica();
    Visitor visitor(*net::Worker::current());
    const auto until = std::chrono::steady_clock::now() + patience;
    bool attached = false;
    for (;;) {
        const auto frames = replica.sinceKeyFrame();
        const bool found = !frames.empty() && frames.front()->isVideo() && frames.front()->key;
        const bool over = visitor.ended || replica.ended() || std::chrono::steady_clock::now() >= until;
        if (found || over) {
            if (attached)
                replica.detach(visitor);
            if (found)
                co_return Answer(KeyFrame{frames.front(), frames.back()->dts});
            if (visitor.ended || replica.ended())
                co_return Answer(notLive(name));
            if (soundOnly(replica))
                co_return Answer(fail(ErrorCode::FailedPrecondition, name + " has no picture, only sound."));
            co_return Answer(fail(ErrorCode::Unavailable, "No picture of " + name + " has come yet. Try again in a moment."));
        }
        if (!attached) {
            replica.attach(visitor);
            attached = true;
            continue; // what came before is looked at once more, now that nothing can be missed
        }
        visitor.news.expires_at(until);
        (void)co_await visitor.news.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

} // namespace matinee::pictures
