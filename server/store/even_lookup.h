// Looking up who signs in, without a difference in time that would tell whether there is such an account.
#pragma once

#include "store/users.h"

namespace matinee::store {

/// As findUserByNameKey, and one row is read whether there is one of that key or not: else the next in order, which then counts for
/// nothing.
Result<std::optional<UserRow>> findUserEvenly(Transaction &tx, const std::string &nameKey);

} // namespace matinee::store
