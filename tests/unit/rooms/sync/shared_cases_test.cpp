// The cases of tests/shared/sync, which the twin in TypeScript has to get right as well: step by step, to a billionth.
#include "rooms/sync/client_follower.h"
#include "tests/support/places.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace matinee::rooms::test {

namespace {

namespace json = boost::json;

json::array casesOf(const std::string &name)
{
    std::ifstream file(matinee::test::dataFolder() + "/shared/sync/" + name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {})).as_array();
}

double number(const json::value &value)
{
    return value.to_number<double>();
}

LocalTime local(const json::value &value)
{
    return LocalTime(Millis(number(value)));
}

ServerTime server(const json::value &value)
{
    return ServerTime(Millis(number(value)));
}

Truth truthOf(const json::value &v)
{
    return {.version = v.at("version").to_number<std::uint64_t>(),
            .placed = v.at("placed").to_number<std::uint64_t>(),
            .mediaId = std::string(v.at("mediaId").as_string()),
            .live = v.at("live").as_bool(),
            .position = MediaTime(number(v.at("positionMs"))),
            .since = server(v.at("sinceMs")),
            .rate = number(v.at("rate")),
            .pace = number(v.at("pace")),
            .playing = v.at("playing").as_bool(),
            .held = v.at("held").as_bool(),
            .duration = MediaTime(number(v.at("durationMs"))),
            .targetLatency = Millis(number(v.at("targetLatencyMs")))};
}

Conditions conditionsOf(const json::value &v)
{
    const auto autoplay = v.at("autoplay").as_string();
    return {.loaded = std::string(v.at("loaded").as_string()),
            .stalled = v.at("stalled").as_bool(),
            .hidden = v.at("hidden").as_bool(),
            .free = v.at("free").as_bool(),
            .userSeeks = v.at("userSeeks").as_bool(),
            .autoplay = autoplay == "allowed"      ? Autoplay::Allowed
                        : autoplay == "needs-mute" ? Autoplay::NeedsMute
                                                   : Autoplay::NeedsTap};
}

json::value maybe(std::optional<Millis> value)
{
    return value ? json::value(value->count()) : json::value();
}

json::array tell(const Orders &orders, ClientPlayer &player)
{
    static constexpr const char *kNames[] = {"in-step", "nudging", "seeking", "waiting", "free", "asleep", "blocked"};
    return {kNames[static_cast<std::size_t>(orders.state)],
            orders.play,
            orders.rate,
            maybe(orders.seekTo),
            orders.muted,
            orders.askTap,
            orders.measured,
            orders.skew.count(),
            orders.next.count(),
            player.seekLatency().count(),
            player.startLatency().count()};
}

json::array tell(const Report &report)
{
    static constexpr const char *kNames[] = {"in-step", "free", "asleep", "blocked"};
    return {kNames[static_cast<std::size_t>(report.mode)],
            report.version,
            report.ready,
            report.buffered.count(),
            report.downDelay.count(),
            maybe(report.skew)};
}

json::array tell(const ClientClock &clock, LocalTime at)
{
    return {clock.offset().count(),
            clock.drift(),
            clock.wander(),
            clock.bound().count(),
            clock.dispersion().count(),
            clock.downDelay().count(),
            clock.nextExchange().count(),
            clock.known(),
            clock.restarts(),
            clock.toServer(at).time_since_epoch().count()};
}

void expectSame(const json::array &got, const json::array &wanted, const std::string &where)
{
    ASSERT_EQ(got.size(), wanted.size()) << where;
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (got[i].is_number() && wanted[i].is_number()) {
            const double scale = std::max(1.0, std::abs(number(wanted[i])));
            ASSERT_NEAR(number(got[i]), number(wanted[i]), 1e-9 * scale) << where << ", value " << i;
        } else {
            ASSERT_EQ(got[i], wanted[i]) << where << ", value " << i;
        }
    }
}

void takeStep(const json::array &step, ClientFollower &follower, const std::string &where)
{
    const std::string name(step[0].as_string());
    if (name == "exchange") {
        EXPECT_EQ(follower.clock().add({local(step[1]), server(step[2]), server(step[3]), local(step[4])}), step[5].as_bool()) << where;
    } else if (name == "clock") {
        expectSame(tell(follower.clock(), local(step[1])), step[2].as_array(), where);
    } else if (name == "truth") {
        follower.timeline().add(truthOf(step[1]));
    } else if (name == "restart") {
        follower.restart();
    } else if (name == "doubt") {
        follower.clock().doubt();
    } else if (name == "reset") {
        follower.clock().reset();
    } else if (name == "sample") {
        follower.player().sample(local(step[1]), MediaTime(number(step[2])));
    } else if (name == "seeked") {
        follower.player().seeked(local(step[1]));
    } else if (name == "set") {
        follower.set(conditionsOf(step[1]), local(step[2]));
    } else if (name == "frame") {
        follower.setFrameDuration(Millis(number(step[1])));
    } else if (name == "offset") {
        follower.setOwnOffset(MediaTime(number(step[1])));
    } else if (name == "decide") {
        expectSame(tell(follower.decide(local(step[1])), follower.player()), step[2].as_array(), where);
    } else if (name == "report") {
        expectSame(tell(follower.report(Millis(number(step[1])))), step[2].as_array(), where);
    } else {
        FAIL() << where << ": no such step: " << name;
    }
}

void runCases(const std::string &file)
{
    std::size_t steps = 0;
    for (const auto &entry : casesOf(file)) {
        ClientFollower follower;
        const std::string name(entry.at("name").as_string());
        std::size_t i = 0;
        for (const auto &step : entry.at("steps").as_array()) {
            takeStep(step.as_array(), follower, file + ", " + name + ", step " + std::to_string(i++));
            if (testing::Test::HasFatalFailure())
                return;
        }
        steps += i;
    }
    EXPECT_GT(steps, 500U);
}

} // namespace

TEST(SharedCases, clocksComputeTheSameNumbers)
{
    runCases("clock.json");
}

TEST(SharedCases, followersDecideTheSame)
{
    runCases("follower.json");
}

TEST(SharedCases, timelinesHoldTheSame)
{
    for (const auto &entry : casesOf("timeline.json")) {
        Timeline timeline;
        std::size_t i = 0;
        for (const auto &value : entry.at("steps").as_array()) {
            const auto &step = value.as_array();
            const auto where = std::string(entry.at("name").as_string()) + ", step " + std::to_string(i++);
            if (step[0] == "add") {
                ASSERT_EQ(timeline.add(truthOf(step[1])), step[2].as_bool()) << where;
                ASSERT_EQ(timeline.truths().size(), step[3].to_number<std::size_t>()) << where;
            } else if (step[0] == "prune") {
                timeline.prune(server(step[1]));
            } else {
                const auto now = server(step[1]);
                const auto &truth = timeline.at(now);
                const auto next = timeline.nextChange(now);
                expectSame({truth.version, truth.positionAt(now).count(), truth.moves(),
                            next ? json::value(next->time_since_epoch().count()) : json::value(), timeline.truths().size()},
                           {step[2], step[3], step[4], step[5], step[6]}, where);
            }
        }
    }
}

} // namespace matinee::rooms::test
