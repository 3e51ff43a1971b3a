#include "record/guarded_body.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <optional>

namespace matinee::record {
namespace {

class WatchingGate final : public live::Gate
{
public:
    Task<Result<std::string>> mayPublish(std::string key, std::string) override { co_return Result<std::string>(std::move(key)); }
    Task<Result<void>> mayPlay(std::string, Caller, std::string) override { co_return Result<void>(); }
    std::unique_ptr<live::ViewerWatch> watch(live::Admitted, std::function<void()> over) override
    {
        end = std::move(over);
        return std::make_unique<live::ViewerWatch>();
    }
    std::function<void()> end;
};

/// Ten pieces; may do something while one is read.
class Pieces final : public http::BodySource
{
public:
    [[nodiscard]] std::uint64_t size() const override { return 10; }
    Task<Result<std::string>> next(std::size_t) override
    {
        ++read;
        if (meanwhile)
            meanwhile();
        co_return Result<std::string>(std::string("x"));
    }
    int read = 0;
    std::function<void()> meanwhile;
};

Result<std::string> next(http::BodySource &body)
{
    asio::io_context context;
    std::optional<Result<std::string>> piece;
    asio::co_spawn(context, body.next(1), [&](std::exception_ptr thrown, Result<std::string> got) {
        EXPECT_FALSE(thrown);
        piece = std::move(got);
    });
    context.run();
    return piece ? std::move(*piece) : Result<std::string>(fail(ErrorCode::Internal, "It never ended."));
}

class GuardedBodyTest : public testing::Test
{
protected:
    GuardedBodyTest()
    {
        live::Admitted viewer;
        viewer.caller.keyId = "k7f3q2ab";
        m_body = std::make_unique<GuardedBody>(m_pieces, live::Admission(m_gate, std::move(viewer)));
    }
    WatchingGate m_gate;
    const std::shared_ptr<Pieces> m_pieces = std::make_shared<Pieces>();
    std::unique_ptr<GuardedBody> m_body;
};

TEST_F(GuardedBodyTest, GivesWhatThereIs)
{
    EXPECT_EQ(m_body->size(), 10u);
    const auto piece = next(*m_body);
    ASSERT_TRUE(piece);
    EXPECT_EQ(*piece, "x");
}

TEST_F(GuardedBodyTest, ReadsNothingMoreOnceItsReaderWasShutOut)
{
    ASSERT_TRUE(next(*m_body));
    m_gate.end();
    const auto piece = next(*m_body);
    ASSERT_FALSE(piece);
    EXPECT_EQ(piece.error().code, ErrorCode::Unauthenticated);
    EXPECT_EQ(m_pieces->read, 1);
}

TEST_F(GuardedBodyTest, KeepsWhatWasReadMeanwhile)
{
    m_pieces->meanwhile = [this] { m_gate.end(); };
    EXPECT_FALSE(next(*m_body));
}

} // namespace
} // namespace matinee::record
