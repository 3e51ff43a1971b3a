#include "api/rate_limit.h"

#include <algorithm>
#include <cmath>

#include <arpa/inet.h>

namespace matinee::api {

namespace {

constexpr double kRounding = 1e-6; // of a token; sums of fractions are never exact

std::string bucketKey(std::uint32_t call, std::string_view who)
{
    std::string key = std::to_string(call);
    key += ' ';
    key += who.substr(0, 128);
    return key;
}

double filled(double tokens, RateLimiter::TimePoint since, Rate rate, RateLimiter::TimePoint now)
{
    const double elapsed = std::max(0.0, std::chrono::duration<double>(now - since).count());
    const double perSecond = rate.count / std::chrono::duration<double>(rate.period).count();
    return std::min<double>(rate.count, tokens + elapsed * perSecond);
}

std::chrono::seconds untilOne(double tokens, Rate rate)
{
    if (tokens >= 1 - kRounding)
        return std::chrono::seconds(0);
    const double perSecond = rate.count / std::chrono::duration<double>(rate.period).count();
    return std::chrono::seconds(std::max<long>(1, std::lround(std::ceil((1 - kRounding - tokens) / perSecond))));
}

} // namespace

RateLimiter::RateLimiter(std::size_t capacity) : m_capacity(std::max<std::size_t>(capacity, 1)) {}

std::chrono::seconds RateLimiter::take(std::uint32_t call, std::string_view who, Rate rate, TimePoint now)
{
    std::string key = bucketKey(call, who);
    auto found = m_index.find(key);
    if (found == m_index.end()) {
        if (m_buckets.size() >= m_capacity) {
            m_index.erase(m_buckets.back().key);
            m_buckets.pop_back();
        }
        m_buckets.push_front(Bucket{std::move(key), static_cast<double>(rate.count), now});
        found = m_index.emplace(m_buckets.front().key, m_buckets.begin()).first;
    } else {
        m_buckets.splice(m_buckets.begin(), m_buckets, found->second);
    }
    Bucket &bucket = *found->second;
    bucket.tokens = filled(bucket.tokens, bucket.at, rate, now);
    bucket.at = std::max(bucket.at, now);
    const auto wait = untilOne(bucket.tokens, rate);
    if (wait.count() == 0)
        bucket.tokens = std::max(0.0, bucket.tokens - 1);
    return wait;
}

std::chrono::seconds RateLimiter::peek(std::uint32_t call, std::string_view who, Rate rate, TimePoint now) const
{
    const auto found = m_index.find(bucketKey(call, who));
    if (found == m_index.end())
        return std::chrono::seconds(0);
    return untilOne(filled(found->second->tokens, found->second->at, rate, now), rate);
}

std::string rateKeyOfAddress(std::string_view address)
{
    if (address.find(':') == std::string_view::npos)
        return std::string(address);
    in6_addr parsed{};
    if (inet_pton(AF_INET6, std::string(address.substr(0, address.find('%'))).c_str(), &parsed) != 1)
        return std::string(address);
    if (IN6_IS_ADDR_V4MAPPED(&parsed)) {
        char v4[INET_ADDRSTRLEN] = {};
        inet_ntop(AF_INET, parsed.s6_addr + 12, v4, sizeof v4);
        return v4;
    }
    std::fill(parsed.s6_addr + 8, parsed.s6_addr + 16, std::uint8_t{0});
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(AF_INET6, &parsed, text, sizeof text);
    return std::string(text) + "/64";
}

} // namespace matinee::api
