// Real processes that make renditions and pictures of real material, and of what is none.
#include "tests/unit/media/image_files.h"
#include "tests/unit/relay/processes.h"
#include "tests/unit/transcode/hostile.h"
#include "tests/unit/transcode/material.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include <sched.h>
#include <sys/resource.h>

namespace matinee::relay {
namespace {

using namespace std::chrono_literals;
using material::kH264;
using material::Source;
using media::MediaTime;
using testing::ElementsAreArray;
using testing::HasSubstr;

constexpr MediaTime kSlack = std::chrono::milliseconds(1100);

class TranscodeChild : public ProcessTest
{
};

wire::Track trackOf(const Source &source, std::uint8_t id = 0)
{
    return {id, source.codec, static_cast<std::uint32_t>(source.width), static_cast<std::uint32_t>(source.height), 0, 0, source.config};
}

/// Tracks and frames as the server sends them: pictures 0, sound 1.
media::Bytes asSent(const Source &source)
{
    media::Bytes bytes;
    wire::write(bytes, trackOf(source));
    if (!source.soundConfig.empty())
        wire::write(bytes, wire::Track{1, media::Codec::Aac, 0, 0, 48000, 2, source.soundConfig});
    for (const auto &unit : source.units)
        wire::write(bytes, wire::Frame{static_cast<std::uint8_t>(unit.video ? 0 : 1), unit.key, unit.dts, unit.pts, unit.payload});
    return bytes;
}

wire::Job ladderJob(std::uint32_t height, std::uint32_t kbps)
{
    wire::Job job{wire::JobKind::Ladder, {}, {}};
    job.rung = {.height = height, .videoKbps = kbps, .level = 30, .maxFps = 30};
    return job;
}

/// Beside what is read: a process that waits for us to read does not read what we send. Ends when the child hangs up.
Task<void> sendAll(Child &child, media::Bytes bytes)
{
    const std::vector<media::SharedBytes> parts{std::make_shared<const media::Bytes>(std::move(bytes))};
    (void)co_await child.send(parts);
}

struct Heard
{
    std::vector<wire::Track> tracks;
    std::vector<wire::Frame> frames;
    std::vector<std::string> order; ///< "track 0", "frame 1"
    std::optional<wire::Failure> failure;
    std::optional<wire::Progress> progress;
};

/// What the process says until it has said enough, fallen silent or hung up.
template <class Enough> Task<Heard> hear(Child &child, Enough enough)
{
    Heard heard;
    while (!enough(heard)) {
        auto messages = co_await child.receive();
        if (!messages)
            break;
        for (auto &message : *messages) {
            if (auto *const track = std::get_if<wire::Track>(&message)) {
                heard.order.push_back("track " + std::to_string(track->id));
                heard.tracks.push_back(std::move(*track));
            } else if (auto *const frame = std::get_if<wire::Frame>(&message)) {
                heard.order.push_back("frame " + std::to_string(frame->track));
                heard.frames.push_back(std::move(*frame));
            } else if (auto *const failure = std::get_if<wire::Failure>(&message)) {
                heard.failure = std::move(*failure);
            } else if (const auto *const progress = std::get_if<wire::Progress>(&message)) {
                heard.progress = *progress;
            }
        }
    }
    co_return heard;
}

TEST_F(TranscodeChild, ARenditionHasTheKeyFramesTheSoundAndTheTimesOfItsSource)
{
    const auto source = material::make(material::picture("testsrc2=s=640x360:r=30") +
                                       "-f lavfi -i sine=sample_rate=48000 -c:v libx264 -preset veryfast -bf 2 -g 30 "
                                       "-sc_threshold 0 -pix_fmt yuv420p -c:a aac -ac 2 -t 3");
    const auto pictures = source.shownAt().size();
    const auto sounds = source.units.size() - pictures;
    ASSERT_EQ(pictures, 90U);
    ASSERT_GT(sounds, 100U);
    onWorker([&]() -> Task<void> {
        ChildOptions options;
        options.lowPriority = true;
        auto child = Child::start(workers.at(0), ladderJob(180, 400), std::move(options));
        EXPECT_TRUE(child);
        auto bytes = asSent(source);
        workers.at(0).spawn("send", sendAll(**child, std::move(bytes)));
        // The decoder holds the last pictures back until more come; progress follows within two seconds.
        const auto enough = [&](const Heard &so) { return so.frames.size() + 20 >= pictures + sounds && so.progress; };
        const auto heard = co_await hear(**child, enough);
        EXPECT_FALSE(heard.failure);
        EXPECT_EQ(heard.tracks.size(), 2U);
        std::vector<MediaTime> keys;
        std::vector<media::Bytes> sound;
        MediaTime last[2]{};
        MediaTime shown{};
        for (const auto &frame : heard.frames) {
            EXPECT_GE(frame.dts, last[frame.track]);
            last[frame.track] = frame.dts;
            if (frame.track == 0 && frame.key)
                keys.push_back(frame.pts);
            if (frame.track == 0)
                shown = frame.dts;
            else
                EXPECT_LE(frame.dts, shown + kSlack); // never a second ahead of its picture
            if (frame.track == 1)
                sound.push_back(frame.payload);
        }
        EXPECT_THAT(keys, ElementsAreArray(source.keys()));
        std::size_t at = 0;
        for (const auto &unit : source.units) {
            if (!unit.video && at < sound.size()) {
                EXPECT_EQ(unit.payload, sound[at]) << at;
                ++at;
            }
        }
        EXPECT_GT(at, sounds - 20);
        const auto video = std::find_if(heard.tracks.begin(), heard.tracks.end(), [](const auto &track) { return track.id == 0; });
        EXPECT_EQ(video->width, 320U);
        EXPECT_EQ(video->height, 180U);
        EXPECT_EQ(video->codec, media::Codec::H264);
        EXPECT_TRUE(video->config.size() > 8 && video->config[1] == 77 && video->config[3] == 30);
        EXPECT_EQ(heard.progress->dropped, 0U);
        co_await (*child)->finish();
    });
}

TEST_F(TranscodeChild, ASourceThatChangesIsFollowed)
{
    auto first = material::make(material::picture("testsrc2=s=640x360:r=30") + kH264 + "-g 30 -t 1");
    auto second =
        material::make(material::picture("testsrc2=s=320x240:r=30") + "-c:v libx265 -preset ultrafast -x265-params log-level=none -t 1");
    for (auto &unit : second.units) {
        unit.dts += 1s;
        unit.pts += 1s;
    }
    onWorker([&]() -> Task<void> {
        auto child = Child::start(workers.at(0), ladderJob(180, 400), {});
        EXPECT_TRUE(child);
        auto bytes = asSent(first);
        const auto more = asSent(second);
        bytes.insert(bytes.end(), more.begin(), more.end());
        workers.at(0).spawn("send", sendAll(**child, std::move(bytes)));
        const auto enough = [](const Heard &so) { return so.frames.size() >= 50; };
        const auto heard = co_await hear(**child, enough);
        EXPECT_EQ(heard.tracks.size(), 2U);
        EXPECT_EQ(heard.tracks.size() == 2 ? heard.tracks[1].width : 0, 240U);
        co_await (*child)->finish();
    });
}

TEST_F(TranscodeChild, ASourceThatIsNoneIsSaidSoInWords)
{
    const auto source = material::make(material::picture("testsrc2=s=320x180:r=30") + kH264 + "-g 15 -t 1");
    auto lying = source;
    lying.config = {1, 77, 0, 31, 0xff, 0xe1, 0xff, 0xff, 0x67};
    auto garbage = source;
    garbage.units.clear();
    for (int i = 0; i < 400; ++i)
        garbage.units.push_back({true, media::Bytes(100, 0x5a), MediaTime(i * 33'000), MediaTime(i * 33'000), i % 30 == 0});
    auto huge = source;
    huge.config =
        hostile::avcOfSize(material::plain("red", 320, 176, "-c:v libx264 -profile:v baseline -pix_fmt yuv420p ").config, 16384, 16384);
    huge.units.clear();
    for (int i = 0; i < 400; ++i) {
        auto unit = source.firstKey();
        unit.dts = unit.pts = MediaTime(i * 33'000);
        huge.units.push_back(unit);
    }
    onWorker([&]() -> Task<void> {
        for (const auto *const bad : {&lying, &garbage, &huge}) {
            auto child = Child::start(workers.at(0), ladderJob(90, 400), {});
            EXPECT_TRUE(child);
            auto bytes = asSent(*bad);
            workers.at(0).spawn("send", sendAll(**child, std::move(bytes)));
            const auto enough = [](const Heard &so) { return so.failure.has_value(); };
            const auto heard = co_await hear(**child, enough);
            EXPECT_TRUE(heard.failure);
            EXPECT_TRUE(heard.frames.empty());
            if (heard.failure) {
                EXPECT_EQ(heard.failure->reason, wire::Reason::Unsupported) << heard.failure->text;
                EXPECT_FALSE(heard.failure->text.empty());
            }
            co_await (*child)->finish();
        }
    });
}

TEST_F(TranscodeChild, TheProcessOpensNothingAndGivesWay)
{
    onWorker([&]() -> Task<void> {
        using Case = std::pair<wire::JobKind, bool>; // awaited?
        for (const auto &[kind, isAwaited] :
             {Case(wire::JobKind::Ladder, false), Case(wire::JobKind::Pictures, false), Case(wire::JobKind::Pictures, true)}) {
            ChildOptions options;
            options.lowPriority = true;
            options.isAwaited = isAwaited;
            auto job = ladderJob(180, 400);
            job.kind = kind;
            auto child = Child::start(workers.at(0), job, std::move(options));
            EXPECT_TRUE(child);
            auto first = co_await (*child)->receive();
            EXPECT_TRUE(first);
            const auto process = (*child)->process();
            const bool isPictures = kind == wire::JobKind::Pictures;
            const bool idle = isPictures && !isAwaited;
            EXPECT_EQ(::getpriority(PRIO_PROCESS, static_cast<id_t>(process)), idle ? 19 : 5);
            EXPECT_EQ(::sched_getscheduler(process), idle ? SCHED_IDLE : SCHED_OTHER);
#if !defined(MATINEE_SANITIZE_ADDRESS) && !defined(MATINEE_SANITIZE_THREAD) // which need more of both
            EXPECT_EQ(limitOf(process, "Max open files"), "4");
            EXPECT_EQ(limitOf(process, "Max data size"), isPictures ? "536870912" : "1073741824");
#endif
            EXPECT_EQ(limitOf(process, "Max file size"), "0");
            co_await (*child)->finish();
        }
    });
}

TEST_F(TranscodeChild, AnOrderIsAnsweredByAPictureOrWhyNot)
{
    const auto red = material::plain("red", 320, 180);
    const auto hevc = material::plain("blue", 640, 360, "-c:v libx265 -x265-params log-level=none ");
    const auto baseline = material::plain("red", 320, 176, "-c:v libx264 -profile:v baseline -pix_fmt yuv420p ");
    auto liar = trackOf(red);
    liar.config.resize(liar.config.size() / 2);
    auto giant = trackOf(baseline);
    giant.config = hostile::avcOfSize(baseline.config, 16384, 16384);
    auto cut = red.firstKey().payload;
    cut.resize(cut.size() / 2);
    const std::vector<wire::PictureOrder> orders = {{1, trackOf(red), red.firstKey().payload, 160, 160, 75},
                                                    {2, liar, red.firstKey().payload, 160, 160, 75},
                                                    {3, giant, baseline.firstKey().payload, 160, 160, 75},
                                                    {4, trackOf(red), cut, 160, 160, 75},
                                                    {5, trackOf(red), {}, 160, 160, 75},
                                                    {6, {1, media::Codec::Opus, 0, 0, 48000, 2, {}}, {1, 2, 3}, 160, 160, 75},
                                                    {7, trackOf(hevc), hevc.firstKey().payload, 160, 160, 75}};
    onWorker([&]() -> Task<void> {
        auto child = Child::start(workers.at(0), wire::Job{wire::JobKind::Pictures, {}, {}}, {});
        EXPECT_TRUE(child);
        media::Bytes bytes;
        for (const auto &order : orders)
            wire::write(bytes, order);
        workers.at(0).spawn("send", sendAll(**child, std::move(bytes)));
        std::vector<wire::Message> answers;
        while (answers.size() < orders.size()) {
            auto messages = co_await (*child)->receive();
            EXPECT_TRUE(messages);
            if (!messages)
                break;
            for (auto &message : *messages) {
                if (std::holds_alternative<wire::Picture>(message) || std::holds_alternative<wire::PictureRefused>(message))
                    answers.push_back(std::move(message));
            }
        }
        std::string said;
        for (const auto &message : answers) {
            if (const auto *const picture = std::get_if<wire::Picture>(&message)) {
                said += std::to_string(picture->id) + " made, ";
                EXPECT_EQ(picture->width, 160);
                EXPECT_EQ(picture->height, 90);
                EXPECT_GT(picture->jpeg.size(), 100U);
            } else {
                const auto &refused = std::get<wire::PictureRefused>(message);
                said += std::to_string(refused.id) + " refused, ";
                EXPECT_GT(refused.text.size(), 10U) << refused.id;
            }
        }
        EXPECT_EQ(said, "1 made, 2 refused, 3 refused, 4 refused, 5 refused, 6 refused, 7 made, ");
        // Its pictures, and a bomb, as tiles.
        std::vector<media::Bytes> tiles;
        for (const auto &message : answers) {
            if (const auto *const picture = std::get_if<wire::Picture>(&message))
                tiles.push_back(picture->jpeg);
        }
        bytes.clear();
        wire::write(bytes, wire::SheetOrder{8, 2, 160, 90, tiles});
        if (!tiles.empty())
            tiles.push_back(hostile::jpegOfSize(tiles.front(), 65500, 65500));
        wire::write(bytes, wire::SheetOrder{9, 2, 160, 90, tiles});
        workers.at(0).spawn("send", sendAll(**child, std::move(bytes)));
        said.clear();
        while (said.find("9 ") == std::string::npos) {
            auto messages = co_await (*child)->receive();
            EXPECT_TRUE(messages);
            if (!messages)
                break;
            for (const auto &message : *messages) {
                if (const auto *const picture = std::get_if<wire::Picture>(&message))
                    said +=
                        std::to_string(picture->id) + " " + std::to_string(picture->width) + "x" + std::to_string(picture->height) + ", ";
                else if (const auto *const refused = std::get_if<wire::PictureRefused>(&message))
                    said += std::to_string(refused->id) + " " + refused->text;
            }
        }
        EXPECT_THAT(said, testing::StartsWith("8 320x90, 9 Tile 3"));
        co_await (*child)->finish();
    });
}

TEST_F(TranscodeChild, AnUploadedFileBecomesASquareOrIsRefused)
{
    namespace files = image_files;
    const std::vector<wire::PortraitOrder> orders = {
        {1, 128, 80, files::plainPng(40, 20, files::kRed)},
        {2, 128, 80, files::png(30'000, 30'000, 8, 2, media::Bytes(100, 0))},
        {3, 128, 80, files::bytesOf("<svg/>")},
        {4, 128, 80, files::gif({0, 1})},
        {5, 128, 80, files::cmykJpeg({255, 0, 0, 255})},
        {6, 128, 80, files::webp(files::riffChunk("VP8L", files::pointBits()))},
    };
    onWorker([&]() -> Task<void> {
        auto child = Child::start(workers.at(0), wire::Job{wire::JobKind::Pictures, {}, {}}, {});
        EXPECT_TRUE(child);
        media::Bytes bytes;
        for (const auto &order : orders)
            wire::write(bytes, order);
        workers.at(0).spawn("send", sendAll(**child, std::move(bytes)));
        std::string said;
        while (said.find("6 ") == std::string::npos) {
            auto messages = co_await (*child)->receive();
            EXPECT_TRUE(messages);
            if (!messages)
                break;
            for (const auto &message : *messages) {
                if (const auto *const picture = std::get_if<wire::Picture>(&message))
                    said +=
                        std::to_string(picture->id) + " " + std::to_string(picture->width) + "x" + std::to_string(picture->height) + ", ";
                else if (const auto *const refused = std::get_if<wire::PictureRefused>(&message))
                    said += std::to_string(refused->id) + (refused->why == wire::Refusal::Material ? " refused, " : " unable, ");
            }
        }
        EXPECT_EQ(said, "1 128x128, 2 refused, 3 refused, 4 128x128, 5 128x128, 6 128x128, ");
        co_await (*child)->finish();
    });
}

TEST_F(TranscodeChild, AnIdleProcessSaysThatItIsThere)
{
    onWorker([&]() -> Task<void> {
        for (const auto kind : {wire::JobKind::Ladder, wire::JobKind::Pictures}) {
            auto job = ladderJob(180, 400);
            job.kind = kind;
            ChildOptions options;
            options.silence = 20s;
            auto child = Child::start(workers.at(0), job, std::move(options));
            EXPECT_TRUE(child);
            const auto enough = [](const Heard &so) { return so.progress.has_value(); };
            const auto heard = co_await hear(**child, enough);
            EXPECT_TRUE(heard.progress);
            co_await (*child)->finish();
        }
    });
}

} // namespace
} // namespace matinee::relay
