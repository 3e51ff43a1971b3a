// Token buckets, one per (call, who): how often a call may be made. A pure value: `now` comes in, memory is bounded.
// The dispatcher owns one and locks around it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace matinee::api {

/// So many calls in a period: a bucket of `count` tokens that fills evenly within `period`.
struct Rate
{
    std::uint32_t count = 0;
    std::chrono::seconds period{0};

    bool operator==(const Rate &) const = default;
};

class RateLimiter
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Remembers at most `capacity` buckets. When full, the one unused for longest is forgotten, so a flood of new addresses
    /// can at worst give an old one its burst again; it can never use more memory or shut anybody out.
    explicit RateLimiter(std::size_t capacity = 16384);

    /// Takes one token of `who` for `call`. Zero: go on. Otherwise the time until there is one, rounded up to whole seconds.
    [[nodiscard]] std::chrono::seconds take(std::uint32_t call, std::string_view who, Rate rate, TimePoint now);
    /// The same question without taking.
    [[nodiscard]] std::chrono::seconds peek(std::uint32_t call, std::string_view who, Rate rate, TimePoint now) const;

    [[nodiscard]] std::size_t size() const { return m_buckets.size(); }

private:
    struct Bucket
    {
        std::string key;
        double tokens = 0;
        TimePoint at;
    };
    using Buckets = std::list<Bucket>; // most recently used first

    const std::size_t m_capacity;
    Buckets m_buckets;
    std::unordered_map<std::string_view, Buckets::iterator> m_index; // views into Bucket::key
};

/// What a caller without a key is counted under: an IPv4 address whole, an IPv6 address by its /64, because one host has them all.
[[nodiscard]] std::string rateKeyOfAddress(std::string_view address);

} // namespace matinee::api
