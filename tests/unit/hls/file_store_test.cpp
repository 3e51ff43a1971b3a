#include "hls/file_store.h"

#include "net/worker.h"
#include "tests/unit/mux/sample_stream.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>

namespace matinee::hls {
namespace {

namespace fs = std::filesystem;

SharedText text(std::size_t size, char what = 'x')
{
    return std::make_shared<const std::string>(size, what);
}

class HlsFileStore : public testing::Test
{
protected:
    HlsFileStore() { m_workers.start(); }
    ~HlsFileStore() override { m_workers.stop(); }

    std::unique_ptr<FileStore> open(std::size_t maxBytes = 1000)
    {
        auto store = FileStore::open(m_path, maxBytes);
        EXPECT_TRUE(store) << store.error().message;
        return std::move(*store);
    }

    SharedText fetch(FileStore &store, const std::string &id)
    {
        auto promise = std::make_shared<std::promise<SharedText>>();
        m_workers.at(0).spawn("test", [](FileStore &from, std::string what, auto into) -> Task<void> {
            auto bytes = co_await from.fetch(std::move(what));
            into->set_value(std::move(bytes));
        }(store, id, promise));
        return promise->get_future().get();
    }

    std::size_t filesIn(const fs::path &path) const
    {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
    }

    net::WorkerPool m_workers{1};
    const sample::Folder m_folder;
    const fs::path m_path = fs::path(m_folder.write("mark", "")).parent_path() / "segments";
};

TEST_F(HlsFileStore, KeepsSegmentsWhereMemoryIsTooSmallForThem)
{
    const auto store = open(1000);
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(store->put("show/s-" + std::to_string(i) + ".m4s", text(400, static_cast<char>('a' + i))));
        store->settle();
    }
    EXPECT_LE(store->bytes(), 1000u);
    EXPECT_EQ(filesIn(m_path), 20u);
    EXPECT_EQ(store->get("show/s-0.m4s"), nullptr) << "not at hand";
    const auto old = fetch(*store, "show/s-0.m4s");
    ASSERT_TRUE(old);
    EXPECT_EQ(*old, std::string(400, 'a'));
    EXPECT_NE(store->get("show/s-19.m4s"), nullptr) << "the newest need no disk";
    EXPECT_EQ(fetch(*store, "show/s-20.m4s"), nullptr);
    EXPECT_EQ(fetch(*store, "../mark"), nullptr);
}

TEST_F(HlsFileStore, RemovesWhatIsDropped)
{
    const auto store = open();
    ASSERT_TRUE(store->put("show/1.ts", text(10)));
    ASSERT_TRUE(store->put("show/2.ts", text(10)));
    store->settle();
    store->drop("show/1.ts");
    store->drop("show/1.ts");
    store->settle();
    EXPECT_EQ(filesIn(m_path), 1u);
    EXPECT_EQ(store->bytes(), 10u);
    EXPECT_EQ(fetch(*store, "show/1.ts"), nullptr);
}

TEST_F(HlsFileStore, RemovesWhatACrashLeftBehind)
{
    fs::create_directories(m_path);
    m_folder.write("segments/show%2F1.ts", "old");
    m_folder.write("segments/show%2F2.ts.part", "half");
    {
        const auto store = open();
        EXPECT_EQ(filesIn(m_path), 0u);
        ASSERT_TRUE(store->put("show/3.ts", text(10)));
        store->settle();
    }
    EXPECT_FALSE(fs::exists(m_path)) << "an orderly end leaves nothing";
}

TEST_F(HlsFileStore, GoesOnInMemoryWhileTheDiskTakesNothingAndRecovers)
{
    const auto store = open(1000);
    fs::remove_all(m_path);
    m_folder.write("segments", "a file where the folder was");
    ASSERT_TRUE(store->put("show/1.ts", text(300, 'a')));
    ASSERT_TRUE(store->put("show/2.ts", text(300, 'b')));
    store->settle();
    EXPECT_TRUE(store->isFailing());
    EXPECT_EQ(*fetch(*store, "show/1.ts"), std::string(300, 'a')) << "nobody loses a segment";
    EXPECT_FALSE(store->put("show/big.ts", text(500))) << "until memory is full";

    fs::remove(m_path);
    fs::create_directories(m_path);
    ASSERT_TRUE(store->put("show/3.ts", text(300, 'c')));
    store->settle();
    EXPECT_FALSE(store->isFailing());
    EXPECT_EQ(filesIn(m_path), 3u) << "also those that could not be written before";
    EXPECT_TRUE(store->put("show/big.ts", text(900)));
    EXPECT_EQ(*fetch(*store, "show/2.ts"), std::string(300, 'b'));
}

TEST_F(HlsFileStore, SaysWhyItCannotBeOpened)
{
    const auto file = m_folder.write("file", "");
    const auto store = FileStore::open(fs::path(file) / "below", 1000);
    ASSERT_FALSE(store);
    EXPECT_NE(store.error().message.find("cannot be used"), std::string::npos);
}

} // namespace
} // namespace matinee::hls
