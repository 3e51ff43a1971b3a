#include "accounts/wire/algorithm.h"

#include <array>

namespace matinee::accounts {

namespace {

struct Row
{
    Algorithm algorithm;
    std::string_view jose;
    std::int64_t cose;
};
constexpr std::array<Row, 4> kRows{
    {{Algorithm::Hs256, "HS256", 0}, {Algorithm::Es256, "ES256", -7}, {Algorithm::EdDsa, "EdDSA", -8}, {Algorithm::Rs256, "RS256", -257}}};

} // namespace

std::string_view joseName(Algorithm algorithm)
{
    return kRows[static_cast<std::size_t>(algorithm)].jose;
}

std::optional<Algorithm> algorithmOfJose(std::string_view name)
{
    if (name == "Ed25519")
        return Algorithm::EdDsa;
    for (const Row &row : kRows)
        if (row.jose == name)
            return row.algorithm;
    return std::nullopt;
}

std::int64_t coseNumber(Algorithm algorithm)
{
    return kRows[static_cast<std::size_t>(algorithm)].cose;
}

std::optional<Algorithm> algorithmOfCose(std::int64_t number)
{
    for (const Row &row : kRows)
        if (row.cose == number && number != 0)
            return row.algorithm;
    return std::nullopt;
}

} // namespace matinee::accounts
