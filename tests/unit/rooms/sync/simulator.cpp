#include "simulator.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace matinee::rooms::test {

MemberId Simulator::join(const MemberTraits &traits)
{
    const MemberId id = m_members.size();
    m_members.push_back(std::make_unique<Member>(traits, static_cast<unsigned>(m_random())));
    auto &member = *m_members.back();
    member.clockMs = traits.clockMs;
    member.follower.setFrameDuration(Millis(traits.player.frameMs));
    room.join(id, serverNow());
    if (!m_looks) {
        m_looks = true;
        m_history.push_back(room.present());
        look();
    }
    at(m_now + delay(member, false), [this, id, truths = room.timeline().truths()]() {
        for (const auto &truth : truths)
            hear(id, truth);
    });
    exchange(id);
    at(m_now + random(33), [this, id]() { frame(id); });
    at(m_now + 100 + random(100), [this, id]() { report(id); });
    return id;
}

void Simulator::leave(MemberId id)
{
    m_members[id]->present = false;
    room.leave(id);
}

void Simulator::run(double seconds)
{
    const double until = m_now + seconds * 1000;
    while (!m_events.empty() && m_events.top().at <= until) {
        const auto event = m_events.top();
        m_events.pop();
        m_now = event.at;
        event.what();
    }
    m_now = until;
}

Result<Truth, Refusal> Simulator::command(const Command &command)
{
    const auto before = room.present().version;
    const auto result = room.apply(command, before, serverNow());
    if (result && (*result).version != before)
        publish(*result);
    return result;
}

void Simulator::condition(MemberId id, const std::function<void(Conditions &)> &change)
{
    auto &member = *m_members[id];
    change(member.conditions);
    member.follower.set(member.conditions, local(member, m_now));
    decide(id);
}

void Simulator::stall(MemberId id, double seconds)
{
    auto &member = *m_members[id];
    member.player.stallUntil(m_now + seconds * 1000, m_now);
    condition(id, [](Conditions &c) { c.stalled = true; });
    report(id);
    at(m_now + seconds * 1000, [this, id]() {
        condition(id, [](Conditions &c) { c.stalled = false; });
        report(id);
    });
}

void Simulator::sleep(MemberId id, double seconds, bool clockStops)
{
    auto &member = *m_members[id];
    member.asleepUntil = m_now + seconds * 1000;
    member.upFreeAt = member.downFreeAt = member.asleepUntil;
    member.player.stallUntil(member.asleepUntil, m_now);
    if (clockStops)
        at(member.asleepUntil, [&member, seconds]() { member.clockMs -= seconds * 1000; });
    at(member.asleepUntil, [this, id]() { decide(id); });
}

Skew Simulator::skew(double fromSeconds, double toSeconds, double windowMs) const
{
    std::vector<double> apart;
    for (double from = fromSeconds * 1000; from + windowMs <= toSeconds * 1000 + 1e-6; from += windowMs) {
        const auto all = errors(from, from + windowMs);
        for (std::size_t i = 0; i < all.size(); ++i)
            for (std::size_t j = i + 1; j < all.size(); ++j)
                apart.push_back(std::abs(all[i] - all[j]));
    }
    if (apart.empty())
        return {};
    const auto rank = [&](double share) {
        const auto place = apart.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(apart.size() - 1));
        std::nth_element(apart.begin(), place, apart.end());
        return *place;
    };
    return {apart.size(), rank(0.5), rank(0.95), rank(0.99), rank(1)};
}

double Simulator::secondsUntilWithin(double ms, double from, double upTo) const
{
    double settled = from;
    for (double window = from; window < from + upTo; window += 0.25) {
        const auto s = skew(window, window + 0.25, 250);
        if (s.pairs < following() * (following() - 1) / 2 || s.mostMs > ms)
            settled = window + 0.25;
    }
    return settled - from;
}

void Simulator::at(double when, std::function<void()> what)
{
    m_events.push({when, m_order++, std::move(what)});
}

double Simulator::random(double most)
{
    return most * static_cast<double>(m_random()) / static_cast<double>(std::mt19937::max());
}

double Simulator::delay(Member &member, bool up)
{
    const auto &network = member.traits.network;
    double takes = up ? network.upMs + random(network.upJitterMs) : network.downMs + random(network.downJitterMs);
    if (network.loss > 0 && random(1) < network.loss)
        takes += 200 + random(200);
    // The same seconds for both ways: somebody else's download.
    if (network.burst > 0 && std::fmod(std::floor(m_now / 1000) * 0.61803398875, 1.0) < network.burst)
        takes += random(500);
    auto &freeAt = up ? member.upFreeAt : member.downFreeAt;
    freeAt = std::max(freeAt, m_now + takes);
    return freeAt - m_now;
}

void Simulator::publish(const Truth &truth)
{
    while (!m_history.empty() && m_history.back().since >= truth.since)
        m_history.pop_back();
    m_history.push_back(truth);
    for (MemberId id = 0; id < m_members.size(); ++id) {
        if (!m_members[id]->present)
            continue;
        at(m_now + delay(*m_members[id], false), [this, id, truth]() { hear(id, truth); });
    }
}

void Simulator::hear(MemberId id, const Truth &truth)
{
    auto &member = *m_members[id];
    member.follower.timeline().add(truth);
    decide(id);
    // The page loads what the room has chosen.
    if (member.conditions.loaded != truth.mediaId)
        at(m_now + 80 + random(80), [this, id, media = truth.mediaId]() { condition(id, [&](Conditions &c) { c.loaded = media; }); });
}

void Simulator::exchange(MemberId id)
{
    auto &member = *m_members[id];
    if (!member.present)
        return;
    const auto turn = ++member.exchangeTurn;
    const auto sent = local(member, m_now);
    at(m_now + delay(member, true), [this, id, sent, turn]() {
        const double received = m_now;
        at(m_now + 0.05 + delay(*m_members[id], false), [this, id, sent, received, turn]() {
            auto &m = *m_members[id];
            m.follower.clock().add({sent, ServerTime(Millis(received)), ServerTime(Millis(received + 0.05)), local(m, m_now)});
            if (turn != m.exchangeTurn)
                return;
            m.exchangeAt = m_now + m.follower.clock().nextExchange().count();
            at(m.exchangeAt, [this, id, turn]() {
                if (turn == m_members[id]->exchangeTurn)
                    exchange(id);
            });
        });
    });
}

void Simulator::decide(MemberId id)
{
    auto &member = *m_members[id];
    if (!member.present || m_now < member.asleepUntil)
        return;
    const bool nudged = member.orders.state == State::Nudging;
    member.orders = member.follower.decide(local(member, m_now));
    member.nudges += !nudged && member.orders.state == State::Nudging ? 1 : 0;
    if (member.orders.state != State::Free) {
        member.player.order(member.orders.play, member.orders.rate, m_now);
        if (member.orders.seekTo) {
            ++member.seeks;
            const double landed = member.player.seek(member.orders.seekTo->count(), m_now);
            at(landed, [this, id]() {
                auto &m = *m_members[id];
                if (m.player.positionAt(m_now); m.player.seeking() || m_now < m.asleepUntil)
                    return; // sought elsewhere meanwhile
                m.follower.player().seeked(local(m, m_now));
                decide(id);
                report(id);
            });
        }
    }
    if (member.exchangeAt > m_now + 200 && member.follower.clock().nextExchange() < Millis(100))
        exchange(id); // in doubt: not only when it was planned
    const auto turn = ++member.turn;
    at(m_now + member.orders.next.count() + random(4), [this, id, turn]() {
        if (m_members[id]->turn == turn)
            decide(id);
    });
}

void Simulator::frame(MemberId id)
{
    auto &member = *m_members[id];
    if (!member.present)
        return;
    at(m_now + 1000.0 / 30, [this, id]() { frame(id); });
    if (m_now < member.asleepUntil || member.player.stalled(m_now))
        return;
    const bool moving = member.player.moving(m_now);
    const auto shown = member.player.shown(m_now);
    if (!member.conditions.hidden)
        member.follower.player().sample(local(member, shown.at), Millis(shown.position));
    if (moving && !member.conditions.free && !member.conditions.hidden) {
        const auto &truth = truthAt(shown.at);
        if (truth.moves())
            member.seen.push_back({m_now, shown.position - truth.positionAt(ServerTime(Millis(shown.at))).count()});
    }
}

void Simulator::report(MemberId id)
{
    auto &member = *m_members[id];
    if (!member.present || !member.traits.reports)
        return;
    auto report = member.follower.report(Millis(member.bufferedMs));
    if (member.lie)
        report = member.lie(report);
    at(m_now + delay(member, true), [this, id, report]() { room.report(id, report, serverNow()); });
}

void Simulator::look()
{
    if (const auto truth = room.advance(serverNow()))
        publish(*truth);
    at(m_now + room.nextLook().count(), [this]() { look(); });
    if (std::fmod(m_now, 1000) < room.nextLook().count())
        for (MemberId id = 0; id < m_members.size(); ++id)
            if (m_now >= m_members[id]->asleepUntil)
                report(id);
}

LocalTime Simulator::local(const Member &member, double now) const
{
    return LocalTime(Millis(1e6 + now / (1 + member.traits.driftPpm * 1e-6) + member.clockMs));
}

const Truth &Simulator::truthAt(double now) const
{
    std::size_t i = m_history.size() - 1;
    while (i > 0 && m_history[i].since > ServerTime(Millis(now)))
        --i;
    return m_history[i];
}

std::vector<double> Simulator::errors(double fromMs, double toMs) const
{
    std::vector<double> all;
    for (const auto &member : m_members) {
        const auto first =
            std::lower_bound(member->seen.begin(), member->seen.end(), fromMs, [](const Seen &s, double t) { return s.at < t; });
        std::vector<double> window;
        for (auto i = first; i != member->seen.end() && i->at < toMs; ++i)
            window.push_back(i->error);
        if (static_cast<double>(window.size()) < (toMs - fromMs) / 100)
            continue;
        std::nth_element(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(window.size() / 2), window.end());
        all.push_back(window[window.size() / 2]);
    }
    return all;
}

std::size_t Simulator::following() const
{
    return static_cast<std::size_t>(std::count_if(m_members.begin(), m_members.end(), [](const auto &member) {
        return member->present && !member->conditions.free && !member->conditions.hidden;
    }));
}

void print(const std::string &name, const Skew &skew)
{
    std::printf("  %-52s median %5.1f ms  p95 %5.1f ms  p99 %5.1f ms  most %6.1f ms  (%zu pairs)\n", name.c_str(), skew.medianMs,
                skew.p95Ms, skew.p99Ms, skew.mostMs, skew.pairs);
}

} // namespace matinee::rooms::test
