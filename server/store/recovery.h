// Table `recovery_codes`: hashes of the codes that let somebody in who has lost their phone. A code that was used has no row.
#pragma once

#include "store/store.h"

#include <chrono>
#include <string>
#include <vector>

namespace matinee::store {

/// Those before are gone.
Result<void> replaceRecoveryCodes(Transaction &tx, const std::string &userId, const std::vector<std::string> &hashes,
                                  std::chrono::system_clock::time_point now);
Result<std::vector<std::string>> listRecoveryCodes(Transaction &tx, const std::string &userId); ///< Hashes.
/// False where there is none such any more: so it is used once.
Result<bool> useRecoveryCode(Transaction &tx, const std::string &userId, const std::string &hash);
Result<int> deleteRecoveryCodes(Transaction &tx, const std::string &userId);

} // namespace matinee::store
