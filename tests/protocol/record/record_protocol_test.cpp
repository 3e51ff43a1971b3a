// Recordings as their owner meets them: a publisher in real time, files that ffmpeg judges, the routes on a real port.
#include "record/handler.h"
#include "record/recordings.h"
#include "store/audit.h"
#include "store/migrations.h"
#include "store/streams.h"
#include "tests/protocol/hls/house.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace matinee {
namespace {

using namespace std::chrono_literals;
using house::eventually;
using record::Recordings;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

class RecordProtocol : public testing::Test
{
protected:
    RecordProtocol()
    {
        m_folder = fs::temp_directory_path() / ("matinee-record-" + std::to_string(::getpid()) + "-" + std::to_string(++s_count));
        fs::create_directories(m_folder);
        m_store = std::make_unique<store::Store>(store::StoreOptions{.url = "sqlite:" + (m_folder / "matinee.db").string()}, nullptr);
        EXPECT_TRUE(m_store->open());
        EXPECT_TRUE(store::migrate(*m_store));
        for (const char *name : {"show", "private-show"})
            EXPECT_TRUE(write<void>([name](store::Transaction &tx) {
                return store::insertStream(tx, {name, std::string("hash of ") + name, false, std::chrono::system_clock::now()});
            }));
    }
    ~RecordProtocol() override
    {
        if (m_recordings)
            m_recordings->stop();
        EXPECT_TRUE(!m_recordings || eventually([&] { return m_recordings->idle(); }));
        m_house.reset(); // ends the workers before what their coroutines refer to
        m_recordings.reset();
        m_store->close();
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }

    void open(record::RecordingOptions options = {})
    {
        m_house = std::make_unique<house::House>();
        options.folder = (m_folder / "recordings").string();
        options.minFreeBytes = 0;
        m_recordings = std::make_unique<Recordings>(m_house->registry(), *m_store, m_house->workers(), options, &m_metrics);
        m_house->registry().onChange([this](const std::string &name, bool live) { m_recordings->streamChanged(name, live); });
        record::addRoutes(m_house->router(), {m_recordings->archive(), m_house->gate(), house::callerOf, &m_metrics});
        m_house->open();
        m_recordings->start();
    }
    static record::RecordingOptions everything()
    {
        record::RecordingOptions options;
        options.enabled = true;
        return options;
    }

    template <class T> Result<T> write(std::function<Result<T>(store::Transaction &)> job) { return m_store->writeNow<T>(std::move(job)); }

    std::vector<store::RecordingRow> rows()
    {
        const auto all =
            m_store->readNow<std::vector<store::RecordingRow>>([](store::Transaction &tx) { return store::listRecordings(tx, {}); });
        return all ? *all : std::vector<store::RecordingRow>();
    }
    bool allReady()
    {
        const auto all = rows();
        return !all.empty() && m_recordings->idle() &&
               std::all_of(all.begin(), all.end(), [](const auto &row) { return row.state == "ready"; });
    }
    [[nodiscard]] std::string file(const store::RecordingRow &row) const { return (m_folder / "recordings" / row.path).string(); }

    template <class T> T on(Task<T> task)
    {
        std::promise<T> promise;
        auto run = [](Task<T> own, std::promise<T> &into) -> Task<void> { into.set_value(co_await std::move(own)); };
        m_house->workers().at(1).spawn("test", run(std::move(task), promise));
        return promise.get_future().get();
    }
    static std::size_t videoOf(const std::vector<sample::Packet> &packets)
    {
        return static_cast<std::size_t>(
            std::count_if(packets.begin(), packets.end(), [](const auto &packet) { return packet.kind == "video"; }));
    }
    static double secondsOf(const std::string &source)
    {
        return std::atof(sample::outputOf("ffprobe -v error -show_entries format=duration -of csv=p=0 '" + source + "'").c_str());
    }
    /// Records a stream of so many seconds, to its end.
    void record(const std::string &name, sample::Options what)
    {
        house::Publisher publisher(*m_house, name, sample::parse(sample::encode(what)));
        publisher.wait();
        ASSERT_TRUE(eventually([&] { return allReady(); }));
    }

    static inline int s_count = 0;
    fs::path m_folder;
    observe::Metrics m_metrics;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<house::House> m_house;
    std::unique_ptr<Recordings> m_recordings;
};

TEST_F(RecordProtocol, AStreamIsRecordedWholeAndDecodesToItsEnd)
{
    open(everything());
    const auto stream = sample::parse(sample::encode({.seconds = 5, .bFrames = 2}));
    {
        house::Publisher publisher(*m_house, "show", stream);
        publisher.wait();
    }
    ASSERT_TRUE(eventually([&] { return allReady(); }));
    const auto all = rows();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_THAT(sample::decodeErrors(file(all[0])), IsEmpty());
    const auto packets = sample::packetsOf(file(all[0]));
    EXPECT_EQ(videoOf(packets), stream.count(media::Kind::Video));
    EXPECT_TRUE(packets.front().key);
    EXPECT_NEAR(secondsOf(file(all[0])), 5, 0.2);
    EXPECT_NEAR(static_cast<double>(all[0].duration.count()), 5000, 200);
    EXPECT_EQ(static_cast<std::uintmax_t>(all[0].bytes), fs::file_size(file(all[0])));
    EXPECT_THAT(all[0].codecs, testing::StartsWith("avc1."));
    EXPECT_EQ(all[0].width, 320U);
}

TEST_F(RecordProtocol, ANewFileBeginsWithAKeyFrameAndNothingIsLostBetween)
{
    auto options = everything();
    options.recorder.segment = 2s;
    options.recorder.pattern = "{stream}-{time}.mp4"; // two within a second get different names
    open(options);
    const auto stream = sample::parse(sample::encode({.seconds = 7}));
    {
        house::Publisher publisher(*m_house, "show", stream);
        publisher.wait();
    }
    ASSERT_TRUE(eventually([&] { return allReady(); }));
    const auto all = rows();
    EXPECT_GE(all.size(), 3U);
    std::size_t frames = 0;
    for (const auto &row : all) {
        EXPECT_THAT(sample::decodeErrors(file(row)), IsEmpty()) << row.path;
        const auto packets = sample::packetsOf(file(row));
        ASSERT_FALSE(packets.empty());
        EXPECT_TRUE(packets.front().key);
        frames += videoOf(packets);
    }
    EXPECT_EQ(frames, stream.count(media::Kind::Video));
}

TEST_F(RecordProtocol, SoundAloneIsRecorded)
{
    open(everything());
    record("show", {.seconds = 4, .video = false});
    EXPECT_THAT(sample::decodeErrors(file(rows()[0])), IsEmpty());
    EXPECT_NEAR(secondsOf(file(rows()[0])), 4, 0.2);
}

TEST_F(RecordProtocol, NothingIsRecordedUnlessWishedAndAWishCountsAtOnce)
{
    open();
    EXPECT_EQ(on(m_recordings->state("show"))->state, "off");
    EXPECT_EQ(on(m_recordings->setWanted("nobody", true)).error().code, ErrorCode::NotFound);
    EXPECT_EQ(on(m_recordings->setWanted("show", true))->state, "waiting");
    house::Publisher publisher(*m_house, "show", sample::parse(sample::encode({.seconds = 12})));
    ASSERT_TRUE(eventually([&] { return on(m_recordings->state("show"))->state == "recording"; }));
    std::this_thread::sleep_for(1500ms);
    const auto stopped = on(m_recordings->setWanted("show", false));
    EXPECT_EQ(stopped->state, "off");
    EXPECT_FALSE(stopped->wanted);
    ASSERT_EQ(rows().size(), 1U);
    EXPECT_EQ(rows()[0].state, "ready");
    EXPECT_EQ(on(m_recordings->setWanted("show", true))->state, "recording");
    publisher.stop();
    ASSERT_TRUE(eventually([&] { return allReady(); }));
    for (const auto &row : rows())
        EXPECT_THAT(sample::decodeErrors(file(row)), IsEmpty()) << row.path;
    EXPECT_EQ(rows().size(), 2U);
}

TEST_F(RecordProtocol, ADiskThatIsTooSlowCostsWholeGroupsOfPicturesAndNothingElse)
{
    auto options = everything();
    options.disk.queueBytes = 60'000;
    open(options);
    const auto stream = sample::parse(sample::encode({.seconds = 10}));
    house::Publisher publisher(*m_house, "show", stream);
    ASSERT_TRUE(eventually([&] { return on(m_recordings->state("show"))->state == "recording"; }));
    std::this_thread::sleep_for(1500ms);
    m_recordings->archive().disk().setPaused(true);
    ASSERT_TRUE(eventually([&] { return on(m_recordings->state("show"))->lostGroups >= 2; }));
    EXPECT_THAT(on(m_recordings->state("show"))->detail, HasSubstr("too slow"));
    EXPECT_TRUE(m_house->registry().isLive("show"));
    m_recordings->archive().disk().setPaused(false);
    publisher.wait();
    ASSERT_TRUE(eventually([&] { return allReady(); }));
    ASSERT_EQ(rows().size(), 1U);
    const auto path = file(rows()[0]);
    EXPECT_THAT(sample::decodeErrors(path), IsEmpty());
    const auto frames = videoOf(sample::packetsOf(path));
    EXPECT_EQ(frames % 30, stream.count(media::Kind::Video) % 30); // whole groups of 30
    EXPECT_LT(frames, stream.count(media::Kind::Video));
    const auto playlist = m_house->get("/recordings/" + rows()[0].id + ".m3u8");
    EXPECT_THAT(playlist.body, HasSubstr("#EXT-X-DISCONTINUITY\n"));
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_record_lost_groups_total"));
}

TEST_F(RecordProtocol, WhatACrashLeftIsMadeGoodAtTheNextStart)
{
    open(everything());
    record("show", {.seconds = 4});
    const auto made = rows()[0];
    std::string bytes;
    {
        std::ifstream in(file(made), std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(in), {});
    }
    m_recordings->stop();
    ASSERT_TRUE(eventually([&] { return m_recordings->idle(); }));
    m_house.reset();
    m_recordings.reset();
    // As a kill would have left them: torn in the third second; torn before the first fragment; a row whose file was never made.
    const std::map<std::string, std::size_t> torn{{"torn", bytes.size() - bytes.size() / 4}, {"empty", 20'000}, {"missing", 0}};
    for (const auto &[id, size] : torn) {
        auto row = made;
        row.id = id;
        row.path = id + ".mp4";
        row.state = "writing";
        row.bytes = 0;
        ASSERT_TRUE(write<void>([row](store::Transaction &tx) { return store::insertRecording(tx, row); }));
        if (size > 0)
            std::ofstream(file(row), std::ios::binary) << bytes.substr(0, size);
    }
    open();
    ASSERT_TRUE(eventually([&] { return rows().size() == 2 && allReady(); }));
    EXPECT_FALSE(fs::exists(m_folder / "recordings" / "empty.mp4"));
    const auto mended = on(m_recordings->archive().find("torn"));
    ASSERT_TRUE(mended && *mended);
    EXPECT_THAT(sample::decodeErrors(file(**mended)), IsEmpty());
    EXPECT_GE((*mended)->duration, 1900ms);
    EXPECT_LT((*mended)->duration, 4s);
    EXPECT_EQ(static_cast<std::uintmax_t>((*mended)->bytes), fs::file_size(file(**mended)));
    EXPECT_EQ(fs::file_size(file(made)), bytes.size());
}

TEST_F(RecordProtocol, ARecordingIsPlayedByRangeAndByHls)
{
    open(everything());
    record("show", {.seconds = 9});
    const auto row = rows()[0];
    const auto path = "/recordings/" + row.id + ".mp4";
    const auto whole = m_house->get(path);
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.body.size(), fs::file_size(file(row)));
    EXPECT_TRUE(whole.has("accept-ranges: bytes"));
    const auto part = m_house->get(path, "Range: bytes=100-299999\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, whole.body.substr(100, 299900));
    EXPECT_EQ(m_house->get(path, "Range: bytes=-10\r\n").body, whole.body.substr(whole.body.size() - 10));
    EXPECT_EQ(m_house->get(path, "Range: bytes=999999999-\r\n").status, 416);
    EXPECT_EQ(m_house->request("HEAD", path).body, "");
    EXPECT_TRUE(m_house->request("HEAD", path).has("content-length: " + std::to_string(whole.body.size())));
    const auto etag = whole.head.substr(whole.head.find("etag: ") + 6);
    EXPECT_EQ(m_house->get(path, "If-None-Match: " + etag.substr(0, etag.find('\r')) + "\r\n").status, 304);
    EXPECT_EQ(m_house->get("/recordings/nothing.mp4").status, 404);

    const auto list = m_house->url("/recordings/" + row.id + ".m3u8");
    EXPECT_THAT(sample::decodeErrors(list), IsEmpty());
    EXPECT_EQ(sample::packetsOf(list).size(), sample::packetsOf(file(row)).size());
    EXPECT_NEAR(secondsOf(list), 9, 0.3);
    const auto text = m_house->get("/recordings/" + row.id + ".m3u8?x=1&token=abc&key=letmein").body;
    EXPECT_THAT(text, HasSubstr("#EXT-X-MAP:URI=\"" + row.id + ".mp4?token=abc&key=letmein\""));
    EXPECT_THAT(text, HasSubstr("#EXT-X-ENDLIST"));
}

TEST_F(RecordProtocol, RecordingsOfPrivateStreamsAreAsPrivateAsTheStream)
{
    open(everything());
    record("private-show", {.seconds = 3});
    const auto id = rows()[0].id;
    for (const std::string end : {".mp4", ".m3u8"}) {
        EXPECT_EQ(m_house->get("/recordings/" + id + end).status, 404);
        EXPECT_EQ(m_house->get("/recordings/" + id + end + "?key=letmein").status, 200);
    }
    // The stream is deleted, and somebody else takes its name: what was recorded before is not theirs to show.
    ASSERT_TRUE(write<void>([](store::Transaction &tx) -> Result<void> {
        (void)store::deleteStream(tx, "private-show");
        return store::insertStream(tx, {"private-show", "another hash", false, std::chrono::system_clock::now() + std::chrono::seconds(1)});
    }));
    EXPECT_EQ(m_house->get("/recordings/" + id + ".mp4?key=letmein").status, 404);
}

TEST_F(RecordProtocol, AClipSpansFilesAndStandsOnItsOwn)
{
    auto options = everything();
    options.recorder.segment = 3s;
    open(options);
    record("show", {.seconds = 8});
    ASSERT_GE(rows().size(), 2U);
    const auto made = on(m_recordings->clips().create({.stream = "show", .from = {}, .to = {}, .last = 5s}, options.recorder.pattern));
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(eventually([&] {
        const auto found = on(m_recordings->archive().find(made->id));
        return found && *found && (*found)->state == "ready";
    }));
    const auto clip = **on(m_recordings->archive().find(made->id));
    EXPECT_THAT(clip.path, HasSubstr("-clip"));
    EXPECT_THAT(sample::decodeErrors(file(clip)), IsEmpty());
    EXPECT_GE(clip.duration, 5s); // whole groups of pictures
    EXPECT_LE(clip.duration, 6200ms);
    EXPECT_NEAR(secondsOf(file(clip)), static_cast<double>(clip.duration.count()) / 1000, 0.1);
    EXPECT_NEAR(secondsOf(m_house->url("/recordings/" + clip.id + ".m3u8")), static_cast<double>(clip.duration.count()) / 1000, 0.2);
    const auto packets = sample::packetsOf(file(clip), "-select_streams v");
    ASSERT_GE(packets.size(), 150U);
    EXPECT_TRUE(packets.front().key);
    for (std::size_t i = 1; i < packets.size(); ++i)
        EXPECT_NEAR(static_cast<double>(packets[i].dts - packets[i - 1].dts), 3000, 300) << i; // 90 kHz: no hole where the files meet
    const auto nothing = on(m_recordings->clips().create(
        {.stream = "show", .from = std::chrono::system_clock::now() - 2h, .to = std::chrono::system_clock::now() - 1h},
        options.recorder.pattern));
    EXPECT_EQ(nothing.error().code, ErrorCode::NotFound);
}

TEST_F(RecordProtocol, RetentionDeletesTheOldestAndWaitsForReaders)
{
    auto options = everything();
    options.recorder.segment = 2s;
    open(options);
    record("show", {.seconds = 6});
    const auto all = rows(); // newest first
    ASSERT_GE(all.size(), 3U);
    std::uint64_t total = 0;
    for (const auto &row : all)
        total += static_cast<std::uint64_t>(row.bytes);
    auto reading = on(m_recordings->archive().open(all.back()));
    ASSERT_TRUE(reading);
    const auto expire = [&](record::Keep keep) {
        auto run = [](record::Archive &archive, record::Keep own) -> Task<bool> {
            co_await archive.expire(own);
            co_return true;
        };
        on(run(m_recordings->archive(), keep));
    };
    expire({{}, total - 1});
    EXPECT_EQ(rows().size(), all.size()); // the oldest is being read
    EXPECT_TRUE(fs::exists(file(all.back())));
    const auto second = all[all.size() - 2];
    expire({{}, total - static_cast<std::uint64_t>(all.back().bytes) - 1});
    EXPECT_FALSE(fs::exists(file(second)));
    EXPECT_EQ(rows().size(), all.size() - 1);
    const auto audit =
        m_store->readNow<std::vector<store::AuditEntry>>([](store::Transaction &tx) { return store::listAudit(tx, {}, 10); });
    ASSERT_TRUE(audit && !audit->empty());
    EXPECT_EQ(audit->front().actor, "retention");
    EXPECT_EQ(audit->front().target, second.id);

    // Deleted by a call while it is being read: gone for others, whole for who has it open.
    const auto removed = on(m_recordings->archive().remove(all.back(), "", ""));
    EXPECT_TRUE(removed);
    EXPECT_FALSE(fs::exists(file(all.back())));
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(all.back().bytes));
    EXPECT_EQ(*record::readerOf((*reading)->descriptor())(0, bytes), bytes.size());
    EXPECT_EQ(m_house->get("/recordings/" + all.back().id + ".mp4").status, 404);
}

TEST_F(RecordProtocol, RetentionCountsThumbnailsAndTakesThemAlong)
{
    auto options = everything();
    options.recorder.segment = 2s;
    open(options);
    record("show", {.seconds = 4});
    const auto all = rows();
    ASSERT_GE(all.size(), 2U);
    std::uint64_t total = 0;
    for (const auto &row : all)
        total += static_cast<std::uint64_t>(row.bytes);
    const auto preview = file(all.back()) + record::kPreviewSuffix;
    std::ofstream(preview) << std::string(1000, 'x');
    const auto expire = [&](std::uint64_t bytes) {
        auto run = [](record::Archive &archive, record::Keep own) -> Task<bool> {
            co_await archive.expire(own);
            co_return true;
        };
        on(run(m_recordings->archive(), record::Keep{{}, bytes}));
    };
    expire(total + 1000);
    EXPECT_EQ(rows().size(), all.size()) << "just enough for everything";
    expire(total + 999);
    EXPECT_EQ(rows().size(), all.size() - 1);
    EXPECT_FALSE(fs::exists(file(all.back())));
    EXPECT_FALSE(fs::exists(preview));
    expire(total - static_cast<std::uint64_t>(all.back().bytes));
    EXPECT_EQ(rows().size(), all.size() - 1) << "what went with it is not counted any more";
}

} // namespace
} // namespace matinee
