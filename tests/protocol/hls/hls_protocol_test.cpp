// HLS as viewers meet it: the routes on a real port, a publisher in real time, ffmpeg and ffprobe as players.
#include "hls/handler.h"
#include "tests/protocol/hls/house.h"

#include <gmock/gmock.h>

#include <regex>

namespace matinee {
namespace {

using namespace std::chrono_literals;
using house::eventually;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class HlsProtocol : public testing::Test
{
protected:
    ~HlsProtocol() override
    {
        m_directory->drain();
        EXPECT_TRUE(eventually([&] { return m_directory->openCount() == 0 && m_directory->storedBytes() == 0; })) << "drained";
    }

    void open(hls::Options options = {})
    {
        m_directory = hls::addRoutes(m_house.router(), {m_house.registry(), m_house.gate(), house::callerOf, &m_metrics, options, {}});
        m_house.open();
    }

    static hls::Options quick()
    {
        hls::Options options;
        options.segmenter.cut.wanted = 1s;
        return options;
    }

    static std::uint64_t number(const std::string &playlist, const std::string &tag)
    {
        std::smatch match;
        if (!std::regex_search(playlist, match, std::regex("#" + tag + ":([0-9]+)")))
            return 0;
        return std::stoull(match[1]);
    }

    static std::vector<std::string> segmentsOf(const std::string &playlist)
    {
        std::vector<std::string> uris;
        for (const auto &line : sample::linesOf(playlist)) {
            if (!line.empty() && line[0] != '#')
                uris.push_back(line);
        }
        return uris;
    }

    static std::size_t count(const std::string &text, const std::string &what)
    {
        std::size_t times = 0;
        for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
            ++times;
        return times;
    }

    const sample::Folder m_folder; // outlives what writes into it
    observe::Metrics m_metrics;
    house::House m_house;
    std::shared_ptr<hls::Directory> m_directory;
};

TEST_F(HlsProtocol, PlaysWithoutADecodeErrorAndWithRisingTimes)
{
    open(quick());
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 20, .bFrames = 2})));
    const auto errors =
        std::async(std::launch::async, [&] { return sample::decodeErrors(m_house.url("/hls/cinema/ts.m3u8"), "-t 8"); }).share();
    const auto packets = sample::packetsOf(m_house.url("/hls/cinema/ts.m3u8"), "-read_intervals %+8");
    EXPECT_EQ(errors.get(), "");
    sample::expectMonotonic(packets);
    EXPECT_GT(packets.size(), 500u) << "8 s at 30 pictures and 47 audio frames a second";
}

TEST_F(HlsProtocol, AnswersTheFirstViewerWithASegmentThatBeginsAtTheCachedKeyFrame)
{
    open(quick());
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 15})));
    std::this_thread::sleep_for(1500ms);
    const auto start = std::chrono::steady_clock::now();
    const auto answer = m_house.get("/hls/cinema/ts.m3u8", "Origin: https://player.example\r\n");
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1500ms);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(answer.has("content-type: application/vnd.apple.mpegurl")) << answer.head;
    EXPECT_TRUE(answer.has("access-control-allow-origin: https://player.example")) << answer.head;
    EXPECT_THAT(answer.head, HasSubstr("no-store"));
    const auto uris = segmentsOf(answer.body);
    ASSERT_EQ(uris.size(), 1u);
    const auto segment = m_house.get("/hls/cinema/" + uris[0]);
    EXPECT_EQ(segment.status, 200);
    EXPECT_TRUE(segment.has("content-type: video/mp2t")) << segment.head;
    EXPECT_TRUE(segment.has("content-length: " + std::to_string(segment.body.size()))) << segment.head;
    EXPECT_THAT(segment.head, HasSubstr("max-age="));
    const sample::Folder folder;
    EXPECT_EQ(sample::decodeErrors(folder.write("one.ts", segment.body)), "");
    EXPECT_EQ(m_house.get("/hls/cinema/guess-1.ts").status, 404);
    EXPECT_TRUE(eventually([&] { return m_house.registry().find("cinema")->statistics.viewers["hls"] == 1; }))
        << "one address, one program";
}

TEST_F(HlsProtocol, KeepsNothingForAPlaylistThatDoesNotExist)
{
    open();
    for (int i = 0; i < 50; ++i) {
        const auto answer = m_house.get("/hls/nothing" + std::to_string(i) + "/main.m3u8");
        ASSERT_EQ(answer.status, 404);
        ASSERT_TRUE(answer.has("retry-after: 2")) << answer.head;
        ASSERT_THAT(answer.body, HasSubstr("is not live"));
        ASSERT_EQ(m_directory->find("nothing" + std::to_string(i)), nullptr);
    }
}

TEST_F(HlsProtocol, ALookWithHeadBeginsNothing)
{
    open(quick());
    EXPECT_EQ(m_house.request("HEAD", "/hls/cinema/ts.m3u8").status, 404);
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 5})));
    const auto answer = m_house.request("HEAD", "/hls/cinema/ts.m3u8");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, IsEmpty());
    EXPECT_EQ(m_directory->find("cinema"), nullptr);
}

TEST_F(HlsProtocol, NumbersNeverGoBackWhilePublishersComeAndGo)
{
    auto options = quick();
    options.segmenter.playlistLength = 3;
    open(options);
    const auto encoded = sample::encode({.seconds = 4});
    std::uint64_t sequence = 0;
    std::uint64_t discontinuities = 0;
    std::set<std::string> returns;
    for (int round = 0; round < 3; ++round) {
        house::Publisher publisher(m_house, "cinema", sample::parse(encoded), static_cast<std::size_t>(round) % 2);
        const auto end = std::chrono::steady_clock::now() + 4500ms;
        while (std::chrono::steady_clock::now() < end) {
            const auto answer = m_house.get("/hls/cinema/ts.m3u8");
            ASSERT_EQ(answer.status, 200) << "round " << round << ": " << answer.body;
            const auto now = number(answer.body, "EXT-X-MEDIA-SEQUENCE");
            const auto nowDiscontinuities = number(answer.body, "EXT-X-DISCONTINUITY-SEQUENCE");
            ASSERT_GE(now, sequence);
            ASSERT_GE(nowDiscontinuities, discontinuities);
            ASSERT_EQ(number(answer.body, "EXT-X-TARGETDURATION"), 2u);
            sequence = now;
            discontinuities = nowDiscontinuities;
            std::smatch match;
            if (std::regex_search(answer.body, match, std::regex("#EXT-X-DISCONTINUITY\n.*\n.*\n(.*)")))
                returns.insert(match[1]);
            std::this_thread::sleep_for(100ms);
        }
    }
    EXPECT_EQ(returns.size(), 2u) << "two returns, each one discontinuity";
}

TEST_F(HlsProtocol, PlaysOnAcrossAPublishersReturn)
{
    auto options = quick();
    options.segmenter.playlistLength = 20;
    open(options);
    const auto encoded = sample::encode({.seconds = 5});
    {
        house::Publisher publisher(m_house, "cinema", sample::parse(encoded));
        EXPECT_EQ(m_house.get("/hls/cinema/ts.m3u8").status, 200);
        publisher.wait();
    }
    house::Publisher publisher(m_house, "cinema", sample::parse(encoded), 1);
    publisher.wait();
    ASSERT_TRUE(eventually([&] { return count(m_house.get("/hls/cinema/ts.m3u8").body, "#EXTINF") >= 9; }));
    const auto errors = sample::decodeErrors(m_house.url("/hls/cinema/ts.m3u8"), "-live_start_index 0 -t 8");
    EXPECT_EQ(errors, "");
}

TEST_F(HlsProtocol, StopsWhenNobodyAsksAndGoesOnCountingLater)
{
    auto options = quick();
    options.idle = 1s;
    open(options);
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 20})));
    const auto first = m_house.get("/hls/cinema/ts.m3u8");
    ASSERT_EQ(first.status, 200);
    ASSERT_TRUE(eventually([&] { return m_directory->find("cinema") == nullptr; }));
    ASSERT_TRUE(eventually([&] { return m_directory->storedBytes() == 0; })) << "its segments are gone";
    const auto second = m_house.get("/hls/cinema/ts.m3u8");
    ASSERT_EQ(second.status, 200);
    EXPECT_GT(number(second.body, "EXT-X-MEDIA-SEQUENCE"), number(first.body, "EXT-X-MEDIA-SEQUENCE"));
    EXPECT_GT(number(second.body, "EXT-X-DISCONTINUITY-SEQUENCE"), number(first.body, "EXT-X-DISCONTINUITY-SEQUENCE"));
    EXPECT_NE(segmentsOf(first.body)[0], segmentsOf(second.body)[0]);
}

TEST_F(HlsProtocol, APublisherThatStaysAwayTakesItsPlaylistWithIt)
{
    auto options = quick();
    options.absence = 1s;
    open(options);
    {
        const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 3})));
        EXPECT_EQ(m_house.get("/hls/cinema/ts.m3u8").status, 200);
    }
    EXPECT_EQ(m_house.get("/hls/cinema/ts.m3u8").status, 200) << "for a moment it may come back";
    EXPECT_TRUE(eventually([&] { return m_house.get("/hls/cinema/ts.m3u8").status == 404; }, 4s));
}

TEST_F(HlsProtocol, GivesAPrivateStreamOnlyToWhoHasTheKeyAndHandsTheKeyOn)
{
    open(quick());
    const house::Publisher publisher(m_house, "private-cinema", sample::parse(sample::encode({.seconds = 10})));
    EXPECT_EQ(m_house.get("/hls/private-cinema/ts.m3u8").status, 404);
    const auto byHeader = m_house.get("/hls/private-cinema/ts.m3u8", "Authorization: Bearer letmein\r\n");
    ASSERT_EQ(byHeader.status, 200);
    const auto plain = segmentsOf(byHeader.body).front();
    EXPECT_THAT(plain, Not(HasSubstr("key")));
    EXPECT_EQ(m_house.get("/hls/private-cinema/" + plain).status, 404) << "a segment needs the key as well";
    const auto byQuery = m_house.get("/hls/private-cinema/ts.m3u8?x=1&key=letmein");
    ASSERT_EQ(byQuery.status, 200);
    const auto withKey = segmentsOf(byQuery.body).front();
    EXPECT_THAT(withKey, HasSubstr(".ts?key=letmein"));
    const auto segment = m_house.get("/hls/private-cinema/" + withKey);
    EXPECT_EQ(segment.status, 200);
    EXPECT_THAT(segment.head, HasSubstr("private"));
}

TEST_F(HlsProtocol, ReleasesWhoWaitsForAFirstSegmentThatNeverComes)
{
    auto options = quick();
    options.firstWait = 400ms;
    open(options);
    auto stream = sample::parse(sample::encode({.seconds = 3}));
    stream.frames.resize(5); // and then silence, still connected
    auto last = std::make_shared<media::Frame>(*stream.frames.back());
    last->dts += 3s;
    stream.frames.push_back(last);
    const house::Publisher publisher(m_house, "cinema", std::move(stream));
    const auto answer = m_house.get("/hls/cinema/ts.m3u8");
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(answer.has("retry-after: 1")) << answer.head;
    EXPECT_THAT(answer.body, HasSubstr("not ready yet"));
}

TEST_F(HlsProtocol, ReleasesWhoWaitsWhenTheServerDrains)
{
    auto options = quick();
    options.firstWait = 30s;
    open(options);
    auto stream = sample::parse(sample::encode({.seconds = 3}));
    stream.frames.resize(5);
    auto last = std::make_shared<media::Frame>(*stream.frames.back());
    last->dts += 3s;
    stream.frames.push_back(last);
    const house::Publisher publisher(m_house, "cinema", std::move(stream));
    auto waiting = std::async(std::launch::async, [&] { return m_house.get("/hls/cinema/ts.m3u8").status; });
    ASSERT_TRUE(eventually([&] { return m_directory->find("cinema") != nullptr; }));
    m_directory->drain();
    ASSERT_EQ(waiting.wait_for(5s), std::future_status::ready);
    EXPECT_EQ(waiting.get(), 404);
}

TEST_F(HlsProtocol, CountsWhatItDoes)
{
    open(quick());
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 5})));
    ASSERT_EQ(m_house.get("/hls/cinema/ts.m3u8").status, 200);
    const auto text = m_metrics.text();
    EXPECT_THAT(text, HasSubstr("matinee_hls_requests_total{what=\"playlist\"} 1"));
    EXPECT_THAT(text, ContainsRegex("matinee_hls_segments_total [1-9]"));
    EXPECT_THAT(text, ContainsRegex("matinee_hls_segment_bytes [1-9]"));
    EXPECT_THAT(text, HasSubstr("matinee_hls_streams 1"));
}

TEST_F(HlsProtocol, ListsTheFormsOfAStreamWithWhatIsMeasured)
{
    open(quick());
    const hls::StreamFacts forecast{.video = "avc1.4d400c", .width = 256, .height = 144, .bandwidth = 200'000, .average = 180'000};
    m_directory->setRenditions(
        {[](const std::string &name) { return std::vector<std::string>{name + "@144p", name + "@96p"}; },
         [forecast](const std::string &name) {
             return std::vector<hls::OfferedRendition>{{name + "@144p", forecast}, {name + "@96p", forecast}};
         }});
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 10})));
    const house::Publisher low(m_house, "cinema@144p", sample::parse(sample::encode({.seconds = 10})), 1);
    const auto answer = m_house.get("/hls/cinema.m3u8?token=abc&x=1");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body, ContainsRegex("#EXT-X-STREAM-INF:BANDWIDTH=[0-9]+,AVERAGE-BANDWIDTH=[0-9]+,CODECS=\"avc1\\.[0-9a-f]+,mp4a\\.40\\.2\","
                                           "RESOLUTION=320x180,FRAME-RATE=30.*\ncinema/main\\.m3u8\\?token=abc\n"));
    EXPECT_THAT(answer.body, ContainsRegex("CODECS=\"mp4a\\.40\\.2\"\ncinema/audio\\.m3u8\\?token=abc\n"));
    EXPECT_THAT(answer.body, HasSubstr("\ncinema%40144p/main.m3u8?token=abc\n"));
    EXPECT_THAT(answer.body, ContainsRegex("CODECS=\"avc1\\.4d400c,mp4a\\.40\\.2\",RESOLUTION=256x144\ncinema%4096p/main\\.m3u8"))
        << "also before anybody has asked for it";
    EXPECT_EQ(m_house.get("/hls/cinema%40144p/main.m3u8").status, 200);
    EXPECT_TRUE(eventually([&] {
        return m_house.get("/hls/cinema/main.m3u8").body.find("#EXT-X-RENDITION-REPORT:URI=\"../cinema%40144p/main.m3u8\",LAST-MSN=") != std::string::npos;
    }));
    EXPECT_EQ(m_house.get("/hls/cinema/other.m3u8").status, 404);
}

TEST_F(HlsProtocol, PlaysFragmentedMp4AndItsAudioAlone)
{
    open(quick());
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 20, .bFrames = 2})));
    auto errors = std::async(std::launch::async, [&] { return sample::decodeErrors(m_house.url("/hls/cinema/main.m3u8"), "-t 6"); });
    const auto audio = sample::packetsOf(m_house.url("/hls/cinema/audio.m3u8"), "-read_intervals %+4");
    EXPECT_EQ(errors.get(), "");
    ASSERT_GT(audio.size(), 100u);
    for (const auto &packet : audio)
        ASSERT_EQ(packet.kind, "audio");
}

TEST_F(HlsProtocol, AnswersAReloadWhenThePartIsThere)
{
    open(quick());
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 15})));
    const auto first = m_house.get("/hls/cinema/main.m3u8");
    ASSERT_EQ(first.status, 200) << first.body;
    auto next = number(first.body, "EXT-X-MEDIA-SEQUENCE") + count(first.body, "#EXTINF");
    for (int part = 0; part < 3; ++part) {
        const auto answer = m_house.get("/hls/cinema/main.m3u8?_HLS_msn=" + std::to_string(next) + "&_HLS_part=" + std::to_string(part));
        ASSERT_EQ(answer.status, 200) << answer.body;
        const auto now = number(answer.body, "EXT-X-MEDIA-SEQUENCE") + count(answer.body, "#EXTINF");
        const bool listed = answer.body.find("-" + std::to_string(next) + "." + std::to_string(part) + ".m4s\"") != std::string::npos;
        EXPECT_TRUE(listed || now > next) << answer.body;
        if (now > next) {
            next = now;
            part = -1;
            if (answer.body.find("." + std::to_string(2) + ".m4s") != std::string::npos)
                break;
        }
    }
    EXPECT_EQ(m_house.get("/hls/cinema/main.m3u8?_HLS_msn=" + std::to_string(next + 20)).status, 400);
    EXPECT_EQ(m_house.get("/hls/cinema/main.m3u8?_HLS_part=1").status, 400);
    EXPECT_EQ(m_house.get("/hls/cinema/main.m3u8?_HLS_msn=x").status, 400);
}

TEST_F(HlsProtocol, WhatWasHeldIsNotForWhoseKeyWasRevokedMeanwhile)
{
    open(quick());
    const house::Publisher publisher(m_house, "private-cinema", sample::parse(sample::encode({.seconds = 15})));
    const std::string list = "/hls/private-cinema/main.m3u8?key=letmein";
    const auto first = m_house.get(list);
    ASSERT_EQ(first.status, 200) << first.body;
    const auto next = number(first.body, "EXT-X-MEDIA-SEQUENCE") + count(first.body, "#EXTINF");
    auto waiting = std::async(std::launch::async, [&] { return m_house.get(list + "&_HLS_msn=" + std::to_string(next + 1)); });
    EXPECT_EQ(waiting.wait_for(500ms), std::future_status::timeout) << "held";
    m_house.gate().revoke();
    const auto answer = waiting.get();
    EXPECT_EQ(answer.status, 404) << answer.body;
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_viewers_revoked_total{protocol=\"hls\"} 1"));
    EXPECT_EQ(m_house.get(list).status, 404);
}

TEST_F(HlsProtocol, HoldsARequestForAHintedPartUntilItIsMade)
{
    open(quick());
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 15})));
    ASSERT_EQ(m_house.get("/hls/cinema/main.m3u8").status, 200);
    int held = 0;
    for (int round = 0; round < 6; ++round) {
        const auto list = m_house.get("/hls/cinema/main.m3u8");
        std::smatch hint;
        if (!std::regex_search(list.body, hint, std::regex("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"([^\"]+)\"")))
            continue;
        const auto part = m_house.get("/hls/cinema/" + hint[1].str());
        ASSERT_EQ(part.status, 200) << hint[1] << "\n" << list.body;
        EXPECT_TRUE(part.has("content-type: video/mp4")) << part.head;
        EXPECT_EQ(part.body.substr(4, 4), "moof");
        ++held;
    }
    EXPECT_GT(held, 2);
    EXPECT_EQ(m_house.get("/hls/cinema/guess-1.0.m4s").status, 404);
}

TEST_F(HlsProtocol, ReleasesWhoWaitsForAPartWhenTheServerDrains)
{
    open(quick());
    auto stream = sample::parse(sample::encode({.seconds = 20}));
    std::size_t kept = 0;
    while (kept < stream.frames.size() && stream.frames[kept]->dts < 2500ms)
        ++kept;
    stream.frames.resize(kept); // and then silence, still connected
    auto last = std::make_shared<media::Frame>(*stream.frames.back());
    last->dts += 20s;
    stream.frames.push_back(last);
    const house::Publisher publisher(m_house, "cinema", std::move(stream));
    const auto first = m_house.get("/hls/cinema/main.m3u8");
    ASSERT_EQ(first.status, 200);
    const auto next = number(first.body, "EXT-X-MEDIA-SEQUENCE") + count(first.body, "#EXTINF");
    auto waiting = std::async(std::launch::async, [&] {
        return m_house.get("/hls/cinema/main.m3u8?_HLS_msn=" + std::to_string(next + 1)).status;
    });
    EXPECT_EQ(waiting.wait_for(1s), std::future_status::timeout) << "held";
    m_directory->drain();
    ASSERT_EQ(waiting.wait_for(5s), std::future_status::ready);
    EXPECT_NE(waiting.get(), 0);
}

TEST_F(HlsProtocol, KeepsAWindowAlsoWhileNobodyLooks)
{
    auto options = quick();
    options.idle = 1s;
    options.segmenter.playlistLength = 3;
    options.segmenter.window = 60s;
    open(options);
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 20})));
    std::this_thread::sleep_for(6500ms);
    const auto answer = m_house.get("/hls/cinema/main.m3u8");
    ASSERT_EQ(answer.status, 200);
    EXPECT_GE(count(answer.body, "#EXTINF"), 5u) << answer.body;
}

TEST_F(HlsProtocol, KeepsSegmentsInFilesAndNumbersAcrossARestart)
{
    auto options = quick();
    options.backend = hls::Backend::File;
    options.folder = std::filesystem::path(m_folder.write("mark", "")).parent_path();
    options.segmenter.window = 60s;
    options.storeBytes = 60'000;
    open(options);
    const house::Publisher publisher(m_house, "cinema", sample::parse(sample::encode({.seconds = 20})));
    ASSERT_TRUE(eventually([&] { return count(m_house.get("/hls/cinema/main.m3u8").body, "#EXTINF") >= 5; }, 15s));
    const auto list = m_house.get("/hls/cinema/main.m3u8");
    for (const auto &uri : segmentsOf(list.body)) {
        const auto segment = m_house.get("/hls/cinema/" + uri);
        EXPECT_EQ(segment.status, 200) << uri;
        EXPECT_EQ(segment.body.substr(4, 4), "moof");
    }
    EXPECT_LE(m_directory->storedBytes(), 60'000u);
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(options.folder / "sequences"); }));
    const hls::SequenceBook book(options.folder / "sequences");
    EXPECT_GT(book.next("cinema", std::chrono::floor<hls::Microseconds>(std::chrono::system_clock::now())).discontinuity,
              number(list.body, "EXT-X-DISCONTINUITY-SEQUENCE"));
}

} // namespace
} // namespace matinee
