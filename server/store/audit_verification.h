// Whether the audit log is whole: its chain from the beginning to the end, a piece at a time so that no look takes long, and the anchors
// that were kept elsewhere. Each function looks once, within a read of its caller's.
#pragma once

#include "store/audit.h"

namespace matinee::store {

struct AuditPiece
{
    std::optional<AuditFinding> finding; ///< The first that is wrong; then `at` is the last place before it.
    AuditAnchor at;                      ///< Verified up to here.
    std::int64_t checked = 0;            ///< Entries of this piece.
    bool isDone = false;                 ///< The end is reached, and is the one that was written last.
    AuditHead head;
    std::int64_t legacy = 0; ///< Entries from before the chain that wait for their places.
};

/// Behind `from`, which a piece before gave (from the beginning where there is none), at most `limit` entries (1000 at most). Where entries
/// beyond `from` were removed meanwhile because their time was over, it goes on at the new beginning.
Result<AuditPiece> verifyAuditPiece(Transaction &tx, const std::optional<AuditAnchor> &from, int limit);

enum class AnchorState
{
    Holds,
    Removed ///< Its time was over: nobody can tell any more.
};
struct AnchorCheck
{
    AnchorState state = AnchorState::Holds;
    std::optional<AuditFinding> finding;
};
/// Worth something only where the chain is whole as well.
Result<AnchorCheck> checkAuditAnchor(Transaction &tx, const AuditAnchor &anchor);

} // namespace matinee::store
