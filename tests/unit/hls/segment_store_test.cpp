#include "hls/segment_store.h"

#include <gtest/gtest.h>

namespace matinee::hls {
namespace {

SharedText text(std::size_t size)
{
    return std::make_shared<const std::string>(size, 'x');
}

TEST(MemoryStore, GivesWhatWasPutUntilItIsDropped)
{
    MemoryStore store(1000);
    const auto bytes = text(10);
    ASSERT_TRUE(store.put("a/1", bytes));
    EXPECT_EQ(store.get("a/1"), bytes) << "the same bytes, not a copy";
    EXPECT_EQ(store.get("a/2"), nullptr);
    store.drop("a/1");
    store.drop("a/1");
    EXPECT_EQ(store.get("a/1"), nullptr);
    EXPECT_EQ(store.bytes(), 0u);
}

TEST(MemoryStore, SealsLargeSegmentsAndStillShowsThem)
{
    MemoryStore store(1 << 20);
    const auto bytes = text(net::SealedFile::kWorthwhile);
    ASSERT_TRUE(store.put("a/1", bytes));
    ASSERT_TRUE(store.put("a/2", text(100)));
    ASSERT_NE(store.sealed("a/1"), nullptr);
    EXPECT_EQ(store.sealed("a/1")->view(), *bytes);
    EXPECT_EQ(*store.get("a/1"), *bytes);
    EXPECT_EQ(store.sealed("a/2"), nullptr) << "a copy of so little costs less";
    EXPECT_EQ(store.bytes(), bytes->size() + 100);
    store.drop("a/1");
    EXPECT_EQ(store.sealed("a/1"), nullptr);
    EXPECT_EQ(store.bytes(), 100u);
}

TEST(MemoryStore, RefusesWhatDoesNotFit)
{
    MemoryStore store(100);
    ASSERT_TRUE(store.put("a", text(60)));
    const auto refused = store.put("b", text(41));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(store.bytes(), 60u);
    EXPECT_TRUE(store.put("b", text(40)));
    store.drop("a");
    EXPECT_TRUE(store.put("c", text(60)));
}

TEST(MemoryStore, CountsAReplacedSegmentOnce)
{
    MemoryStore store(100);
    ASSERT_TRUE(store.put("a", text(40)));
    ASSERT_TRUE(store.put("a", text(30)));
    EXPECT_EQ(store.bytes(), 30u);
}

} // namespace
} // namespace matinee::hls
