#include "api/audit_calls.h"

#include "api/timestamps.h"
#include "store/audit_verification.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <charconv>

namespace matinee::api {

namespace {

constexpr std::uint32_t kUsualPage = 100;
constexpr std::uint32_t kMostPage = 500;
constexpr std::size_t kMostFilterBytes = 256;
constexpr int kPiece = 1000;
constexpr int kPieces = 20; // of one call

using Time = store::AuditFilter::Time;

Result<std::optional<Time>> timeOf(const std::string &text, const char *field)
{
    if (text.empty())
        return std::optional<Time>();
    google::protobuf::Timestamp stamp;
    if (text.size() > 64 || !google::protobuf::util::TimeUtil::FromString(text, &stamp))
        return fail(ErrorCode::InvalidArgument, std::string("`") + field + "` must be a time such as 2026-11-21T18:00:00Z.", field);
    // Those of other centuries do not fit our clock, and mean "all" or "none".
    const auto milliseconds =
        std::clamp(google::protobuf::util::TimeUtil::TimestampToMilliseconds(stamp), std::int64_t{0}, std::int64_t{9'214'646'400'000});
    return std::optional<Time>(Time(std::chrono::milliseconds(milliseconds)));
}

Result<std::optional<std::int64_t>> placeOf(const std::string &token)
{
    if (token.empty())
        return std::optional<std::int64_t>();
    std::int64_t place = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), place);
    if (error != std::errc() || end != token.data() + token.size() || place < 0)
        return fail(ErrorCode::InvalidArgument, "This page token is not one that was given out.", "page_token");
    return std::optional<std::int64_t>(place);
}

Result<std::optional<store::AuditAnchor>> anchorOf(const std::string &text, const char *field)
{
    if (text.empty())
        return std::optional<store::AuditAnchor>();
    const auto anchor = store::AuditAnchor::parse(text);
    if (!anchor)
        return fail(ErrorCode::InvalidArgument, std::string("`") + field + "` must be PLACE:HASH, as a verification gave it.", field);
    return anchor;
}

Task<Result<v1::ListAuditResponse>> listAudit(store::Store &store, const v1::ListAuditRequest &request)
{
    if (request.page_size() > kMostPage)
        co_return fail(ErrorCode::InvalidArgument, "A page has 1 to 500 entries.", "page_size");
    const std::uint32_t size = request.page_size() == 0 ? kUsualPage : request.page_size();
    const auto filter = auditFilterOf(request);
    if (!filter)
        co_return filter.error();
    const auto from = placeOf(request.page_token());
    if (!from)
        co_return from.error();
    const auto order = request.oldest_first() ? store::AuditOrder::OldestFirst : store::AuditOrder::NewestFirst;
    const std::function<Result<std::vector<store::AuditEntry>>(store::Transaction &)> job = [filter = *filter, order, from = *from,
                                                                                             size](store::Transaction &tx) {
        return store::searchAudit(tx, filter, order, from, static_cast<int>(size) + 1); // one more tells whether there is a next page
    };
    const auto entries = co_await store.read<std::vector<store::AuditEntry>>(job);
    if (!entries)
        co_return entries.error();
    v1::ListAuditResponse answer;
    for (const store::AuditEntry &entry : *entries) {
        if (answer.entries_size() == static_cast<int>(size)) {
            answer.set_next_page_token(std::to_string(answer.entries().rbegin()->id()));
            break;
        }
        *answer.add_entries() = describeAuditEntry(entry);
    }
    co_return answer;
}

void tell(v1::VerifyAuditResponse &answer, const store::AuditFinding &finding)
{
    answer.set_state("broken");
    answer.set_fault_place(finding.place);
    answer.set_fault(std::string(store::auditFaultName(finding.fault)));
    answer.set_sentence(finding.sentence);
}

Task<Result<v1::VerifyAuditResponse>> verifyAudit(store::Store &store, const v1::VerifyAuditRequest &request)
{
    const auto anchor = anchorOf(request.anchor(), "anchor");
    if (!anchor)
        co_return anchor.error();
    const auto from = anchorOf(request.continue_token(), "continue_token");
    if (!from)
        co_return from.error();

    v1::VerifyAuditResponse answer;
    answer.set_state("more");
    std::optional<store::AuditAnchor> at = *from;
    for (int i = 0; i < kPieces && answer.state() == "more"; ++i) {
        const std::function<Result<store::AuditPiece>(store::Transaction &)> job = [at](store::Transaction &tx) {
            return store::verifyAuditPiece(tx, at, kPiece);
        };
        const auto piece = co_await store.read<store::AuditPiece>(job);
        if (!piece)
            co_return piece.error();
        at = piece->at;
        answer.set_checked(answer.checked() + static_cast<std::uint32_t>(piece->checked));
        answer.set_removed_through(piece->head.removedThrough);
        if (piece->finding)
            tell(answer, *piece->finding);
        else if (piece->isDone)
            answer.set_state("whole");
    }
    if (answer.state() == "more")
        answer.set_continue_token(at->text());
    if (answer.state() != "whole")
        co_return answer;
    answer.set_anchor(at->text());
    if (!*anchor)
        co_return answer;
    const std::function<Result<store::AnchorCheck>(store::Transaction &)> job = [anchor = **anchor](store::Transaction &tx) {
        return store::checkAuditAnchor(tx, anchor);
    };
    const auto check = co_await store.read<store::AnchorCheck>(job);
    if (!check)
        co_return check.error();
    answer.set_anchor_too_old(check->state == store::AnchorState::Removed);
    if (check->finding) {
        tell(answer, *check->finding);
        answer.clear_anchor();
    }
    co_return answer;
}

} // namespace

void handleAuditCalls(Dispatcher &dispatcher, store::Store &store)
{
    dispatcher.handle<v1::ListAuditRequest, v1::ListAuditResponse>(
        "matinee.v1.AuditService/ListAudit",
        [&store](const Caller &, const v1::ListAuditRequest &request) { return listAudit(store, request); });
    dispatcher.handle<v1::VerifyAuditRequest, v1::VerifyAuditResponse>(
        "matinee.v1.AuditService/VerifyAudit",
        [&store](const Caller &, const v1::VerifyAuditRequest &request) { return verifyAudit(store, request); });
}

v1::AuditEntry describeAuditEntry(const store::AuditEntry &entry)
{
    v1::AuditEntry message;
    message.set_id(entry.id);
    *message.mutable_at() = toTimestamp(entry.at);
    message.set_actor(entry.actor);
    message.set_action(entry.action);
    message.set_target(entry.target);
    message.set_detail(entry.detail);
    message.set_address(entry.address);
    message.set_request_id(entry.requestId);
    message.set_before(entry.before);
    message.set_after(entry.after);
    message.set_previous_hash(entry.previousHash);
    message.set_hash(entry.hash);
    return message;
}

Result<store::AuditFilter> auditFilterOf(const v1::ListAuditRequest &request)
{
    store::AuditFilter filter{request.actor(), request.action(), request.target(), request.address(), {}, {}};
    for (const auto &[value, field] : {std::pair(&filter.actor, "actor"), std::pair(&filter.action, "action"),
                                       std::pair(&filter.target, "target"), std::pair(&filter.address, "address")})
        if (value->size() > kMostFilterBytes)
            return fail(ErrorCode::InvalidArgument, std::string("`") + field + "` has 256 bytes at most.", field);
    const auto since = timeOf(request.since(), "since");
    if (!since)
        return since.error();
    const auto until = timeOf(request.until(), "until");
    if (!until)
        return until.error();
    filter.since = *since;
    filter.until = *until;
    return filter;
}

} // namespace matinee::api
