// Who may publish and who may play: asked once per connection by RTMP, FLV and HLS; answered by app from the store.
#pragma once

#include "net/task.h"

#include "common/protocol/caller.h"
#include "common/protocol/result.h"

#include <functional>
#include <memory>
#include <string>

namespace matinee::live {

/// Somebody whom mayPlay() has let in, as it was asked.
struct Admitted
{
    std::string name; ///< Of the stream; "" for what is private whatever the stream of its name is now.
    Caller caller;
    std::string token;
    std::string protocol; ///< "flv", "flv_websocket", "rtmp", "recording": for the figures.
};

/// Ends with its destruction.
class ViewerWatch
{
public:
    virtual ~ViewerWatch() = default;
};

class Gate
{
public:
    virtual ~Gate() = default;
    /// The name that a publish key stands for. PermissionDenied for a wrong or blocked key, RateLimited after too many from the
    /// address, Unavailable while the database is away. The key never reaches a log.
    virtual Task<Result<std::string>> mayPublish(std::string key, std::string address) = 0;
    /// Success where the stream exists and may be played by this caller; NotFound otherwise, private or not.
    /// `token`: a playback token as the viewer sent it, empty without.
    virtual Task<Result<void>> mayPlay(std::string name, Caller caller, std::string token) = 0;
    /// For who stays after that: `over` is called, once and on the worker that this is called on, within a second of when the session or
    /// API key by which they were let in has ended or allows it no longer; also where that happened since mayPlay(). Null where nothing of
    /// that kind let them in: the stream is public, or they have a playback token, which is good until its own end.
    virtual std::unique_ptr<ViewerWatch> watch(Admitted, std::function<void()>) { return nullptr; }
};

} // namespace matinee::live
