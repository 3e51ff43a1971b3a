// Mail addresses as messages. Pure; any thread.
#pragma once

#include "api/timestamps.h"
#include "store/mail_addresses.h"

#include "matinee/v1/mail_addresses.pb.h"

namespace matinee::api {

[[nodiscard]] inline v1::MailAddress describeMailAddress(const store::MailAddressRow &row)
{
    v1::MailAddress message;
    message.set_id(row.id);
    message.set_address(row.address);
    message.set_verified(row.verifiedAt.has_value());
    message.set_primary(row.isPrimary);
    *message.mutable_added_at() = toTimestamp(row.createdAt);
    if (row.verifiedAt)
        *message.mutable_verified_at() = toTimestamp(*row.verifiedAt);
    return message;
}

} // namespace matinee::api
