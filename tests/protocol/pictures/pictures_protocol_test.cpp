// Pictures as viewers meet them: ffmpeg's colours go in as frames of a live stream, the real process draws, and what comes out of the
// routes on a real port is decoded again.
#include "pictures/handler.h"
#include "pictures/recording_frames.h"
#include "record/recordings.h"
#include "relay/child_main.h"
#include "relay/spawn.h"
#include "relay/tracks.h"
#include "store/migrations.h"
#include "store/streams.h"
#include "tests/protocol/hls/house.h"
#include "tests/unit/pictures/illustration.h"

#include <gmock/gmock.h>

#include <QCoreApplication>

#include <csignal>
#include <filesystem>
#include <regex>

namespace matinee {
namespace {

using namespace std::chrono_literals;
using house::eventually;
using testing::HasSubstr;
namespace fs = std::filesystem;

struct Colour
{
    int red = -1;
    int green = -1;
    int blue = -1;
};
/// What an encoder or two make of a pure colour.
bool near(const Colour &a, const Colour &b)
{
    const auto close = [](int x, int y) { return std::abs(x - y) <= 8; };
    return close(a.red, b.red) && close(a.green, b.green) && close(a.blue, b.blue);
}
std::ostream &operator<<(std::ostream &out, const Colour &colour)
{
    return out << colour.red << "," << colour.green << "," << colour.blue;
}
constexpr Colour kRed{254, 0, 0};
constexpr Colour kGreen{0, 128, 0};
constexpr Colour kBlue{0, 0, 254};
constexpr Colour kBlack{0, 0, 0};

/// Two seconds of each colour, a key frame each second, with sound.
sample::Stream colours(const std::vector<std::string> &names, const std::string &codec = sample::kVideoCodec)
{
    std::string inputs;
    std::string labels;
    for (std::size_t i = 0; i < names.size(); ++i) {
        inputs += "-f lavfi -t 2 -i color=c=" + names[i] + ":size=320x180:rate=30 ";
        labels += "[" + std::to_string(i) + ":v]";
    }
    const auto count = std::to_string(names.size());
    const auto arguments = inputs + "-f lavfi -t " + std::to_string(2 * names.size()) + " -i sine=frequency=440:sample_rate=48000 " +
                           "-filter_complex '" + labels + "concat=n=" + count + ":v=1[v]' -map '[v]' -map " + count + ":a " + codec +
                           "-bf 0 " + sample::kAudioCodec;
    return sample::parse(sample::encodeWith(arguments));
}

class PicturesProtocol : public testing::Test
{
protected:
    PicturesProtocol()
    {
        m_folder = fs::temp_directory_path() / ("matinee-pictures-" + std::to_string(::getpid()) + "-" + std::to_string(++s_count));
        fs::create_directories(m_folder);
        m_store = std::make_unique<store::Store>(store::StoreOptions{.url = "sqlite:" + (m_folder / "matinee.db").string()}, nullptr);
        EXPECT_TRUE(m_store->open());
        EXPECT_TRUE(store::migrate(*m_store));
        for (const char *name : {"show", "private-show"})
            EXPECT_TRUE(m_store->writeNow<void>([name](store::Transaction &tx) {
                return store::insertStream(tx, {name, std::string("hash of ") + name, false, std::chrono::system_clock::now()});
            }));
    }
    ~PicturesProtocol() override
    {
        close();
        m_store->close();
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }

    /// `illustrator`: in place of the process.
    void open(pictures::PictureOptions options = {}, bool recording = false, std::shared_ptr<pictures::Illustrator> illustrator = nullptr)
    {
        m_house = std::make_unique<house::House>();
        record::RecordingOptions recordings;
        recordings.enabled = recording;
        recordings.folder = (m_folder / "recordings").string();
        recordings.minFreeBytes = 0;
        m_recordings = std::make_unique<record::Recordings>(m_house->registry(), *m_store, m_house->workers(), recordings, &m_metrics);
        options.workshop.firstPause = 10ms;
        m_pictures = std::make_unique<pictures::Pictures>(m_house->workers(), m_house->registry(), m_recordings->archive(), options,
                                                          &m_metrics, std::move(illustrator));
        m_house->registry().onChange([this](const std::string &name, bool live) {
            m_recordings->streamChanged(name, live);
            m_pictures->streamChanged(name, live);
        });
        const record::Dependencies files{m_recordings->archive(), m_house->gate(), house::callerOf, &m_metrics};
        record::addRoutes(m_house->router(), files);
        pictures::addRoutes(m_house->router(), {*m_pictures, m_house->gate(), house::callerOf, files, &m_metrics});
        m_house->open();
        m_recordings->start();
    }
    void close()
    {
        if (!m_house)
            return;
        m_pictures->drain();
        m_recordings->stop();
        EXPECT_TRUE(eventually([&] { return m_pictures->isIdle() && m_recordings->idle(); }));
        m_house->stop(); // as the server goes: nothing runs, then what ran, then what it ran on
        m_pictures.reset();
        m_recordings.reset();
        m_house.reset();
    }

    /// Of a part of a JPEG (x, y, width, height), all of it where none is given.
    Colour colourOf(const std::string &jpeg, const std::string &part = {})
    {
        const auto file = (m_folder / "picture.jpg").string();
        std::ofstream(file, std::ios::binary) << jpeg;
        std::string crop;
        std::smatch at;
        if (std::regex_match(part, at, std::regex("(\\d+),(\\d+),(\\d+),(\\d+)")))
            crop = "crop=" + at[3].str() + ":" + at[4].str() + ":" + at[1].str() + ":" + at[2].str() + ":exact=1,";
        const auto raw = sample::outputOf("ffmpeg -nostdin -v error -xerror -i '" + file + "' -vf '" + crop +
                                          "scale=1:1:flags=area' -f rawvideo -pix_fmt rgb24 - 2>&1");
        EXPECT_EQ(raw.size(), 3U) << raw;
        const auto channel = [&](std::size_t i) { return i < raw.size() ? int{static_cast<std::uint8_t>(raw[i])} : -1; };
        return {channel(0), channel(1), channel(2)};
    }
    std::string sizeOf(const std::string &jpeg)
    {
        const auto file = (m_folder / "picture.jpg").string();
        std::ofstream(file, std::ios::binary) << jpeg;
        return sample::linesOf(sample::outputOf("ffprobe -v error -show_entries stream=width,height -of csv=p=0 '" + file + "'")).at(0);
    }
    [[nodiscard]] std::vector<store::RecordingRow> rows()
    {
        const auto all =
            m_store->readNow<std::vector<store::RecordingRow>>([](store::Transaction &tx) { return store::listRecordings(tx, {}); });
        return all ? *all : std::vector<store::RecordingRow>();
    }
    bool remove(store::RecordingRow row)
    {
        std::promise<bool> removed;
        auto run = [](record::Archive &archive, store::RecordingRow doomed, std::promise<bool> &done) -> Task<void> {
            const auto result = co_await archive.remove(std::move(doomed), "", "");
            done.set_value(result.has_value());
        };
        m_house->workers().at(1).spawn("test", run(m_recordings->archive(), std::move(row), removed));
        return removed.get_future().get();
    }
    static std::string headerOf(const house::Answer &answer, const std::string &name)
    {
        const auto begin = answer.head.find("\r\n" + name + ": ");
        if (begin == std::string::npos)
            return {};
        const auto from = begin + name.size() + 4;
        return answer.head.substr(from, answer.head.find('\r', from) - from);
    }
    struct Cue
    {
        std::string begins;
        std::string sheet;
        std::string part;
    };
    static std::vector<Cue> cuesOf(const std::string &text)
    {
        std::vector<Cue> cues;
        const std::regex form("(\\d\\d:\\d\\d:\\d\\d\\.\\d{3}) --> \\d\\d:\\d\\d:\\d\\d\\.\\d{3}\n([^#\n]+)#xywh=([\\d,]+)\n");
        for (std::sregex_iterator at(text.begin(), text.end(), form); at != std::sregex_iterator(); ++at)
            cues.push_back({(*at)[1], (*at)[2], (*at)[3]});
        return cues;
    }
    [[nodiscard]] pid_t pictureProcess() const { return m_pictures->process(); }

    static inline int s_count = 0;
    fs::path m_folder;
    observe::Metrics m_metrics;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<house::House> m_house;
    std::unique_ptr<record::Recordings> m_recordings;
    std::unique_ptr<pictures::Pictures> m_pictures;
};

TEST_F(PicturesProtocol, APosterHasTheColourOfTheStream)
{
    open();
    house::Publisher publisher(*m_house, "show", colours({"red", "red", "red", "red"}));
    const auto poster = m_house->get("/poster/show.jpg");
    ASSERT_EQ(poster.status, 200) << poster.body;
    EXPECT_TRUE(poster.has("content-type: image/jpeg"));
    EXPECT_TRUE(poster.has("cache-control: public, max-age=5"));
    const auto colour = colourOf(poster.body);
    EXPECT_TRUE(near(colour, kRed)) << colour;
    EXPECT_EQ(sizeOf(poster.body), "320,180") << "never larger than the stream";
    const auto small = m_house->get("/poster/show.jpg?width=160");
    EXPECT_EQ(sizeOf(small.body), "160,90");
    const auto etag = headerOf(poster, "etag");
    ASSERT_FALSE(etag.empty());
    const auto same = m_house->get("/poster/show.jpg", "If-None-Match: " + etag + "\r\n");
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(m_house->request("HEAD", "/poster/show.jpg").status, 200);
    const auto odd = m_house->get("/poster/show.jpg?width=161");
    EXPECT_EQ(odd.status, 400);
    EXPECT_THAT(odd.body, HasSubstr("160, 320, 640 or 1280"));
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_pictures_made_total{what=\"picture\"} 2"));
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_pictures_seconds_count 2"));
}

TEST_F(PicturesProtocol, APosterFollowsTheStreamAndStaysWhenItIsOver)
{
    pictures::PictureOptions options;
    options.posters.fresh = 200ms;
    open(options);
    {
        house::Publisher publisher(*m_house, "show", colours({"red", "blue"}));
        EXPECT_TRUE(eventually([&] { return near(colourOf(m_house->get("/poster/show.jpg").body), kRed); }));
        EXPECT_TRUE(eventually([&] { return near(colourOf(m_house->get("/poster/show.jpg").body), kBlue); }));
    }
    ASSERT_TRUE(eventually([&] { return !m_house->registry().isLive("show"); }));
    const auto last = m_house->get("/poster/show.jpg?width=1280");
    ASSERT_EQ(last.status, 200);
    EXPECT_TRUE(near(colourOf(last.body), kBlue));
}

TEST_F(PicturesProtocol, WhoMayNotPlayMayNotLook)
{
    pictures::PictureOptions options;
    options.live.window = 60s;
    open(options);
    house::Publisher publisher(*m_house, "private-show", colours({"red", "red", "red", "red"}));
    EXPECT_EQ(m_house->get("/poster/private-show.jpg").status, 404);
    EXPECT_EQ(m_house->get("/preview/private-show.vtt").status, 404);
    const auto poster = m_house->get("/poster/private-show.jpg?key=letmein");
    ASSERT_EQ(poster.status, 200) << poster.body;
    EXPECT_TRUE(poster.has("cache-control: private, max-age=5"));
    ASSERT_TRUE(eventually([&] { return m_house->get("/preview/private-show.vtt?key=letmein").status == 200; }));
    const auto track = m_house->get("/preview/private-show.vtt?key=letmein");
    const auto cues = cuesOf(track.body);
    ASSERT_FALSE(cues.empty());
    EXPECT_THAT(cues[0].sheet, testing::EndsWith(".jpg?key=letmein")) << "what opens the list opens what it names";
    const auto sheet = "/preview/" + cues[0].sheet;
    EXPECT_EQ(m_house->get(sheet.substr(0, sheet.find('?'))).status, 404);
    EXPECT_EQ(m_house->get(sheet).status, 200);
}

TEST_F(PicturesProtocol, WhatThereIsNoPictureOfIsSaidInWords)
{
    open();
    const auto idle = m_house->get("/poster/show.jpg");
    EXPECT_EQ(idle.status, 404);
    EXPECT_THAT(idle.body, HasSubstr("not live"));
    EXPECT_EQ(m_house->get("/poster/show@360p.jpg").status, 404);
    EXPECT_EQ(m_house->get("/preview/show.vtt").status, 404);
    EXPECT_EQ(m_house->get("/preview/show/1-0-1.jpg").status, 404);
    EXPECT_EQ(m_house->get("/preview/recordings/nothing.vtt").status, 404);
    EXPECT_EQ(m_house->get("/preview/recordings/nothing/0.jpg").status, 404);
    EXPECT_EQ(pictureProcess(), 0) << "nothing of this was worth a process";
    house::Publisher publisher(*m_house, "show", sample::parse(sample::encode({.seconds = 4, .video = false})));
    EXPECT_THAT(m_house->get("/poster/show.jpg").body, HasSubstr("only sound"));
}

TEST_F(PicturesProtocol, TurnedOffThereAreNone)
{
    pictures::PictureOptions options;
    options.enabled = false;
    options.live.window = 60s;
    open(options);
    house::Publisher publisher(*m_house, "show", colours({"red"}));
    const auto none = m_house->get("/poster/show.jpg");
    EXPECT_EQ(none.status, 404);
    EXPECT_THAT(none.body, HasSubstr("livestream.posters"));
    EXPECT_EQ(m_house->get("/preview/show.vtt").status, 404);
    EXPECT_EQ(pictureProcess(), 0);
}

TEST_F(PicturesProtocol, ThumbnailsShowWhatWasOnAtTheirTime)
{
    pictures::PictureOptions options;
    options.live.window = 60s;
    options.live.interval = 400ms;
    open(options);
    house::Publisher publisher(*m_house, "show", colours({"red", "green", "blue", "blue", "blue"}));
    ASSERT_TRUE(eventually([&] { return cuesOf(m_house->get("/preview/show.vtt").body).size() >= 6; }, 20s));
    const auto track = m_house->get("/preview/show.vtt");
    EXPECT_TRUE(track.has("content-type: text/vtt; charset=utf-8"));
    EXPECT_THAT(track.body, testing::StartsWith("WEBVTT\n\nNOTE newest "));
    const auto cues = cuesOf(track.body);
    const auto sheet = m_house->get("/preview/" + cues[0].sheet);
    ASSERT_EQ(sheet.status, 200) << sheet.body;
    EXPECT_THAT(headerOf(sheet, "cache-control"), HasSubstr("immutable"));
    for (const auto &cue : cues) {
        // Key frames stand at each second: 0 and 1 are red, 2 and 3 green, then blue. The first cue is the first that was drawn.
        const auto expected = cue.begins < "00:00:02" ? kRed : cue.begins < "00:00:04" ? kGreen : kBlue;
        const auto colour = colourOf(sheet.body, cue.part);
        EXPECT_TRUE(near(colour, expected)) << cue.begins << " " << cue.part << " is " << colour;
    }
    EXPECT_EQ(cues[0].part, "0,0,160,90");
    EXPECT_EQ(cues[5].part, "0,90,160,90");
}

TEST_F(PicturesProtocol, AProcessThatIsKilledCostsAPictureAndNotThePictures)
{
    pictures::PictureOptions options;
    options.posters.fresh = 0ms;
    open(options);
    house::Publisher publisher(*m_house, "show", colours({"red", "red", "red", "red", "red", "red", "red", "red"}));
    ASSERT_EQ(m_house->get("/poster/show.jpg").status, 200);
    const auto first = pictureProcess();
    ASSERT_GT(first, 0);
    ASSERT_EQ(::kill(first, SIGKILL), 0);
    EXPECT_EQ(m_house->get("/poster/show.jpg").status, 200) << "the old one at worst";
    EXPECT_TRUE(eventually([&] {
        (void)m_house->get("/poster/show.jpg");
        const auto now = pictureProcess();
        return now > 0 && now != first;
    }));
    EXPECT_TRUE(near(colourOf(m_house->get("/poster/show.jpg").body), kRed));
}

TEST_F(PicturesProtocol, APreviewOfARecordingIsMadeOnceKeptBesideItAndGoesWithIt)
{
    pictures::PictureOptions options;
    options.recorded.interval = 1s;
    open(options, true);
    {
        house::Publisher publisher(*m_house, "show", colours({"red", "green", "blue"}));
        ASSERT_TRUE(eventually([&] { return !rows().empty(); }));
        const auto early = m_house->get("/preview/recordings/" + rows()[0].id + ".vtt");
        EXPECT_EQ(early.status, 409) << early.body;
        publisher.wait();
    }
    ASSERT_TRUE(eventually([&] { return m_recordings->idle() && rows()[0].state == "ready"; }));
    const auto row = rows()[0];
    const auto path = "/preview/recordings/" + row.id + ".vtt";
    const auto first = m_house->get(path);
    EXPECT_EQ(first.status, 202) << first.body;
    EXPECT_THAT(first.body, HasSubstr("\"state\":\"making\""));
    ASSERT_TRUE(eventually([&] { return m_house->get(path).status == 200; }, 30s));
    const auto cues = cuesOf(m_house->get(path + "?token=abc").body);
    ASSERT_EQ(cues.size(), 6U);
    EXPECT_EQ(cues[3].begins, "00:00:03.000");
    EXPECT_EQ(cues[0].sheet, row.id + "/0.jpg?token=abc");
    const auto sheet = m_house->get("/preview/recordings/" + cues[0].sheet);
    ASSERT_EQ(sheet.status, 200);
    const std::vector<Colour> expected{kRed, kRed, kGreen, kGreen, kBlue, kBlue};
    for (std::size_t i = 0; i < cues.size(); ++i) {
        const auto colour = colourOf(sheet.body, cues[i].part);
        EXPECT_TRUE(near(colour, expected[i])) << i << " is " << colour;
    }
    EXPECT_TRUE(near(colourOf(sheet.body, "320,90,160,90"), kBlack)) << "nothing stands behind the last one";
    EXPECT_EQ(m_house->get("/preview/recordings/" + row.id + "/1.jpg").status, 404);
    const auto kept = m_folder / "recordings" / (row.path + ".preview");
    EXPECT_TRUE(fs::exists(kept));
    EXPECT_FALSE(fs::exists(kept.string() + ".tmp"));

    // After a restart it is there, and no process is started for it.
    close();
    open(options);
    EXPECT_EQ(m_house->get(path).status, 200);
    EXPECT_EQ(m_house->get("/preview/recordings/" + cues[0].sheet).body, sheet.body);
    EXPECT_EQ(pictureProcess(), 0);
    EXPECT_TRUE(remove(row));
    EXPECT_FALSE(fs::exists(kept));
    EXPECT_EQ(m_house->get(path).status, 404);
}

TEST_F(PicturesProtocol, EachCodecOfARecordingGivesAPicture)
{
    open();
    const auto shop = std::make_shared<pictures::Workshop>(m_house->workers().at(0), pictures::WorkshopOptions{}, nullptr);
    const std::map<media::Codec, std::string> codecs = {{media::Codec::H264, "libx264"},
                                                        {media::Codec::Hevc, "libx265 -x265-params log-level=none -tag:v hvc1"},
                                                        {media::Codec::Vp9, "libvpx-vp9 -deadline realtime -cpu-used 8"},
                                                        {media::Codec::Av1, "libaom-av1 -usage realtime -cpu-used 8"}};
    for (const auto &[codec, encoder] : codecs) {
        const auto path = (m_folder / "codec.mp4").string();
        const auto said =
            sample::outputOf("ffmpeg -nostdin -y -v error -f lavfi -i color=c=red:size=320x180:rate=10 -t 3 -c:v " + encoder +
                             " -g 10 -pix_fmt yuv420p -movflags +delay_moov+default_base_moof+frag_keyframe -f mp4 '" + path + "' 2>&1");
        auto descriptor = record::openForReading(path);
        ASSERT_TRUE(descriptor) << said;
        const auto bytes = record::fileBytes(descriptor->get());
        record::FragmentIndex index;
        (void)record::extendIndex(index, record::readerOf(descriptor->get()), *bytes);
        const record::Reading reading(std::move(*descriptor), *bytes);
        const auto video = pictures::describeVideo(reading, index);
        ASSERT_TRUE(video) << encoder << ": " << video.error().message;
        EXPECT_EQ(video->codec, codec);
        const auto chosen = pictures::chooseFragments(index, 500ms, 2);
        ASSERT_EQ(chosen.size(), 2U) << encoder;
        auto key = pictures::keyFrameOf(reading, index.fragments[chosen[1]], *video);
        ASSERT_TRUE(key) << encoder << ": " << key.error().message;
        relay::wire::Track announced;
        announced.codec = codec;
        announced.width = video->width;
        announced.height = video->height;
        announced.config = video->config;
        const auto track = relay::makeTrack(announced);
        ASSERT_TRUE(track) << encoder << ": " << track.error().message;
        auto frame = std::make_shared<media::Frame>();
        frame->track = *track;
        frame->key = true;
        frame->payload = std::move(*key);
        std::promise<Result<pictures::Picture>> drawn;
        auto draw = [](pictures::Workshop &by, pictures::Drawing what, std::promise<Result<pictures::Picture>> &into) -> Task<void> {
            into.set_value(co_await by.draw(std::move(what), pictures::Urgency::Asked));
        };
        m_house->workers().at(1).spawn("test", draw(*shop, {frame, {160, 160}, 80}, drawn));
        const auto picture = drawn.get_future().get();
        ASSERT_TRUE(picture) << encoder << ": " << picture.error().message;
        EXPECT_EQ(picture->size, (pictures::TileSize{160, 90}));
        const auto colour = colourOf(*picture->jpeg);
        EXPECT_TRUE(near(colour, kRed)) << encoder << " gives " << colour;
    }
    shop->drain();
    EXPECT_TRUE(eventually([&] { return shop->isIdle(); }));
}

TEST_F(PicturesProtocol, ARecordingThatIsDeletedWhileItsPreviewIsMadeLeavesNothingBehind)
{
    pictures::PictureOptions options;
    options.recorded.interval = 1s;
    const auto illustrator = std::make_shared<pictures::WordIllustrator>();
    open(options, true, illustrator);
    {
        house::Publisher publisher(*m_house, "show", colours({"red", "green"}));
        publisher.wait();
    }
    ASSERT_TRUE(eventually([&] { return m_recordings->idle() && !rows().empty() && rows()[0].state == "ready"; }));
    const auto row = rows()[0];
    const auto path = "/preview/recordings/" + row.id + ".vtt";
    illustrator->held = true;
    EXPECT_EQ(m_house->get(path).status, 202);
    ASSERT_TRUE(eventually([&] { return illustrator->drawn == 1; }));
    EXPECT_THAT(m_house->get(path).body, HasSubstr("\"done\":0.000"));
    EXPECT_TRUE(remove(row));
    EXPECT_EQ(m_house->get(path).status, 404);
    illustrator->held = false;
    ASSERT_TRUE(eventually([&] { return m_pictures->recorded().isIdle(); }));
    EXPECT_EQ(illustrator->drawn, 1) << "nothing more was drawn of what is gone";
    EXPECT_EQ(illustrator->assembled, 0);
    EXPECT_FALSE(fs::exists(m_folder / "recordings" / (row.path + ".preview")));
}

TEST_F(PicturesProtocol, TheProgressOfAPreviewIsTold)
{
    pictures::PictureOptions options;
    options.recorded.interval = 1s;
    const auto illustrator = std::make_shared<pictures::WordIllustrator>();
    open(options, true, illustrator);
    {
        house::Publisher publisher(*m_house, "show", colours({"red", "green"}));
        publisher.wait();
    }
    ASSERT_TRUE(eventually([&] { return m_recordings->idle() && !rows().empty() && rows()[0].state == "ready"; }));
    const auto path = "/preview/recordings/" + rows()[0].id + ".vtt";
    illustrator->sheetsHeld = true;
    EXPECT_EQ(m_house->get(path).status, 202);
    ASSERT_TRUE(eventually([&] { return illustrator->assembled == 1; }));
    const auto told = m_house->get(path);
    EXPECT_EQ(told.status, 202);
    EXPECT_THAT(told.body, HasSubstr("\"done\":0.800")) << "four thumbnails of four, and the sheet to come";
    EXPECT_TRUE(told.has("retry-after: 1"));
    illustrator->sheetsHeld = false;
    EXPECT_TRUE(eventually([&] { return m_house->get(path).status == 200; }));
}

TEST_F(PicturesProtocol, APreviewFileThatIsBrokenIsMadeAnew)
{
    pictures::PictureOptions options;
    options.recorded.interval = 1s;
    open(options, true);
    {
        house::Publisher publisher(*m_house, "show", colours({"red", "green"}));
        publisher.wait();
    }
    ASSERT_TRUE(eventually([&] { return m_recordings->idle() && !rows().empty() && rows()[0].state == "ready"; }));
    const auto kept = m_folder / "recordings" / (rows()[0].path + ".preview");
    std::ofstream(kept, std::ios::binary) << "MATPREV1 and then nothing of use";
    const auto path = "/preview/recordings/" + rows()[0].id + ".vtt";
    EXPECT_EQ(m_house->get(path).status, 202);
    ASSERT_TRUE(eventually([&] { return m_house->get(path).status == 200; }, 30s));
    EXPECT_GT(fs::file_size(kept), 300U);
}

} // namespace
} // namespace matinee

int main(int argc, char **argv)
{
    if (argc == 2 && std::string_view(argv[1]) == matinee::relay::kChildCommand)
        return matinee::relay::childMain();
    testing::InitGoogleMock(&argc, argv);
    const QCoreApplication application(argc, argv);
    return RUN_ALL_TESTS();
}
