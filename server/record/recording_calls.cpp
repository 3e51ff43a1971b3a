#include "record/recording_calls.h"

#include "api/timestamps.h"
#include "live/stream_calls.h"

#include <charconv>

namespace matinee::record {

namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kMaxPage = 1000;
constexpr std::uint32_t kDefaultPage = 100;
constexpr std::int64_t kMostSeconds = 253402300800; // the year 10000

Error noSuchRecording()
{
    return fail(ErrorCode::NotFound, "There is no such recording.", "id");
}

Task<Result<v1::RecordingState>> told(Recordings &recordings, std::string stream, Result<StreamRecording> state)
{
    if (!state)
        co_return state.error();
    v1::RecordingState answer;
    answer.set_stream(stream);
    answer.set_wanted(state->wanted);
    answer.set_state(state->state);
    answer.set_detail(state->detail);
    answer.set_lost_groups(static_cast<double>(state->lostGroups));
    if (const auto progress = recordings.archive().progress(state->recordingId))
        *answer.mutable_recording() = describeRecording(progress->row, progress);
    co_return answer;
}

Task<Result<v1::RecordingState>> setWanted(Recordings &recordings, std::string stream, bool wanted)
{
    if (auto good = live::checkStreamName(stream); !good)
        co_return good.error();
    auto state = co_await recordings.setWanted(stream, wanted);
    co_return co_await told(recordings, std::move(stream), std::move(state));
}

Task<Result<v1::RecordingState>> getState(Recordings &recordings, std::string stream)
{
    if (auto good = live::checkStreamName(stream); !good)
        co_return good.error();
    auto state = co_await recordings.state(stream);
    co_return co_await told(recordings, std::move(stream), std::move(state));
}

/// "1763733929123.id": where the page before ended.
bool readToken(const std::string &token, store::RecordingPage &page)
{
    const auto dot = token.find('.');
    std::int64_t time = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + std::min(dot, token.size()), time);
    if (dot == std::string::npos || error != std::errc() || end != token.data() + dot || token.size() > 64)
        return false;
    page.before = SystemTime(milliseconds(time));
    page.beforeId = token.substr(dot + 1);
    return true;
}

Task<Result<v1::ListRecordingsResponse>> list(Recordings &recordings, const v1::ListRecordingsRequest &request)
{
    if (request.page_size() > kMaxPage)
        co_return fail(ErrorCode::InvalidArgument, "`page_size` is 1 to 1000, or 0 for 100.", "page_size");
    store::RecordingPage page;
    page.stream = request.stream();
    if (auto good = live::checkStreamName(page.stream); !page.stream.empty() && !good)
        co_return fail(ErrorCode::InvalidArgument, good.error().message, "stream");
    if (!request.page_token().empty() && !readToken(request.page_token(), page))
        co_return fail(ErrorCode::InvalidArgument, "`page_token` must be the `next_page_token` of the page before.", "page_token");
    const std::size_t size = request.page_size() == 0 ? kDefaultPage : request.page_size();
    page.limit = static_cast<int>(size) + 1; // one more tells whether there is another page
    const std::function<Result<std::vector<store::RecordingRow>>(store::Transaction &)> job = [page](store::Transaction &tx) {
        return store::listRecordings(tx, page);
    };
    auto rows = co_await recordings.archive().store().read<std::vector<store::RecordingRow>>(job);
    if (!rows)
        co_return rows.error();
    v1::ListRecordingsResponse answer;
    if (rows->size() > size) {
        rows->resize(size);
        const auto last = std::chrono::duration_cast<milliseconds>(rows->back().startedAt.time_since_epoch()).count();
        answer.set_next_page_token(std::to_string(last) + "." + rows->back().id);
    }
    for (const auto &row : *rows) {
        const auto progress = row.state == "writing" ? recordings.archive().progress(row.id) : std::nullopt;
        if (row.state != "writing" || progress) // a row without progress is a file about to begin
            *answer.add_recordings() = describeRecording(row, progress);
    }
    co_return answer;
}

Task<Result<v1::Recording>> get(Recordings &recordings, std::string id)
{
    const auto row = co_await recordings.archive().find(id);
    if (!row)
        co_return row.error();
    if (!*row)
        co_return noSuchRecording();
    co_return describeRecording(**row, recordings.archive().progress(id));
}

Task<Result<v1::DeleteRecordingResponse>> remove(Recordings &recordings, std::string id)
{
    const auto row = co_await recordings.archive().find(id);
    if (!row)
        co_return row.error();
    if (!*row)
        co_return noSuchRecording();
    if ((*row)->state == "writing")
        co_return fail(ErrorCode::FailedPrecondition, "This is being written. Stop the recording of " + (*row)->stream + " first.", "id");
    const auto removed = co_await recordings.archive().remove(**row, "", "");
    if (!removed)
        co_return removed.error();
    co_return v1::DeleteRecordingResponse();
}

SystemTime toTime(const google::protobuf::Timestamp &timestamp)
{
    return SystemTime(std::chrono::seconds(timestamp.seconds())) +
           std::chrono::duration_cast<SystemTime::duration>(std::chrono::nanoseconds(timestamp.nanos()));
}

Result<ClipRange> rangeOf(const v1::CreateClipRequest &request, std::chrono::seconds longest)
{
    ClipRange range;
    range.stream = request.name();
    if (auto good = live::checkStreamName(range.stream); !good)
        return good.error();
    const bool between = request.has_from() || request.has_to();
    if (between == (request.last_seconds() > 0) || request.has_from() != request.has_to())
        return fail(ErrorCode::InvalidArgument, "Give `from` and `to`, or `last_seconds` alone.", between ? "from" : "last_seconds");
    if (between) {
        for (const auto *time : {&request.from(), &request.to()})
            if (time->seconds() < 0 || time->seconds() > kMostSeconds)
                return fail(ErrorCode::InvalidArgument, "`from` and `to` are times such as 2026-11-21T20:15:00Z.", "from");
        range.from = toTime(request.from());
        range.to = toTime(request.to());
        if (range.to <= range.from)
            return fail(ErrorCode::InvalidArgument, "`to` must be after `from`.", "to");
    } else {
        range.last = std::chrono::seconds(request.last_seconds());
    }
    if (range.last > longest || range.to - range.from > longest)
        return fail(ErrorCode::InvalidArgument,
                    "A clip is at most " + std::to_string(longest.count()) + " s long (recording.max_clip_seconds).",
                    between ? "to" : "last_seconds");
    return range;
}

Task<Result<v1::Recording>> clip(Recordings &recordings, const v1::CreateClipRequest &request)
{
    const auto options = recordings.options();
    auto range = rangeOf(request, options.maxClip);
    if (!range)
        co_return range.error();
    const auto row = co_await recordings.clips().create(std::move(*range), options.recorder.pattern);
    if (!row)
        co_return row.error();
    co_return describeRecording(*row, recordings.archive().progress(row->id));
}

} // namespace

v1::Recording describeRecording(const store::RecordingRow &row, const std::optional<Progress> &progress)
{
    v1::Recording recording;
    recording.set_id(row.id);
    recording.set_stream(row.stream);
    recording.set_kind(row.kind);
    recording.set_state(row.state);
    *recording.mutable_started_at() = api::toTimestamp(progress ? progress->row.startedAt : row.startedAt);
    recording.set_duration_seconds(static_cast<double>(row.duration.count()) / 1000);
    recording.set_bytes(static_cast<double>(row.bytes));
    const auto &facts = progress ? progress->row : row; // codecs are saved at the end
    recording.set_codecs(facts.codecs);
    recording.set_width(facts.width);
    recording.set_height(facts.height);
    recording.set_path(row.path);
    recording.set_note(row.note);
    recording.set_progress(row.state == "ready" ? 1 : 0);
    bool playable = row.state == "ready";
    if (progress && progress->file) {
        recording.set_duration_seconds(static_cast<double>(progress->file->duration().count()) / 1e6);
        recording.set_bytes(static_cast<double>(progress->file->bytes()));
        playable = progress->file->duration().count() > 0;
    } else if (progress && progress->done && row.state == "writing") {
        recording.set_progress(*progress->done);
    }
    if (playable) {
        recording.set_file_path("/recordings/" + row.id + ".mp4");
        recording.set_hls_path("/recordings/" + row.id + ".m3u8");
        if (row.state == "ready" && row.width > 0)
            recording.set_preview_path("/preview/recordings/" + row.id + ".vtt");
    }
    return recording;
}

void handleRecordingCalls(api::Dispatcher &dispatcher, Recordings &recordings)
{
    auto *const all = &recordings;
    dispatcher.handle<v1::StartRecordingRequest, v1::RecordingState>(
        "matinee.v1.RecordingService/StartRecording",
        [all](const Caller &, const v1::StartRecordingRequest &request) { return setWanted(*all, request.name(), true); });
    dispatcher.handle<v1::StopRecordingRequest, v1::RecordingState>(
        "matinee.v1.RecordingService/StopRecording",
        [all](const Caller &, const v1::StopRecordingRequest &request) { return setWanted(*all, request.name(), false); });
    dispatcher.handle<v1::GetRecordingStateRequest, v1::RecordingState>(
        "matinee.v1.RecordingService/GetRecordingState",
        [all](const Caller &, const v1::GetRecordingStateRequest &request) { return getState(*all, request.name()); });
    dispatcher.handle<v1::ListRecordingsRequest, v1::ListRecordingsResponse>(
        "matinee.v1.RecordingService/ListRecordings",
        [all](const Caller &, const v1::ListRecordingsRequest &request) { return list(*all, request); });
    dispatcher.handle<v1::GetRecordingRequest, v1::Recording>(
        "matinee.v1.RecordingService/GetRecording",
        [all](const Caller &, const v1::GetRecordingRequest &request) { return get(*all, request.id()); });
    dispatcher.handle<v1::DeleteRecordingRequest, v1::DeleteRecordingResponse>(
        "matinee.v1.RecordingService/DeleteRecording",
        [all](const Caller &, const v1::DeleteRecordingRequest &request) { return remove(*all, request.id()); });
    dispatcher.handle<v1::CreateClipRequest, v1::Recording>(
        "matinee.v1.RecordingService/CreateClip",
        [all](const Caller &, const v1::CreateClipRequest &request) { return clip(*all, request); });
}

} // namespace matinee::record
