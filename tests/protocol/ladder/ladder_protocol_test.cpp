// The ladder with real processes: this program, started once more, decodes and encodes; ffmpeg and ffprobe judge what comes out.
#include "flv/handler.h"
#include "hls/handler.h"
#include "ladder/ladder.h"
#include "relay/child_main.h"
#include "relay/spawn.h"
#include "tests/protocol/hls/house.h"

#include <gmock/gmock.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <thread>

namespace matinee {
namespace {

using namespace std::chrono_literals;
using house::eventually;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// 640x360 with a key frame a second; `codec` as ffmpeg has it.
sample::Stream picture(int seconds, const std::string &size = "640x360", const std::string &codec = sample::kVideoCodec)
{
    return sample::parse(sample::encodeWith("-f lavfi -i testsrc2=size=" + size + ":rate=30 " + sample::kTestTone + codec +
                                            sample::kAudioCodec + "-t " + std::to_string(seconds)));
}

class LadderProtocol : public testing::Test
{
protected:
    ~LadderProtocol() override
    {
        m_directory->drain();
        m_ladder->drain();
        EXPECT_TRUE(eventually([&] { return m_directory->openCount() == 0 && m_ladder->active() == 0; })) << "drained";
        EXPECT_THAT(processes(), IsEmpty());
    }

    void open(const char *rungs = "180p@300, 96p@100")
    {
        ladder::LadderOptions options;
        options.rungs = ladder::parseRungs(rungs);
        options.idle = 1s;
        options.retry = [](std::chrono::milliseconds) { return 100ms; };
        m_ladder = std::make_unique<ladder::Ladder>(m_house.workers(), m_house.registry(), std::move(options), &m_metrics);
        hls::Options hls;
        hls.segmenter.cut.wanted = 2s;
        m_directory = hls::addRoutes(m_house.router(), {m_house.registry(), m_house.gate(), house::callerOf, &m_metrics, hls, {}});
        m_directory->setRenditions({[this](const std::string &name) { return m_ladder->names(name); },
                                    [](const std::string &) { return std::vector<hls::OfferedRendition>(); }});
        flv::addRoutes(m_house.router(),
                       {.registry = m_house.registry(), .gate = m_house.gate(), .callerOf = house::callerOf, .metrics = &m_metrics});
        m_house.open();
    }

    /// Ids of the processes that this one has started for the ladder.
    static std::vector<pid_t> processes()
    {
        std::vector<pid_t> found;
        for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
            std::ifstream children(task.path() / "children");
            for (pid_t process = 0; children >> process;) {
                std::ifstream file("/proc/" + std::to_string(process) + "/cmdline");
                const std::string line(std::istreambuf_iterator<char>(file), {});
                if (line.find(relay::kChildCommand) != std::string::npos)
                    found.push_back(process);
            }
        }
        return found;
    }

    std::string state(const std::string &rendition) const
    {
        for (const auto &status : m_ladder->states(std::string(live::baseName(rendition)))) {
            if (status.name == rendition)
                return std::string(ladder::rungStateName(status.state));
        }
        return "none";
    }

    /// Of the pictures that ffprobe finds in `seconds` of it: times in milliseconds, key frames only.
    std::vector<long> keysOf(const std::string &path, int seconds)
    {
        const auto lines =
            sample::linesOf(sample::outputOf("ffprobe -v error -select_streams v -show_entries packet=pts_time,flags -of csv=p=0 " +
                                             std::string("-read_intervals %+") + std::to_string(seconds) + " " + m_house.url(path)));
        std::vector<long> times;
        for (const auto &line : lines) {
            const auto comma = line.find(',');
            if (comma != std::string::npos && line.find('K', comma) != std::string::npos)
                times.push_back(std::lround(std::stod(line) * 1000));
        }
        return times;
    }

    struct Listed
    {
        std::uint64_t number = 0;
        std::uint64_t discontinuities = 0;
        std::string date;
        double seconds = 0;
        bool gap = false;

        /// Seconds of the day.
        [[nodiscard]] double begins() const
        {
            return std::stod(date.substr(11, 2)) * 3600 + std::stod(date.substr(14, 2)) * 60 + std::stod(date.substr(17));
        }
    };
    /// Segments of a playlist by their numbers.
    std::map<std::uint64_t, Listed> segmentsOf(const std::string &path)
    {
        std::map<std::uint64_t, Listed> segments;
        Listed next;
        for (const auto &line : sample::linesOf(m_house.get(path).body)) {
            const auto value = line.substr(line.find(':') + 1);
            if (line.starts_with("#EXT-X-MEDIA-SEQUENCE:"))
                next.number = std::stoull(value);
            else if (line.starts_with("#EXT-X-DISCONTINUITY-SEQUENCE:"))
                next.discontinuities = std::stoull(value);
            else if (line == "#EXT-X-DISCONTINUITY")
                ++next.discontinuities;
            else if (line.starts_with("#EXT-X-PROGRAM-DATE-TIME:"))
                next.date = value;
            else if (line.starts_with("#EXTINF:"))
                next.seconds = std::stod(value);
            else if (line == "#EXT-X-GAP")
                next.gap = true;
            else if (!line.empty() && line[0] != '#') {
                segments[next.number++] = next;
                segments[next.number - 1].number = next.number - 1;
                next.gap = false;
            }
        }
        return segments;
    }

    observe::Metrics m_metrics;
    house::House m_house;
    std::unique_ptr<ladder::Ladder> m_ladder;
    std::shared_ptr<hls::Directory> m_directory;
};

TEST_F(LadderProtocol, WhatComesOutIsDecodedWithoutAnErrorAndHasTheKeyFramesOfTheStream)
{
    open();
    const house::Publisher publisher(m_house, "show", picture(20));
    auto source = std::async(std::launch::async, [&] { return keysOf("/flv/show.flv", 9); });
    auto errors = std::async(std::launch::async, [&] { return sample::decodeErrors(m_house.url("/flv/show@180p.flv"), "-t 6"); });
    auto made = std::async(std::launch::async, [&] { return keysOf("/flv/show@180p.flv", 7); });
    ASSERT_TRUE(eventually([&] { return state("show@180p") == "running" && m_ladder->states("show").front().viewers == 2; }));
    EXPECT_EQ(processes().size(), 1u) << "one process for both viewers";
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_ladder_processes 1"));
    const auto track = ladder::videoOf(m_house.registry().find("show@180p")->statistics.tracks);
    ASSERT_TRUE(track);
    EXPECT_EQ(track->width, 320u);
    EXPECT_EQ(track->height, 180u);
    const ladder::Source measured{ladder::videoOf(m_house.registry().find("show")->statistics.tracks), 30};
    EXPECT_EQ(track->codecString, ladder::forecastOf({180, 300}, measured).codec) << "as it was told beforehand";
    EXPECT_EQ(errors.get(), "");
    const auto ours = made.get();
    const auto of = source.get();
    ASSERT_GE(ours.size(), 4u);
    std::vector<long> shared;
    std::copy_if(of.begin(), of.end(), std::back_inserter(shared), [&](long time) { return time >= ours.front() && time <= ours.back(); });
    ASSERT_GE(shared.size(), 4u);
    EXPECT_EQ(std::vector<long>(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(std::min(ours.size(), shared.size()))), shared);
    EXPECT_TRUE(eventually([&] { return processes().empty(); })) << "nobody watches any more";
    EXPECT_EQ(state("show@180p"), "offered");
}

TEST_F(LadderProtocol, AKilledProcessCostsAHoleAndNobodyTheConnection)
{
    open();
    const house::Publisher publisher(m_house, "show", picture(25));
    auto errors =
        std::async(std::launch::async, [&] { return sample::packetsOf(m_house.url("/flv/show@96p.flv"), "-read_intervals %+10"); });
    ASSERT_TRUE(eventually([&] { return state("show@96p") == "running"; }));
    std::this_thread::sleep_for(1s);
    const auto before = processes();
    ASSERT_EQ(before.size(), 1u);
    ::kill(before.front(), SIGKILL);
    EXPECT_TRUE(eventually([&] { return processes().size() == 1 && processes() != before; }));
    const auto packets = errors.get();
    sample::expectMonotonic(packets);
    EXPECT_GT(packets.size(), 300u) << "it went on";
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_ladder_restarts_total 1"));
}

TEST_F(LadderProtocol, HlsSegmentsAreNumberedAndDatedAlikeAlsoOverAHoleAndABreak)
{
    open();
    auto publisher = std::make_unique<house::Publisher>(m_house, "show", picture(40));
    std::map<std::uint64_t, Listed> own, made;
    const auto lookUntil = [&](const std::function<bool()> &enough) {
        for (const auto end = std::chrono::steady_clock::now() + 25s; std::chrono::steady_clock::now() < end;) {
            for (const auto &[number, segment] : segmentsOf("/hls/show/main.m3u8"))
                own[number] = segment;
            for (const auto &[number, segment] : segmentsOf("/hls/show@180p/main.m3u8"))
                made[number] = segment;
            if (enough())
                return true;
            std::this_thread::sleep_for(200ms);
        }
        return false;
    };
    ASSERT_TRUE(lookUntil([&] { return made.size() >= 3; }));
    const auto running = processes();
    ASSERT_EQ(running.size(), 1u);
    ::kill(running.front(), SIGKILL);
    const auto before = made.rbegin()->first;
    ASSERT_TRUE(lookUntil([&] { return made.rbegin()->first >= before + 3 && !made.rbegin()->second.gap; })) << "it goes on after the hole";
    const auto broadcast = own.rbegin()->second.discontinuities;
    publisher->stop(); // ends the stream; another broadcast follows at once
    publisher = std::make_unique<house::Publisher>(m_house, "show", picture(25));
    EXPECT_TRUE(lookUntil([&] {
        return made.size() >= 10 && made.rbegin()->second.discontinuities > broadcast && own.rbegin()->first <= made.rbegin()->first + 2;
    })) << "no further behind than a segment or two";
    std::size_t compared = 0;
    for (const auto &[number, segment] : made) {
        const auto found = own.find(number);
        if (found == own.end())
            continue;
        ++compared;
        EXPECT_EQ(segment.discontinuities, found->second.discontinuities) << number;
        if (segment.gap)
            continue;
        const auto late = segment.begins() - found->second.begins();
        // What was not made yet when the stream ended is not in the last one.
        const auto after = own.find(number + 1);
        const bool isLast = after == own.end() || after->second.discontinuities > found->second.discontinuities;
        EXPECT_LE(segment.seconds + late, found->second.seconds + 0.05) << number << " ends elsewhere";
        if (!isLast) {
            EXPECT_GE(segment.seconds + late, found->second.seconds - 0.05) << number << " ends elsewhere";
        }
        if (std::abs(late) > 0.01) { // the process was not there yet when the stream's began
            EXPECT_GT(late, 0) << number;
            EXPECT_TRUE(!made.contains(number - 1) || made[number - 1].gap || made[number - 1].discontinuities < segment.discontinuities)
                << number;
        }
    }
    EXPECT_GE(compared, 8u);
}

TEST_F(LadderProtocol, AStreamThatBecomesSmallerThanTheRungEndsItsRendition)
{
    open("180p@300");
    auto large = picture(5);
    const auto small = picture(10, "160x90");
    const auto end = large.frames.back()->dts + 33ms;
    for (const auto &frame : small.frames) {
        auto moved = std::make_shared<media::Frame>(*frame);
        moved->dts += end;
        moved->pts += end;
        large.frames.push_back(std::move(moved));
    }
    const house::Publisher publisher(m_house, "show", large);
    const auto packets = sample::packetsOf(m_house.url("/flv/show@180p.flv")); // to its end
    EXPECT_GT(packets.size(), 100u);
    EXPECT_FALSE(m_house.registry().isLive("show@180p"));
    // What is known of a stream is looked at now and then.
    EXPECT_TRUE(eventually([&] { return state("show@180p") == "none"; })) << "it is not offered any more";
    EXPECT_EQ(m_house.get("/flv/show@180p.flv").status, 404);
    EXPECT_TRUE(m_house.registry().isLive("show"));
}

TEST_F(LadderProtocol, APrivateStreamsRenditionsArePrivate)
{
    open();
    const house::Publisher publisher(m_house, "private-show", picture(12));
    for (const char *path : {"/flv/private-show@96p.flv", "/hls/private-show@96p/main.m3u8"})
        EXPECT_EQ(m_house.get(path).status, 404) << path;
    EXPECT_THAT(processes(), IsEmpty());
    EXPECT_EQ(m_house.get("/hls/private-show@96p/main.m3u8?key=letmein").status, 200);
}

TEST_F(LadderProtocol, SaysWhyThereIsNothing)
{
    open();
    const house::Publisher publisher(m_house, "show", picture(6));
    EXPECT_EQ(m_house.get("/flv/show@1080p.flv").status, 404);
    EXPECT_THAT(m_house.get("/flv/show@1080p.flv").body, HasSubstr("is not live at the moment"));
    EXPECT_EQ(m_house.get("/hls/other@96p/main.m3u8").status, 404);
    EXPECT_THAT(processes(), IsEmpty());
}

} // namespace
} // namespace matinee

int main(int argc, char **argv)
{
    if (argc == 2 && std::string_view(argv[1]) == matinee::relay::kChildCommand)
        return matinee::relay::childMain();
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
