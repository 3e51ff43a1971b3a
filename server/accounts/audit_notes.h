// What a change to an account looks like in the audit log: only the fields that differ, as JSON objects, and never a secret. Pure; any
// thread.
#pragma once

#include "store/users.h"

#include "common/protocol/caller.h"

#include <memory>
#include <string>

namespace matinee::accounts {

/// "2026-11-21T18:04:00Z".
[[nodiscard]] std::string auditTime(std::chrono::system_clock::time_point time);

/// Of an account that was there before. `note` may be null: then nobody wants to know.
void noteUserChange(const std::shared_ptr<AuditNote> &note, const store::UserRow &before, const store::UserRow &after);
/// Of a new one.
void noteNewUser(const std::shared_ptr<AuditNote> &note, const store::UserRow &user);
/// Of one that came by an invitation: by which.
void noteInvitedUser(const std::shared_ptr<AuditNote> &note, const store::UserRow &user, const std::string &invitationId);

} // namespace matinee::accounts
