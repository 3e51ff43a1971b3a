// GET /audit/export.jsonl: the audit log, oldest first, one JSON object a line, as long as the log is and never as a whole in memory.
// The filters are those of ListAudit. The last line tells how many there were and the end of the chain: without it, the file is cut.
#pragma once

#include "api/dispatcher.h"
#include "http/router.h"
#include "store/store.h"

namespace matinee::app {

/// Who exports needs READ_AUDIT, and is noted in the log. Both must outlive the router.
void addAuditExport(http::Router &router, api::Dispatcher &dispatcher, store::Store &store);

} // namespace matinee::app
