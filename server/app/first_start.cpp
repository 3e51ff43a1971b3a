#include "app/first_start.h"

#include "accounts/publish_keys.h"
#include "accounts/setup_token.h"
#include "app/data_folder.h"
#include "store/server_state.h"
#include "store/streams.h"

#include <filesystem>
#include <fstream>

namespace matinee::app {

namespace {

constexpr const char *kFirstStream = "live";
constexpr const char *kDoneKey = "first_stream_made";

std::string keyFile(const std::string &dataDir) { return dataDir + "/first-stream.key"; }

Result<void> makeFirstStream(store::Transaction &tx, const std::string &dataDir)
{
    const auto done = store::getState(tx, kDoneKey);
    if (!done)
        return done.error();
    if (*done)
        return {};
    const auto others = store::listStreams(tx, "", 1);
    if (!others)
        return others.error();
    if (others->empty()) {
        const auto key = accounts::makePublishKey();
        // The file first: a key that only the database knows could never be shown.
        if (const auto written = writePrivateFile(keyFile(dataDir), key + "\n"); !written)
            return written.error();
        if (const auto made = store::insertStream(tx, {kFirstStream, accounts::publishKeyHash(key), false, std::chrono::system_clock::now()}); !made)
            return made.error();
    }
    return store::setState(tx, kDoneKey, "yes");
}

} // namespace

Result<std::optional<FirstStream>> knownFirstStream(store::Transaction &tx, const std::string &dataDir)
{
    std::string key;
    std::ifstream(keyFile(dataDir)) >> key;
    if (key.empty())
        return std::optional<FirstStream>();
    const auto row = store::findStream(tx, kFirstStream);
    if (!row)
        return row.error();
    if (!*row || !accounts::publishKeyFits(key, (*row)->keyHash)) {
        std::error_code ignored;
        std::filesystem::remove(keyFile(dataDir), ignored);
        return std::optional<FirstStream>();
    }
    return std::optional<FirstStream>(FirstStream{kFirstStream, key});
}

Result<Welcome> welcome(store::Store &store, const std::string &dataDir)
{
    return store.writeNow<Welcome>([&](store::Transaction &tx) -> Result<Welcome> {
        if (const auto made = makeFirstStream(tx, dataDir); !made)
            return made.error();
        auto stream = knownFirstStream(tx, dataDir);
        if (!stream)
            return stream.error();
        auto token = accounts::makeSetupToken(tx, std::chrono::system_clock::now());
        if (!token)
            return token.error();
        return Welcome{std::move(*stream), std::move(*token)};
    });
}

} // namespace matinee::app
