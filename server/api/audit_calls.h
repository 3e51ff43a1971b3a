// Handlers of AuditService: reading the audit log and verifying its chain. Given to the dispatcher at start; run on any worker.
#pragma once

#include "api/dispatcher.h"
#include "store/audit.h"

#include "matinee/v1/audit.pb.h"

namespace matinee::api {

/// `store` must outlive the dispatcher's calls.
void handleAuditCalls(Dispatcher &dispatcher, store::Store &store);

[[nodiscard]] v1::AuditEntry describeAuditEntry(const store::AuditEntry &entry);
/// The filters of a request. InvalidArgument for a time that is none, or a text over 256 bytes.
[[nodiscard]] Result<store::AuditFilter> auditFilterOf(const v1::ListAuditRequest &request);

} // namespace matinee::api
