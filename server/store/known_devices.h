// Table `known_devices`: devices and networks that an account was signed in from, as hashes, and when last.
#pragma once

#include "store/store.h"

#include <chrono>
#include <string>

namespace matinee::store {

/// What there was before the device was noted.
struct DeviceSeen
{
    bool isKnown = false; ///< Since `since`.
    bool isFirst = false; ///< The account had none at all.
};
/// Notes that it was seen now. An account keeps the `most` that were seen last.
Result<DeviceSeen> noteDevice(Transaction &tx, const std::string &userId, const std::string &deviceHash,
                              std::chrono::system_clock::time_point since, std::chrono::system_clock::time_point now, int most);
Result<int> forgetDevices(Transaction &tx, std::chrono::system_clock::time_point before);

} // namespace matinee::store
