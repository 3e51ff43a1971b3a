// The server's clock as a member knows it, from exchanges of four timestamps (RFC 5905, section 8).
//
// Each exchange proves an interval in which the offset lies: no message arrives before it was sent, on either way. Intervals of the past,
// moved by the drift and widened by what is not known of it, are intersected; so the quickest message of each direction counts, and they
// need not have been of one exchange (RFC 5905's clock filter takes the exchange of the lowest delay: with jitter, the sum of two waits).
// What remains is where in the interval: the middle, right when both ways are equally long. Half of what they differ by is an error
// that no exchange can show: bound() says how large it may be, dispersion() how much chance is left besides.
//
// A clock that is set, or stops while a laptop sleeps, contradicts what was proven before: the past is forgotten.
// Both clocks are monotonic, so that nobody's wall clock matters. A value of the member's thread. Twin: src/lib/sync/clock.ts.
#pragma once

#include "rooms/sync/time.h"

#include <cstddef>
#include <vector>

namespace matinee::rooms {

struct Exchange
{
    LocalTime sent;      ///< t1
    ServerTime received; ///< t2
    ServerTime answered; ///< t3
    LocalTime back;      ///< t4
};

class ClientClock
{
public:
    static constexpr std::size_t kWindow = 48;
    static constexpr Millis kMostAge{300'000};
    static constexpr Millis kMostDelay{5000};     ///< An exchange that took longer tells nothing.
    static constexpr Millis kResolution{1};       ///< Browsers round their clocks.
    static constexpr double kMostDrift = 600e-6;  ///< Per unit of time; crystals have up to 100e-6.
    static constexpr double kLeastWander = 10e-6; ///< Drift follows the temperature.
    static constexpr double kWanderGrowth = 1.05; ///< With each exchange that tells nothing of the drift.
    static constexpr Millis kLeastSpan{5000};     ///< Of samples, before a drift is computed.
    static constexpr Millis kStray{4};            ///< Beyond what is explained,
    static constexpr std::size_t kStrays = 4;     ///< so often in a row: the clock was set by less than the network's delay.

    /// False where the timestamps cannot be true: one clock was set meanwhile, or the server lies.
    bool add(const Exchange &exchange);
    /// The machine may have slept: asks again quickly. What is known stays until it is contradicted.
    void doubt() { m_doubts = kDoubts; }
    /// Another server, or the same after a restart.
    void reset() { *this = ClientClock(); }

    /// Enough was heard, also since the last doubt.
    [[nodiscard]] bool known() const { return m_samples.size() >= 3 && m_doubts < kDoubts; }
    [[nodiscard]] ServerTime toServer(LocalTime local) const;
    [[nodiscard]] LocalTime toLocal(ServerTime server) const;
    [[nodiscard]] Millis offsetAt(LocalTime local) const; ///< Server's time less local time.

    [[nodiscard]] Millis offset() const { return m_offset; }         ///< At the newest sample.
    [[nodiscard]] double drift() const { return m_drift; }           ///< Gain of the server's clock per unit of the local one.
    [[nodiscard]] double wander() const { return m_wander; }         ///< How uncertain the drift is, as estimated.
    [[nodiscard]] Millis bound() const { return m_bound; }           ///< The offset is proven within this, whatever the network does.
    [[nodiscard]] Millis dispersion() const { return m_dispersion; } ///< Estimated error without asymmetry.
    [[nodiscard]] Millis downDelay() const { return m_downDelay; }   ///< Server to here: 90th percentile of the last 16.
    [[nodiscard]] std::size_t restarts() const { return m_restarts; }
    /// How long to wait before the next exchange: 50 ms at first, 1 s while unsure, then 5 s.
    [[nodiscard]] Millis nextExchange() const;

private:
    struct Sample
    {
        LocalTime at; ///< The middle of the exchange.
        Millis offset;
        Millis delay;
    };
    static constexpr std::size_t kDoubts = 4;

    [[nodiscard]] bool isStray(const Sample &sample) const;
    [[nodiscard]] Millis leastDelay() const;
    [[nodiscard]] bool fit();
    void fitDrift();
    void fitDownDelay();
    void beginAnew(std::size_t keep);

    std::vector<Sample> m_samples; // at most kWindow, by time
    Millis m_offset{0};
    double m_drift = 0;
    double m_wander = kMostDrift;
    Millis m_bound{0};
    Millis m_dispersion{0};
    Millis m_downDelay{0};
    std::size_t m_strays = 0;
    std::size_t m_doubts = 0;
    std::size_t m_restarts = 0;
};

} // namespace matinee::rooms
