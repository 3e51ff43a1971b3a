#include "live/admission.h"

#include <gtest/gtest.h>

namespace matinee::live {
namespace {

/// Watches those who have a key; the test says when it ends.
class WatchingGate final : public Gate
{
public:
    Task<Result<std::string>> mayPublish(std::string key, std::string) override { co_return Result<std::string>(std::move(key)); }
    Task<Result<void>> mayPlay(std::string, Caller, std::string) override { co_return Result<void>(); }
    std::unique_ptr<ViewerWatch> watch(Admitted viewer, std::function<void()> over) override
    {
        if (viewer.caller.keyId.empty())
            return nullptr;
        m_over = std::move(over);
        ++m_open;
        return std::make_unique<Watch>(m_open);
    }
    void end() { m_over(); }
    [[nodiscard]] int open() const { return m_open; }

private:
    class Watch final : public ViewerWatch
    {
    public:
        explicit Watch(int &open) : m_counted(open) {}
        ~Watch() override { --m_counted; }

    private:
        int &m_counted;
    };

    std::function<void()> m_over;
    int m_open = 0;
};

Admitted viewer(const std::string &keyId)
{
    Admitted made;
    made.name = "cinema";
    made.caller.keyId = keyId;
    made.protocol = "flv";
    return made;
}

TEST(Admission, OfNobodyNeverEnds)
{
    WatchingGate gate;
    EXPECT_FALSE(Admission().isOver());
    EXPECT_FALSE(Admission(gate, viewer("")).isOver());
    EXPECT_EQ(gate.open(), 0);
}

TEST(Admission, IsOverOnceItsKeyHasEnded)
{
    WatchingGate gate;
    Admission admission(gate, viewer("k7f3q2ab"));
    EXPECT_FALSE(admission.isOver());
    gate.end();
    EXPECT_TRUE(admission.isOver());
    gate.end();
    EXPECT_TRUE(admission.isOver());
}

TEST(Admission, GoesOnWhereItIsMovedTo)
{
    WatchingGate gate;
    Admission first(gate, viewer("k7f3q2ab"));
    Admission second = std::move(first);
    EXPECT_EQ(gate.open(), 1);
    gate.end();
    EXPECT_TRUE(second.isOver());
}

TEST(Admission, WatchesNothingAfterItsEnd)
{
    WatchingGate gate;
    {
        const Admission admission(gate, viewer("k7f3q2ab"));
        EXPECT_EQ(gate.open(), 1);
    }
    EXPECT_EQ(gate.open(), 0);
    gate.end(); // one that was under way: there is nobody whom it could reach
}

} // namespace
} // namespace matinee::live
