// What a new owner needs: a first stream with its key, and the set-up link. Done at each start, blocking, before the workers run.
#pragma once

#include "common/protocol/result.h"
#include "store/store.h"

#include <optional>
#include <string>

namespace matinee::app {

struct FirstStream
{
    std::string name;
    std::string publishKey;
};

struct Welcome
{
    std::optional<FirstStream> stream;     ///< While the server still knows the key: until it is rotated or the stream deleted.
    std::optional<std::string> setupToken; ///< Until somebody is the owner.
};

/// On an empty database makes the stream `live`. Its key is kept in the data folder (first-stream.key, 0600), since the database has its
/// hash only, and the folder's owner will want to see it again.
[[nodiscard]] Result<Welcome> welcome(store::Store &store, const std::string &dataDir);

/// The first stream as `welcome` knows it, for the answer to the set-up link.
[[nodiscard]] Result<std::optional<FirstStream>> knownFirstStream(store::Transaction &tx, const std::string &dataDir);

} // namespace matinee::app
