#include "store/audit_verification.h"

namespace matinee::store {

namespace {

AuditFinding cut(const AuditAnchor &at, const AuditHead &head)
{
    if (at.place == head.lastPlace)
        return {AuditFault::Cut, at.place, "Entry " + std::to_string(at.place) + " is not the one that was written last."};
    if (at.place > head.lastPlace)
        return {AuditFault::Cut, at.place, "The log ends before entry " + std::to_string(at.place) + "."};
    return {AuditFault::Cut, at.place + 1,
            "The newest entries were removed, from " + std::to_string(at.place + 1) + " to " + std::to_string(head.lastPlace) + "."};
}

AuditFinding outside(std::int64_t count)
{
    return {AuditFault::Outside, 0,
            std::to_string(count) + (count == 1 ? " entry is" : " entries are") +
                " not in the chain: written by hand, or by an older version of the program that still ran."};
}

} // namespace

Result<AuditPiece> verifyAuditPiece(Transaction &tx, const std::optional<AuditAnchor> &from, int limit)
{
    const auto page = auditPage(tx, from ? from->place : 0, limit);
    if (!page)
        return page.error();
    AuditPiece piece;
    piece.head = page->head;
    piece.legacy = page->legacy;
    if (from && from->place >= page->head.removedThrough) {
        piece.at = *from;
    } else {
        AuditBeginning beginning = auditBeginning(page->head.removedThrough, page->checkpoint);
        piece.at = std::move(beginning.at);
        piece.finding = std::move(beginning.finding);
    }
    if (!piece.finding && page->outside > page->legacy)
        piece.finding = outside(page->outside - page->legacy);
    if (piece.finding)
        return piece;

    AuditWalk walk(piece.at);
    for (const AuditEntry &entry : page->entries) {
        piece.finding = walk.step(entry);
        piece.at = walk.at();
        if (piece.finding)
            return piece;
        ++piece.checked;
    }
    const bool isEnd = page->entries.empty() || piece.at.place >= page->head.lastPlace;
    if (!isEnd)
        return piece;
    if (piece.at.place != page->head.lastPlace || piece.at.hash != page->head.lastHash)
        piece.finding = cut(piece.at, page->head);
    else
        piece.isDone = true;
    return piece;
}

Result<AnchorCheck> checkAuditAnchor(Transaction &tx, const AuditAnchor &anchor)
{
    const auto page = auditPage(tx, anchor.place - 1, 1);
    if (!page)
        return page.error();
    AnchorCheck check;
    const auto wrong = [&](const std::string &what) { check.finding = AuditFinding{AuditFault::Anchor, anchor.place, what}; };
    if (anchor.place == 0) {
        if (anchor.hash != kNoHash)
            wrong("This is no anchor of an empty log.");
    } else if (anchor.place < page->head.removedThrough) {
        check.state = AnchorState::Removed;
    } else if (anchor.place == page->head.removedThrough) { // its entry is gone, and the checkpoint knows its hash
        const AuditBeginning beginning = auditBeginning(page->head.removedThrough, page->checkpoint);
        if (beginning.finding || beginning.at.hash != anchor.hash)
            wrong("The log does not follow the entry of this anchor: it was written anew.");
    } else if (page->entries.empty() || page->entries.front().id != anchor.place) {
        wrong("The log ends before the entry of this anchor: it was cut, or written anew.");
    } else if (page->entries.front().hash != anchor.hash) {
        wrong("Entry " + std::to_string(anchor.place) + " is another one than that of this anchor: the log was written anew.");
    }
    return check;
}

} // namespace matinee::store
