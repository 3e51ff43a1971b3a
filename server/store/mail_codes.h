// Tables `mail_codes` and `mail_requests`: the one code by mail that an account has out, and how many letters were asked for.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>

namespace matinee::store {

struct MailCodeRow
{
    std::string userId;
    std::string purpose; ///< "sign_in", "step_up"
    std::string sealedCode;
    std::chrono::system_clock::time_point expiresAt;
};

/// It replaces the one before, and has no attempts yet.
Result<void> putMailCode(Transaction &tx, const MailCodeRow &row);
/// One that was neither used nor is too old.
Result<std::optional<MailCodeRow>> findMailCode(Transaction &tx, const std::string &userId, const std::string &purpose,
                                                std::chrono::system_clock::time_point now);
/// One more attempt at the code that is out; false where there is none, or it had `most`. To be committed before the code is looked at.
Result<bool> countMailCodeAttempt(Transaction &tx, const std::string &userId, const std::string &purpose, int most,
                                  std::chrono::system_clock::time_point now);
/// Uses up that very code: false where somebody was quicker.
Result<bool> useMailCode(Transaction &tx, const MailCodeRow &row);

/// Notes one more letter of the kind ("verify", "reset", "code") that the account has asked for; false where there were `most` since
/// `since` already.
Result<bool> spendMailRequest(Transaction &tx, const std::string &userId, const std::string &kind, int most,
                              std::chrono::system_clock::time_point since, std::chrono::system_clock::time_point now);
Result<int> forgetMailRequests(Transaction &tx, std::chrono::system_clock::time_point before);

} // namespace matinee::store
