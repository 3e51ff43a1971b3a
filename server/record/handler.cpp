#include "record/handler.h"

#include "http/wire/negotiation.h"
#include "live/admission.h"
#include "record/guarded_body.h"
#include "record/offload.h"
#include "record/wire/vod_playlist.h"

#include "matinee/v1/options.pb.h"

#include <algorithm>

namespace matinee::record {

namespace {

/// `key=...&token=...` as they were sent, for the addresses in a playlist. What could end a line or a quoted text is not handed on.
std::string credentialsOf(std::string_view query)
{
    std::string credentials;
    while (!query.empty()) {
        const auto part = query.substr(0, query.find('&'));
        const bool harmless = std::all_of(part.begin(), part.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '#'; });
        if ((part.starts_with("key=") || part.starts_with("token=")) && harmless)
            credentials.append(credentials.empty() ? "?" : "&").append(part);
        query.remove_prefix(std::min(part.size() + 1, query.size()));
    }
    return credentials;
}

/// A part of a file, read piece by piece on the archive's threads.
class FileBody final : public http::BodySource
{
public:
    FileBody(asio::thread_pool &threads, ReadingPtr reading, std::uint64_t first, std::uint64_t size)
        : m_threads(threads), m_reading(std::move(reading)), m_at(first), m_size(size)
    {
    }
    [[nodiscard]] std::uint64_t size() const override { return m_size; }
    Task<Result<std::string>> next(std::size_t most) override
    {
        const auto look = [reading = m_reading, at = m_at, most]() -> Result<std::string> {
            std::string piece(most, '\0');
            const auto got = readerOf(reading->descriptor())(at, std::span(reinterpret_cast<std::uint8_t *>(piece.data()), piece.size()));
            if (!got || *got == 0)
                return fail(ErrorCode::Unavailable, "The recording's file cannot be read.");
            piece.resize(*got);
            return piece;
        };
        auto piece = co_await offload(m_threads, look);
        if (piece)
            m_at += piece->size();
        co_return piece;
    }

private:
    asio::thread_pool &m_threads;
    const ReadingPtr m_reading;
    std::uint64_t m_at;
    const std::uint64_t m_size;
};

/// The recording, and by what its reader was let in; `admission` may be null.
Task<Result<store::RecordingRow>> lookUp(const Dependencies &dependencies, const http::Request &request, live::Admission *admission)
{
    const auto parameter = request.parameters.find("id");
    const std::string id = parameter == request.parameters.end() ? std::string() : parameter->second;
    auto caller = co_await dependencies.callerOf(request);
    if (!caller)
        co_return caller.error();
    const bool mayReadAll = caller->may(v1::READ_STREAMS);
    auto row = co_await dependencies.archive.find(id);
    if (!row)
        co_return row.error();
    const auto none = fail(ErrorCode::NotFound, "There is no such recording.", "id");
    if (!*row)
        co_return none;
    const bool hasStream = (*row)->ofStream; // else it is gone, and one that has its name now is another
    if (!mayReadAll && !hasStream)
        co_return none;
    bool mayAnybody = false; // or by the token that came along
    if (hasStream && (!mayReadAll || admission)) {
        std::string stream = (*row)->stream;
        std::string token = request.queryValue("token");
        Caller who;
        who.address = caller->address;
        if (!mayReadAll)
            who = *caller;
        const auto mayPlay = co_await dependencies.gate.mayPlay(std::move(stream), std::move(who), std::move(token));
        if (!mayPlay && !mayReadAll)
            co_return mayPlay.error().code == ErrorCode::NotFound ? none : mayPlay.error();
        mayAnybody = static_cast<bool>(mayPlay);
    }
    if ((*row)->kind == "clip" && (*row)->state != "ready") {
        auto error = fail(ErrorCode::FailedPrecondition,
                          (*row)->state == "failed" ? "This clip could not be made." : "This clip is still being made.");
        co_return error;
    }
    if (admission && !mayAnybody) {
        live::Admitted viewer;
        viewer.caller = std::move(*caller);
        viewer.protocol = "recording";
        *admission = live::Admission(dependencies.gate, std::move(viewer));
    }
    co_return std::move(**row);
}

class Service
{
public:
    explicit Service(Dependencies dependencies);
    Task<void> file(http::Exchange &exchange);
    Task<void> playlist(http::Exchange &exchange);

private:
    const Dependencies m_dependencies;
    observe::Counter m_files;
    observe::Counter m_playlists;
};

Service::Service(Dependencies dependencies) : m_dependencies(std::move(dependencies))
{
    if (!m_dependencies.metrics)
        return;
    const char *const name = "matinee_record_requests_total";
    const char *const help = "Requests for recordings answered, by what was asked for.";
    m_files = m_dependencies.metrics->counter(name, help, {{"what", "file"}});
    m_playlists = m_dependencies.metrics->counter(name, help, {{"what", "playlist"}});
}

Task<void> Service::file(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    live::Admission admission;
    const auto row = co_await lookUp(m_dependencies, request, &admission);
    if (!row)
        co_return co_await exchange.respond(http::problem(row.error(), request.requestId));
    const auto reading = co_await m_dependencies.archive.open(*row);
    if (!reading)
        co_return co_await exchange.respond(http::problem(reading.error(), request.requestId));
    const auto size = (*reading)->bytes();
    const auto etag = '"' + row->id + "-" + row->state + "-" + std::to_string(size) + '"';
    http::Response response;
    response.compressible = false;
    response.headers = {{"Content-Type", "video/mp4"},
                        {"ETag", etag},
                        {"Cache-Control", "private, no-cache"},
                        {"Accept-Ranges", "bytes"},
                        {"Content-Disposition", "inline; filename=\"" + row->stream + "-" + row->id + ".mp4\""}};
    m_files.add();
    if (const auto known = request.header("if-none-match"); !known.empty() && http::wire::etagListMatches(known, etag)) {
        response.status = 304;
        co_return co_await exchange.respond(std::move(response));
    }
    const auto ifRange = request.header("if-range");
    const auto header = request.header("range");
    const auto range =
        !header.empty() && (ifRange.empty() || ifRange == etag) ? http::wire::parseRange(header, size) : http::wire::ByteRange{};
    std::uint64_t first = 0;
    std::uint64_t count = size;
    if (range.kind == http::wire::ByteRange::Kind::Unsatisfiable) {
        response.status = 416;
        response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        co_return co_await exchange.respond(std::move(response));
    }
    if (range.kind == http::wire::ByteRange::Kind::Part) {
        response.status = 206;
        first = range.first;
        count = range.last - range.first + 1;
        response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
                                                           std::to_string(size));
    }
    auto body = std::make_shared<FileBody>(m_dependencies.archive.threads(), *reading, first, count);
    response.source = std::make_shared<GuardedBody>(std::move(body), std::move(admission));
    co_await exchange.respond(std::move(response));
}

Task<void> Service::playlist(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto row = co_await allowedRecording(m_dependencies, request);
    if (!row)
        co_return co_await exchange.respond(http::problem(row.error(), request.requestId));
    const auto index = co_await m_dependencies.archive.index(*row);
    if (!index)
        co_return co_await exchange.respond(http::problem(index.error(), request.requestId));
    const auto file = row->id + ".mp4" + credentialsOf(request.query);
    http::Response response;
    response.headers = {{"Content-Type", "application/vnd.apple.mpegurl"}, {"Cache-Control", "private, no-cache"}};
    response.body = vodPlaylist(**index, {.file = file, .complete = row->state != "writing"});
    if (response.body.empty()) {
        auto error = fail(ErrorCode::Unavailable, "Nothing of this recording is on the disk yet. Try again in a moment.");
        error.retryAfter = std::chrono::seconds(2);
        co_return co_await exchange.respond(http::problem(error, request.requestId));
    }
    m_playlists.add();
    co_await exchange.respond(std::move(response));
}

} // namespace

Task<Result<store::RecordingRow>> allowedRecording(const Dependencies &dependencies, const http::Request &request)
{
    co_return co_await lookUp(dependencies, request, nullptr);
}

void addRoutes(http::Router &router, Dependencies dependencies)
{
    const auto service = std::make_shared<Service>(std::move(dependencies));
    router.add(http::Method::Get, "/recordings/{id}.mp4", [service](http::Exchange &exchange) { return service->file(exchange); },
               {.maxBodyBytes = 0, .cors = true, .name = "recording"});
    router.add(http::Method::Get, "/recordings/{id}.m3u8", [service](http::Exchange &exchange) { return service->playlist(exchange); },
               {.maxBodyBytes = 0, .cors = true, .name = "recording playlist"});
}

} // namespace matinee::record
