#include "api/request_id.h"

#include <random>

namespace matinee::api {

std::string newRequestId()
{
    // Names a request, guards nothing: a fast generator, seeded by the system once per thread.
    thread_local std::mt19937_64 generator{std::random_device{}()};
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz012345";
    std::string id;
    std::uint64_t bits = generator();
    for (int i = 0; i < 12; ++i, bits >>= 5)
        id += kLetters[bits & 31];
    return id;
}

} // namespace matinee::api
