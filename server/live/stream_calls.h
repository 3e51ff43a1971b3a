// Handlers of StreamService: streams as the database has them, with what is being published now.
// Given to the dispatcher at start; run on any worker.
#pragma once

#include "api/dispatcher.h"
#include "live/registry.h"
#include "store/store.h"
#include "store/streams.h"

#include "matinee/v1/streams.pb.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace matinee::live {

/// The smaller pictures of a stream (the ladder), for people.
struct Renditions
{
    struct One
    {
        std::string name;
        std::uint32_t height = 0;
        std::uint32_t videoKbps = 0;
        std::string state;
        std::uint32_t viewers = 0;
    };
    std::vector<One> all;           ///< The largest first.
    std::optional<Warning> warning; ///< Why there are none.
};

/// What else has to know, and what else is known. Any thread; each may be empty.
struct StreamCallHooks
{
    /// Refuse the publisher of `name` for so long; zero lifts it.
    std::function<void(const std::string &name, std::chrono::seconds duration)> block;
    /// A stream was made, deleted, stopped, started, or got a new key.
    std::function<void(const std::string &name)> changed;
    /// Gate::mayPlay(). Without it, private streams need READ_STREAMS and tokens count for nothing.
    std::function<Task<Result<void>>(std::string name, Caller caller, std::string token)> mayPlay{};
    std::function<std::string(std::string_view name, std::chrono::system_clock::time_point expiresAt)> makeToken{};
    /// Where people reach this server: "https://watch.example.org", "rtmp://watch.example.org/live".
    std::function<std::string()> webAddress{}, rtmpAddress{};
    /// livestream.dvr_window_seconds.
    std::function<std::chrono::seconds()> dvrWindow{};
    std::function<Renditions(const std::string &name)> renditions{};
    /// Whether there are pictures of streams, and thumbnails of what can be gone back to (livestream.posters).
    bool posters = false, previews = false;
};

/// `store` and `registry` must outlive the dispatcher's calls.
void handleStreamCalls(api::Dispatcher &dispatcher, store::Store &store, Registry &registry, StreamCallHooks hooks);

/// A stream as calls and events tell it, without its key.
[[nodiscard]] v1::Stream describeStream(const store::StreamRow &row, const std::optional<StreamState> &state, const Renditions &renditions = {});

/// What everybody may know of a stream that they may play.
[[nodiscard]] v1::PlaybackStatistics describePlayback(const std::string &name, const std::optional<StreamState> &state,
                                                      const Renditions &renditions = {});

/// 1 to 64 of a-z, 0-9, '-' and '_'; InvalidArgument with the field `name` otherwise.
[[nodiscard]] Result<void> checkStreamName(const std::string &name);

} // namespace matinee::live
