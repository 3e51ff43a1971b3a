#include "cli/commands.h"

#include "cli/answers.h"
#include "cli/document.h"
#include "cli/verb.h"

#include "matinee/v1/server.pb.h"
#include "matinee/v1/streams.pb.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <cstdio>

namespace matinee::cli {

namespace {

struct StreamArguments
{
    std::string name;
    bool isPrivate = false;
    std::uint32_t blockSeconds = 0;
    std::uint32_t ttlSeconds = 3600;
};

/// Where to publish, with the key that is shown this once.
std::string howToPublish(const Context &context, Calls &calls, const v1::Stream &stream)
{
    // Only for the words on the screen, so a configuration with a mistake does not matter here.
    const settings::Snapshot settings = settings_file::load(context.sources(), settings_file::MissingSecrets::LeaveEmpty).snapshot;
    auto rtmpPort = static_cast<std::uint16_t>(settings.get(settings::livestreamRtmpPort));
    if (calls.online()) { // it may have been started with --rtmp-port
        const auto server = calls.call<v1::Server>("matinee.v1.ServerService/GetServer", v1::GetServerRequest());
        if (server && server->rtmp_port() > 0)
            rtmpPort = static_cast<std::uint16_t>(server->rtmp_port());
    }
    return "In OBS, Settings > Stream, service \"Custom...\":\n"
           "  Server      " +
           context.world.rtmpAddress(settings, rtmpPort) + "\n  Stream key  " + stream.publish_key() +
           "\nThe key is shown only now. Whoever has it can publish as \"" + stream.name() + "\"; `matinee stream rotate-key " +
           stream.name() + "` replaces it.\n";
}

std::string bitrate(std::uint32_t kbps)
{
    std::array<char, 32> text{};
    const int length = kbps < 1000 ? std::snprintf(text.data(), text.size(), "%u kbit/s", kbps)
                                   : std::snprintf(text.data(), text.size(), "%.1f Mbit/s", kbps / 1000.0);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string described(const v1::Stream &stream)
{
    std::string text =
        stream.name() + (stream.private_() ? " (private)" : "") + ": " + stream.status() + (stream.stopped() ? ", stopped" : "") + "\n";
    text += "  created    " + when(stream.created_at()) + "\n";
    if (!stream.has_live())
        return text;
    const v1::LiveInfo &live = stream.live();
    text += "  live since " + when(live.started_at()) + ", from " + live.publisher() +
            (live.encoder().empty() ? "" : ", " + live.encoder()) + "\n";
    for (const v1::TrackInfo &track : live.tracks()) {
        text += "  " + track.kind() + "      " + track.codec();
        if (track.width() > 0)
            text += ", " + std::to_string(track.width()) + "x" + std::to_string(track.height());
        if (track.sample_rate() > 0)
            text += ", " + std::to_string(track.sample_rate()) + " Hz, " + std::to_string(track.channels()) + " channels";
        text += "\n";
    }
    if (live.backup())
        text += "  backup     another publisher stands by\n";
    for (const v1::StreamWarning &warning : live.warnings())
        text += "  warning    " + warning.message() + "\n";
    text += "  bitrate    " + bitrate(live.bitrate_kbps()) + "\n  viewers    " + std::to_string(live.viewers());
    for (const v1::ViewerCount &count : live.viewers_by_protocol())
        text += ", " + count.protocol() + " " + std::to_string(count.viewers());
    return text + "\n";
}

int create(Context &context, Calls &calls, const StreamArguments &arguments)
{
    v1::CreateStreamRequest request;
    request.set_name(arguments.name);
    request.set_private_(arguments.isPrivate);
    const auto stream = calls.call<v1::Stream>("matinee.v1.StreamService/CreateStream", request);
    if (!stream)
        return context.failed(stream.error());
    const std::string text =
        context.human() ? "Made the stream \"" + stream->name() + "\".\n\n" + howToPublish(context, calls, *stream) : "";
    return context.answer(documentOf(*stream), text);
}

int list(Context &context, Calls &calls, const StreamArguments &)
{
    v1::ListStreamsResponse all;
    v1::ListStreamsRequest request;
    request.set_page_size(1000);
    do {
        const auto page = calls.call<v1::ListStreamsResponse>("matinee.v1.StreamService/ListStreams", request);
        if (!page)
            return context.failed(page.error());
        all.mutable_streams()->MergeFrom(page->streams());
        request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());

    std::vector<std::vector<std::string>> rows;
    for (const v1::Stream &stream : all.streams()) {
        rows.push_back({stream.name(), stream.status(), stream.private_() ? "yes" : "no",
                        stream.has_live() ? std::to_string(stream.live().viewers()) : "-",
                        stream.has_live() ? bitrate(stream.live().bitrate_kbps()) : "-", when(stream.created_at())});
    }
    return context.answer(documentOf(all), rows.empty() ? "There are no streams. Make one with: matinee stream create NAME\n"
                                                        : table({"NAME", "STATUS", "PRIVATE", "VIEWERS", "BITRATE", "CREATED"}, rows));
}

int show(Context &context, Calls &calls, const StreamArguments &arguments)
{
    v1::GetStreamRequest request;
    request.set_name(arguments.name);
    const auto stream = calls.call<v1::Stream>("matinee.v1.StreamService/GetStream", request);
    return stream ? context.answer(documentOf(*stream), described(*stream)) : context.failed(stream.error());
}

int erase(Context &context, Calls &calls, const StreamArguments &arguments)
{
    v1::DeleteStreamRequest request;
    request.set_name(arguments.name);
    const auto answer = calls.call<v1::DeleteStreamResponse>("matinee.v1.StreamService/DeleteStream", request);
    return answer ? context.answer(documentOf(*answer), "Deleted the stream \"" + arguments.name + "\".\n")
                  : context.failed(answer.error());
}

int rotateKey(Context &context, Calls &calls, const StreamArguments &arguments)
{
    v1::RotateStreamKeyRequest request;
    request.set_name(arguments.name);
    const auto stream = calls.call<v1::Stream>("matinee.v1.StreamService/RotateStreamKey", request);
    if (!stream)
        return context.failed(stream.error());
    const std::string text = context.human() ? "\"" + stream->name() + "\" has a new key; the old one is refused from now on.\n\n" +
                                                   howToPublish(context, calls, *stream)
                                             : "";
    return context.answer(documentOf(*stream), text);
}

int kick(Context &context, Calls &calls, const StreamArguments &arguments)
{
    if (!calls.online())
        return context.failed(fail(ErrorCode::Unavailable, "No server runs on the data folder " + context.dataDir +
                                                               ", so nobody publishes. Name the running server's folder with --data-dir."),
                              kNoServer);
    v1::KickStreamRequest request;
    request.set_name(arguments.name);
    request.set_block_seconds(arguments.blockSeconds);
    const auto stream = calls.call<v1::Stream>("matinee.v1.StreamService/KickStream", request);
    return stream ? context.answer(documentOf(*stream), "Disconnected the publisher of \"" + stream->name() + "\".\n")
                  : context.failed(stream.error());
}

int start(Context &context, Calls &calls, const StreamArguments &arguments)
{
    v1::StartStreamRequest request;
    request.set_name(arguments.name);
    const auto stream = calls.call<v1::Stream>("matinee.v1.StreamService/StartStream", request);
    return stream ? context.answer(documentOf(*stream), "Publishers of \"" + stream->name() + "\" are let in again.\n")
                  : context.failed(stream.error());
}

int stop(Context &context, Calls &calls, const StreamArguments &arguments)
{
    v1::StopStreamRequest request;
    request.set_name(arguments.name);
    const auto stream = calls.call<v1::Stream>("matinee.v1.StreamService/StopStream", request);
    return stream ? context.answer(documentOf(*stream), "Stopped the stream \"" + stream->name() +
                                                            "\"; publishers are refused until `matinee stream start " + stream->name() +
                                                            "`.\n")
                  : context.failed(stream.error());
}

int token(Context &context, Calls &calls, const StreamArguments &arguments)
{
    v1::CreatePlaybackTokenRequest request;
    request.set_name(arguments.name);
    request.set_ttl_seconds(arguments.ttlSeconds);
    const auto made = calls.call<v1::PlaybackToken>("matinee.v1.StreamService/CreatePlaybackToken", request);
    if (!made)
        return context.failed(made.error());
    return context.answer(documentOf(*made), "Whoever has one of these addresses can watch until " + when(made->expires_at()) + ":\n  " +
                                                 made->watch_url() + "\n  " + made->hls_url() + "\n  " + made->flv_url() + "\n  " +
                                                 made->rtmp_url() + "\n");
}

CLI::App *addNamed(CLI::App &group, Context &context, const Verb<StreamArguments> &verb, const std::shared_ptr<StreamArguments> &arguments)
{
    auto *command = addVerb(group, context, verb, arguments);
    command->add_option("NAME", arguments->name, "Name of the stream: a-z, 0-9, - and _")->required();
    return command;
}

} // namespace

void addStream(CLI::App &root, Context &context)
{
    auto *group = root.add_subcommand("stream", "Make and manage live streams and their keys");
    group->require_subcommand(1);
    group->footer("Example: matinee stream create cinema");
    auto arguments = std::make_shared<StreamArguments>();

    auto *command = addNamed(*group, context,
                             {"create", "Make a stream and print its publish key, once", "matinee stream create cinema --private", create,
                              Calls::Folder::MayBeMade},
                             arguments);
    command->add_flag("--private", arguments->isPrivate, "Play it only with an API key of scope streams:read");
    addVerb(*group, context, {"list", "List the streams", "matinee stream list --output json", list}, arguments);
    addNamed(*group, context, {"show", "Show one stream and what is being published", "matinee stream show cinema", show}, arguments);
    addNamed(*group, context, {"delete", "End a stream for everybody and forget it", "matinee stream delete cinema", erase}, arguments);
    addNamed(*group, context,
             {"rotate-key", "Replace the publish key and print the new one, once", "matinee stream rotate-key cinema", rotateKey},
             arguments);
    addNamed(*group, context, {"stop", "End a stream and refuse its publishers until it is started", "matinee stream stop cinema", stop},
             arguments);
    addNamed(*group, context, {"start", "Let publishers in again after stop", "matinee stream start cinema", start}, arguments);
    command =
        addNamed(*group, context,
                 {"token", "Make links that play a private stream for a while", "matinee stream token cinema --ttl-seconds 86400", token},
                 arguments);
    command->add_option("--ttl-seconds", arguments->ttlSeconds, "How long the links are good")
        ->type_name("N")
        ->check(CLI::Range(1U, 2592000U));
    command =
        addNamed(*group, context, {"kick", "Disconnect the publisher", "matinee stream kick cinema --block-seconds 600", kick}, arguments);
    command->add_option("--block-seconds", arguments->blockSeconds, "Refuse its key for so long")
        ->type_name("N")
        ->check(CLI::Range(0U, 86400U));
}

} // namespace matinee::cli
