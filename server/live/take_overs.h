// Who has been replaced by whom under livestream.on_conflict: replace, so that two encoders that reconnect by themselves do not take the
// stream from each other for ever. A value of the seats; time is passed in.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace matinee::live {

class TakeOvers
{
public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds kQuiet{60};        ///< So long one that was replaced must not have tried.
    static constexpr std::chrono::minutes kLongestQuiet{30}; ///< Where its tries lie further and further apart.
    static constexpr std::size_t kMostInQuiet = 3; ///< Take-overs by whomever: those of one address are told apart by nothing else.
    static constexpr std::size_t kMostKnown = 16;  ///< With more the one that has been quiet the longest is forgotten.

    /// How long `origin` has to stay away before it may take over; nothing where it may now. To try counts.
    [[nodiscard]] std::optional<std::chrono::seconds> refuse(const std::string &origin, Time now);
    /// `by` has taken the stream from `from`. The same encoder that reconnects takes it from itself.
    void note(const std::string &from, const std::string &by, Time now);

private:
    struct Replaced
    {
        std::string origin;
        Time last{};                       // replaced, or refused
        std::chrono::milliseconds quiet{}; // that it must keep
    };
    std::vector<Replaced> m_replaced; // the one heard of last at the end
    std::vector<Time> m_recent;       // the last kMostInQuiet take-overs, oldest first
};

} // namespace matinee::live
