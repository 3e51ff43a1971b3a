#include "live/stream_calls.h"

#include "accounts/publish_keys.h"
#include "api/timestamps.h"

#include <algorithm>
#include <memory>

namespace matinee::live {

namespace {

constexpr std::uint32_t kMaxPage = 1000;
constexpr std::uint32_t kDefaultPage = 100;
constexpr std::uint32_t kMaxBlockSeconds = 86400;
constexpr std::uint32_t kMaxTokenSeconds = 30 * 86400;
constexpr std::uint32_t kDefaultTokenSeconds = 3600;

/// What the handlers share.
struct Streams
{
    store::Store &store;
    Registry &registry;
    const StreamCallHooks hooks;

    void changed(const std::string &name) const
    {
        if (hooks.changed)
            hooks.changed(name);
    }
    [[nodiscard]] Renditions renditions(const std::string &name) const { return hooks.renditions ? hooks.renditions(name) : Renditions(); }
    [[nodiscard]] v1::Stream describe(const store::StreamRow &row) const
    {
        return describeStream(row, registry.find(row.name), renditions(row.name));
    }
};
using StreamsPtr = std::shared_ptr<const Streams>;

// Jobs have names below: GCC 12 destroys a lambda twice that is a temporary of a co_await expression and captures by value.
using ReadRow = std::function<Result<std::optional<store::StreamRow>>(store::Transaction &)>;

Error noSuchStream(const std::string &name)
{
    return fail(ErrorCode::NotFound, "There is no stream named " + name + ".", "name");
}

void describeTracks(google::protobuf::RepeatedPtrField<v1::TrackInfo> &into, const std::vector<media::TrackPtr> &tracks)
{
    for (const media::TrackPtr &track : tracks) {
        v1::TrackInfo &info = *into.Add();
        info.set_kind(track->kind == media::Kind::Video ? "video" : "audio");
        info.set_codec(track->codecString);
        info.set_width(track->width);
        info.set_height(track->height);
        info.set_sample_rate(track->sampleRate);
        info.set_channels(track->channels);
    }
}

std::string statusOf(const std::optional<StreamState> &state)
{
    return !state ? "idle" : state->statistics.interrupted ? "interrupted" : "live";
}

void describeViewers(google::protobuf::RepeatedPtrField<v1::ViewerCount> &into, const Statistics &statistics)
{
    for (const auto &[protocol, viewers] : statistics.viewers) {
        v1::ViewerCount &count = *into.Add();
        count.set_protocol(protocol);
        count.set_viewers(viewers);
    }
}

std::uint32_t viewersOf(const Statistics &statistics)
{
    std::uint32_t viewers = 0;
    for (const auto &[protocol, count] : statistics.viewers)
        viewers += count;
    return viewers;
}

void describeRenditions(google::protobuf::RepeatedPtrField<v1::Rendition> &into, const Renditions &renditions)
{
    for (const Renditions::One &one : renditions.all) {
        v1::Rendition &told = *into.Add();
        told.set_name(one.name);
        told.set_height(one.height);
        told.set_video_kbps(one.videoKbps);
        told.set_state(one.state);
        told.set_viewers(one.viewers);
    }
}

/// The row of a name, NotFound where there is none.
Task<Result<store::StreamRow>> rowOf(StreamsPtr streams, std::string name)
{
    if (Result<void> good = checkStreamName(name); !good)
        co_return good.error();
    const ReadRow job = [name](store::Transaction &tx) { return store::findStream(tx, name); };
    Result<std::optional<store::StreamRow>> row = co_await streams->store.read<std::optional<store::StreamRow>>(job);
    if (!row)
        co_return row.error();
    if (!*row)
        co_return noSuchStream(name);
    co_return std::move(**row);
}

Task<Result<v1::Stream>> createStream(StreamsPtr streams, const v1::CreateStreamRequest &request)
{
    if (Result<void> good = checkStreamName(request.name()); !good)
        co_return good.error();
    const std::string key = accounts::makePublishKey();
    store::StreamRow row;
    row.name = request.name();
    row.keyHash = accounts::publishKeyHash(key);
    row.isPrivate = request.private_();
    row.createdAt = std::chrono::system_clock::now();
    const std::function<Result<void>(store::Transaction &)> job = [row](store::Transaction &tx) { return store::insertStream(tx, row); };
    Result<void> inserted = co_await streams->store.write<void>(job);
    if (!inserted && inserted.error().code == ErrorCode::AlreadyExists)
        co_return fail(ErrorCode::AlreadyExists, "There is a stream named " + row.name + " already.", "name");
    if (!inserted)
        co_return inserted.error();
    streams->changed(row.name);
    v1::Stream answer = streams->describe(row);
    answer.set_publish_key(key);
    co_return answer;
}

Task<Result<v1::ListStreamsResponse>> listStreams(StreamsPtr streams, const v1::ListStreamsRequest &request)
{
    if (request.page_size() > kMaxPage)
        co_return fail(ErrorCode::InvalidArgument, "`page_size` is 1 to 1000, or 0 for 100.", "page_size");
    if (!request.page_token().empty() && !checkStreamName(request.page_token()))
        co_return fail(ErrorCode::InvalidArgument, "`page_token` must be the `next_page_token` of the page before.", "page_token");
    const std::size_t size = request.page_size() == 0 ? kDefaultPage : request.page_size();
    const std::string after = request.page_token();
    // One more than asked for tells whether there is another page.
    const std::function<Result<std::vector<store::StreamRow>>(store::Transaction &)> job = [after, size](store::Transaction &tx) {
        return store::listStreams(tx, after, static_cast<int>(size) + 1);
    };
    Result<std::vector<store::StreamRow>> rows = co_await streams->store.read<std::vector<store::StreamRow>>(job);
    if (!rows)
        co_return rows.error();
    v1::ListStreamsResponse answer;
    if (rows->size() > size) {
        rows->resize(size);
        answer.set_next_page_token(rows->back().name);
    }
    for (const store::StreamRow &row : *rows)
        *answer.add_streams() = streams->describe(row);
    co_return answer;
}

Task<Result<v1::Stream>> getStream(StreamsPtr streams, const v1::GetStreamRequest &request)
{
    Result<store::StreamRow> row = co_await rowOf(streams, request.name());
    if (!row)
        co_return row.error();
    co_return streams->describe(*row);
}

Task<Result<v1::DeleteStreamResponse>> deleteStream(StreamsPtr streams, const v1::DeleteStreamRequest &request)
{
    if (Result<void> good = checkStreamName(request.name()); !good)
        co_return good.error();
    const std::string name = request.name();
    const std::function<Result<bool>(store::Transaction &)> job = [name](store::Transaction &tx) { return store::deleteStream(tx, name); };
    Result<bool> deleted = co_await streams->store.write<bool>(job);
    if (!deleted)
        co_return deleted.error();
    if (!*deleted)
        co_return noSuchStream(name);
    streams->changed(name); // before the kick: a publisher that returns at once must find the key gone
    streams->registry.kick(name, "the stream was deleted", EndReason::Deleted);
    co_return v1::DeleteStreamResponse();
}

Task<Result<v1::Stream>> rotateKey(StreamsPtr streams, const v1::RotateStreamKeyRequest &request)
{
    if (Result<void> good = checkStreamName(request.name()); !good)
        co_return good.error();
    const std::string name = request.name();
    const std::string key = accounts::makePublishKey();
    const std::string hash = accounts::publishKeyHash(key);
    // One transaction: the answer shows the stream that got this key.
    const ReadRow job = [name, hash](store::Transaction &tx) -> Result<std::optional<store::StreamRow>> {
        const Result<bool> updated = store::updateStreamKey(tx, name, hash);
        if (!updated)
            return updated.error();
        if (!*updated)
            return std::optional<store::StreamRow>();
        return store::findStream(tx, name);
    };
    Result<std::optional<store::StreamRow>> row = co_await streams->store.write<std::optional<store::StreamRow>>(job);
    if (!row)
        co_return row.error();
    if (!*row)
        co_return noSuchStream(name);
    streams->changed(name);
    v1::Stream answer = streams->describe(**row);
    answer.set_publish_key(key);
    co_return answer;
}

Task<Result<v1::Stream>> kickStream(StreamsPtr streams, const v1::KickStreamRequest &request)
{
    if (request.block_seconds() > kMaxBlockSeconds)
        co_return fail(ErrorCode::InvalidArgument, "`block_seconds` is 0 to 86400.", "block_seconds");
    Result<store::StreamRow> row = co_await rowOf(streams, request.name());
    if (!row)
        co_return row.error();
    // The block first, or an encoder that reconnects quickly gets in between.
    if (request.block_seconds() > 0 && streams->hooks.block)
        streams->hooks.block(row->name, std::chrono::seconds(request.block_seconds()));
    const bool kicked = streams->registry.kick(row->name, "kicked by an administrator");
    if (!kicked && request.block_seconds() == 0)
        co_return fail(ErrorCode::FailedPrecondition, "Nobody is publishing to " + row->name + ".", "name");
    co_return streams->describe(*row);
}

Task<Result<v1::Stream>> setStopped(StreamsPtr streams, std::string name, bool stopped)
{
    if (Result<void> good = checkStreamName(name); !good)
        co_return good.error();
    const ReadRow job = [name, stopped](store::Transaction &tx) -> Result<std::optional<store::StreamRow>> {
        const Result<bool> updated = store::updateStreamStopped(tx, name, stopped);
        if (!updated)
            return updated.error();
        if (!*updated)
            return std::optional<store::StreamRow>();
        return store::findStream(tx, name);
    };
    Result<std::optional<store::StreamRow>> row = co_await streams->store.write<std::optional<store::StreamRow>>(job);
    if (!row)
        co_return row.error();
    if (!*row)
        co_return noSuchStream(name);
    streams->changed(name);
    if (stopped) // after it is written: an encoder that comes again at once must be refused
        streams->registry.kick(name, "The stream was stopped by an administrator.");
    co_return streams->describe(**row);
}

Task<Result<v1::PlaybackToken>> createToken(StreamsPtr streams, const v1::CreatePlaybackTokenRequest &request)
{
    if (request.ttl_seconds() > kMaxTokenSeconds)
        co_return fail(ErrorCode::InvalidArgument, "`ttl_seconds` is 1 to 2592000, or 0 for 3600.", "ttl_seconds");
    Result<store::StreamRow> row = co_await rowOf(streams, request.name());
    if (!row)
        co_return row.error();
    const auto &hooks = streams->hooks;
    if (!hooks.makeToken)
        co_return fail(ErrorCode::Unavailable, "This server makes no playback tokens.");
    const std::chrono::seconds life(request.ttl_seconds() == 0 ? kDefaultTokenSeconds : request.ttl_seconds());
    const auto expiresAt = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + life;
    v1::PlaybackToken answer;
    answer.set_token(hooks.makeToken(row->name, expiresAt));
    *answer.mutable_expires_at() = api::toTimestamp(expiresAt);
    const std::string web = hooks.webAddress ? hooks.webAddress() : "";
    const std::string query = "?token=" + answer.token();
    answer.set_watch_url(web + "/watch/" + row->name + query);
    answer.set_flv_url(web + "/flv/" + row->name + ".flv" + query);
    answer.set_hls_url(web + "/hls/" + row->name + ".m3u8" + query);
    if (hooks.rtmpAddress)
        answer.set_rtmp_url(hooks.rtmpAddress() + "/" + row->name + query);
    co_return answer;
}

/// Success where the caller may watch; in the words of a stream that does not exist where it is private.
Task<Result<void>> mayWatch(StreamsPtr streams, std::string name, Caller caller, std::string token)
{
    if (Result<void> good = checkStreamName(name); !good)
        co_return good.error();
    if (streams->hooks.mayPlay) {
        Result<void> allowed = co_await streams->hooks.mayPlay(name, std::move(caller), std::move(token));
        if (!allowed && allowed.error().code == ErrorCode::NotFound)
            co_return noSuchStream(name);
        co_return allowed;
    }
    Result<store::StreamRow> row = co_await rowOf(streams, name);
    if (!row)
        co_return row.error();
    if (row->isPrivate && !caller.may(v1::READ_STREAMS))
        co_return noSuchStream(name);
    co_return Result<void>();
}

Task<Result<v1::PlaybackStatistics>> getStatistics(StreamsPtr streams, const Caller &caller,
                                                   const v1::GetPlaybackStatisticsRequest &request)
{
    Caller who = caller;
    const Result<void> allowed = co_await mayWatch(streams, request.name(), std::move(who), request.token());
    if (!allowed)
        co_return allowed.error();
    co_return describePlayback(request.name(), streams->registry.find(request.name()), streams->renditions(request.name()));
}

Task<Result<v1::Playback>> getPlayback(StreamsPtr streams, const Caller &caller, const v1::GetPlaybackRequest &request)
{
    Caller who = caller;
    const Result<void> allowed = co_await mayWatch(streams, request.name(), std::move(who), request.token());
    if (!allowed)
        co_return allowed.error();
    const std::string &name = request.name();
    v1::Playback answer;
    answer.set_name(name);
    answer.set_flv_path("/flv/" + name + ".flv");
    answer.set_hls_path("/hls/" + name + ".m3u8");
    if (streams->hooks.dvrWindow)
        answer.set_dvr_window_seconds(static_cast<std::uint32_t>(streams->hooks.dvrWindow().count()));
    if (streams->hooks.posters)
        answer.set_poster_path("/poster/" + name + ".jpg");
    if (streams->hooks.previews)
        answer.set_preview_path("/preview/" + name + ".vtt");
    // A page that waits for a stream is somebody who wants to watch it: that is what fetches one on demand.
    (void)streams->registry.want(name);
    if (const auto state = streams->registry.find(name)) {
        answer.set_live(true);
        answer.set_interrupted(state->statistics.interrupted);
        *answer.mutable_started_at() = api::toTimestamp(state->statistics.startedAt);
        answer.set_viewers(viewersOf(state->statistics));
        describeTracks(*answer.mutable_tracks(), state->statistics.tracks);
    }
    co_return answer;
}

} // namespace

Result<void> checkStreamName(const std::string &name)
{
    const bool good = !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!good)
        return fail(ErrorCode::InvalidArgument, "A stream's name has 1 to 64 of a-z, 0-9, '-' and '_'.", "name");
    return {};
}

v1::PlaybackStatistics describePlayback(const std::string &name, const std::optional<StreamState> &state, const Renditions &renditions)
{
    v1::PlaybackStatistics answer;
    answer.set_name(name);
    answer.set_status(statusOf(state));
    if (!state)
        return answer;
    const Statistics &statistics = state->statistics;
    *answer.mutable_started_at() = api::toTimestamp(statistics.startedAt);
    answer.set_bitrate_kbps(statistics.bitrateKbps);
    answer.set_out_kbps(statistics.outKbps);
    answer.set_fps(statistics.fps);
    answer.set_key_frame_interval_seconds(statistics.keyFrameIntervalSeconds);
    describeTracks(*answer.mutable_tracks(), statistics.tracks);
    answer.set_viewers(viewersOf(statistics));
    describeViewers(*answer.mutable_viewers_by_protocol(), statistics);
    answer.set_jumps(static_cast<double>(statistics.jumps));
    answer.set_max_lag_seconds(std::chrono::duration<double>(statistics.lag).count());
    answer.set_interruptions(static_cast<std::uint32_t>(statistics.interruptions));
    describeRenditions(*answer.mutable_renditions(), renditions);
    return answer;
}

v1::Stream describeStream(const store::StreamRow &row, const std::optional<StreamState> &state, const Renditions &renditions)
{
    v1::Stream stream;
    stream.set_name(row.name);
    stream.set_private_(row.isPrivate);
    stream.set_stopped(row.isStopped);
    stream.set_status(statusOf(state));
    *stream.mutable_created_at() = api::toTimestamp(row.createdAt);
    if (!state)
        return stream;
    const Statistics &statistics = state->statistics;
    v1::LiveInfo &live = *stream.mutable_live();
    *live.mutable_started_at() = api::toTimestamp(statistics.startedAt);
    live.set_publisher(statistics.publisher.address);
    live.set_encoder(statistics.publisher.encoder);
    live.set_bitrate_kbps(statistics.bitrateKbps);
    live.set_viewers(viewersOf(statistics));
    describeTracks(*live.mutable_tracks(), statistics.tracks);
    live.set_frames(static_cast<double>(statistics.frames));
    live.set_bytes(static_cast<double>(statistics.bytes));
    live.set_fps(statistics.fps);
    live.set_key_frame_interval_seconds(statistics.keyFrameIntervalSeconds);
    live.set_jumps(static_cast<double>(statistics.jumps));
    describeViewers(*live.mutable_viewers_by_protocol(), statistics);
    live.set_backup(statistics.backup);
    live.set_interruptions(static_cast<std::uint32_t>(statistics.interruptions));
    live.set_out_kbps(statistics.outKbps);
    live.set_bytes_out(static_cast<double>(statistics.bytesOut));
    live.set_max_lag_seconds(std::chrono::duration<double>(statistics.lag).count());
    const auto warn = [&live](const Warning &warning) {
        v1::StreamWarning &told = *live.add_warnings();
        told.set_code(warning.code);
        told.set_message(warning.message);
    };
    for (const Warning &warning : statistics.warnings)
        warn(warning);
    if (renditions.warning)
        warn(*renditions.warning);
    describeRenditions(*live.mutable_renditions(), renditions);
    return stream;
}

void handleStreamCalls(api::Dispatcher &dispatcher, store::Store &store, Registry &registry, StreamCallHooks hooks)
{
    const StreamsPtr streams(new Streams{store, registry, std::move(hooks)});
    dispatcher.handle<v1::CreateStreamRequest, v1::Stream>(
        "matinee.v1.StreamService/CreateStream",
        [streams](const Caller &, const v1::CreateStreamRequest &request) { return createStream(streams, request); });
    dispatcher.handle<v1::ListStreamsRequest, v1::ListStreamsResponse>(
        "matinee.v1.StreamService/ListStreams",
        [streams](const Caller &, const v1::ListStreamsRequest &request) { return listStreams(streams, request); });
    dispatcher.handle<v1::GetStreamRequest, v1::Stream>(
        "matinee.v1.StreamService/GetStream",
        [streams](const Caller &, const v1::GetStreamRequest &request) { return getStream(streams, request); });
    dispatcher.handle<v1::DeleteStreamRequest, v1::DeleteStreamResponse>(
        "matinee.v1.StreamService/DeleteStream",
        [streams](const Caller &, const v1::DeleteStreamRequest &request) { return deleteStream(streams, request); });
    dispatcher.handle<v1::RotateStreamKeyRequest, v1::Stream>(
        "matinee.v1.StreamService/RotateStreamKey",
        [streams](const Caller &, const v1::RotateStreamKeyRequest &request) { return rotateKey(streams, request); });
    dispatcher.handle<v1::KickStreamRequest, v1::Stream>(
        "matinee.v1.StreamService/KickStream",
        [streams](const Caller &, const v1::KickStreamRequest &request) { return kickStream(streams, request); });
    dispatcher.handle<v1::StartStreamRequest, v1::Stream>(
        "matinee.v1.StreamService/StartStream",
        [streams](const Caller &, const v1::StartStreamRequest &request) { return setStopped(streams, request.name(), false); });
    dispatcher.handle<v1::StopStreamRequest, v1::Stream>(
        "matinee.v1.StreamService/StopStream",
        [streams](const Caller &, const v1::StopStreamRequest &request) { return setStopped(streams, request.name(), true); });
    dispatcher.handle<v1::CreatePlaybackTokenRequest, v1::PlaybackToken>(
        "matinee.v1.StreamService/CreatePlaybackToken",
        [streams](const Caller &, const v1::CreatePlaybackTokenRequest &request) { return createToken(streams, request); });
    dispatcher.handle<v1::GetPlaybackStatisticsRequest, v1::PlaybackStatistics>(
        "matinee.v1.StreamService/GetPlaybackStatistics", [streams](const Caller &caller, const v1::GetPlaybackStatisticsRequest &request) {
            return getStatistics(streams, caller, request);
        });
    dispatcher.handle<v1::GetPlaybackRequest, v1::Playback>(
        "matinee.v1.StreamService/GetPlayback",
        [streams](const Caller &caller, const v1::GetPlaybackRequest &request) { return getPlayback(streams, caller, request); });
}

} // namespace matinee::live
