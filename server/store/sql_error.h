// What a driver's error means for a caller, and the one log line about it. Any thread.
// Callers get a fixed sentence. The log gets the engine's code and first line, never the values of the statement.
#pragma once

#include "store/database_url.h"

class QSqlError;

namespace matinee::store {

struct SqlFailure
{
    Error error;
    bool lost = false; ///< The connection is of no more use.
};

/// `what` is the statement's literal text, or "connect", "commit".
[[nodiscard]] SqlFailure explain(Engine engine, const QSqlError &error, const char *what);

/// "The database is not reachable right now; ..."
[[nodiscard]] Error databaseAway();

} // namespace matinee::store
