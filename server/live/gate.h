// Who may publish and who may play: asked once per connection by RTMP, FLV and HLS; answered by app from the store.
#pragma once

#include "net/task.h"

#include "common/protocol/caller.h"
#include "common/protocol/result.h"

#include <string>

namespace matinee::live {

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
};

} // namespace matinee::live
