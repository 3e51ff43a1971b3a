// Table `server_state`: the few facts of which there is one each (hash of the set-up token, first start). Keys are literals of ours.
#pragma once

#include "store/store.h"

namespace matinee::store {

Result<std::optional<std::string>> getState(Transaction &tx, const std::string &key);
Result<void> setState(Transaction &tx, const std::string &key, const std::string &value);
Result<bool> eraseState(Transaction &tx, const std::string &key);
/// True for exactly one of several that ask at the same time: what a one-time token needs.
Result<bool> eraseStateIf(Transaction &tx, const std::string &key, const std::string &value);

} // namespace matinee::store
