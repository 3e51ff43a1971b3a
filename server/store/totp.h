// Table `totp`: the secret of a person's authenticator app, sealed, and the newest of its codes that was used.
#pragma once

#include "store/store.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace matinee::store {

struct TotpRow
{
    using Time = std::chrono::system_clock::time_point;

    std::string userId;
    std::string sealedSecret;
    std::uint64_t newestStep = 0; ///< accounts/wire/totp.h
    Time createdAt;
};

Result<void> insertTotp(Transaction &tx, const TotpRow &row); ///< AlreadyExists where that user has one.
Result<std::optional<TotpRow>> findTotp(Transaction &tx, const std::string &userId);
/// Where it is greater than the stored one; false where it is not: then the code was used, whoever was quicker.
Result<bool> useTotpStep(Transaction &tx, const std::string &userId, std::uint64_t step);
Result<bool> deleteTotp(Transaction &tx, const std::string &userId); ///< False where there is none.

} // namespace matinee::store
