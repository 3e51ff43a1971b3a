// Which recordings have to go, by age and by size. Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace matinee::record {

struct Keep
{
    std::chrono::days age{0}; ///< recording.keep_days; 0: for ever.
    std::uint64_t bytes = 0;  ///< recording.keep_gigabytes; 0: no limit.
};

struct Kept
{
    std::string id;
    std::chrono::system_clock::time_point ended;
    std::uint64_t bytes = 0;
};

enum class Expiry
{
    Age,
    Size
};
struct Expired
{
    std::string id;
    Expiry why = Expiry::Age;
};

/// `oldestFirst`: finished recordings, of which the first go first. `totalBytes`: of all there are, those still being written too.
/// Nothing that is being written is in the list, so it is never in the answer.
[[nodiscard]] std::vector<Expired> expired(const std::vector<Kept> &oldestFirst, std::uint64_t totalBytes, const Keep &keep,
                                           std::chrono::system_clock::time_point now);

} // namespace matinee::record
