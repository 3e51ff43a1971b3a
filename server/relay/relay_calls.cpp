#include "relay/relay_calls.h"

#include "accounts/secrets.h"
#include "api/timestamps.h"
#include "live/stream_calls.h"
#include "observe/log.h"
#include "store/relays.h"
#include "store/streams.h"

#include "matinee/v1/relays.pb.h"

namespace matinee::relay {

namespace {

constexpr int kMaxTargets = 16; // of one stream
constexpr std::size_t kIdLength = 8;

/// What the handlers share.
struct Desk
{
    store::Store &store;
    Relays &relays;
    const CredentialBox &box;
};
using DeskPtr = std::shared_ptr<const Desk>;

std::string pullPlace(const std::string &stream)
{
    return "pull:" + stream;
}
std::string pushPlace(const std::string &id)
{
    return "push:" + id;
}

Error notPulled(const std::string &name)
{
    return fail(ErrorCode::NotFound, name + " is not fetched from anywhere.", "name");
}

void describe(v1::RelayState &state, const Status &status)
{
    state.set_state(std::string(conditionName(status.condition)));
    if (status.since.time_since_epoch().count() != 0)
        *state.mutable_since() = api::toTimestamp(status.since);
    state.set_last_error(status.lastError);
    if (status.nextTry)
        *state.mutable_next_try_at() = api::toTimestamp(*status.nextTry);
    state.set_bytes(static_cast<double>(status.bytes));
    state.set_failures(static_cast<std::uint32_t>(status.failures));
}

/// The address as the database has it, for a row that this server could not bring to life.
std::string maskedOf(const Result<std::string> &opened, Direction direction)
{
    if (!opened)
        return "***";
    const auto address = StreamAddress::parse(*opened, direction);
    return address ? address->masked() : "***";
}

void describeUnreadable(v1::RelayState &state, const Result<std::string> &opened)
{
    state.set_state(std::string(conditionName(Condition::Idle)));
    if (!opened)
        state.set_last_error(opened.error().message);
}

v1::Pull describePull(const Desk &desk, const store::PullRow &row)
{
    v1::Pull answer;
    answer.set_name(row.stream);
    answer.set_mode(row.mode);
    if (const auto pull = desk.relays.pull(row.stream)) {
        answer.set_address(pull->address().masked());
        describe(*answer.mutable_state(), pull->status());
        return answer;
    }
    const auto opened = desk.box.open(row.addressSealed, pullPlace(row.stream));
    answer.set_address(maskedOf(opened, Direction::Pull));
    describeUnreadable(*answer.mutable_state(), opened);
    return answer;
}

v1::PushTarget describeTarget(const Desk &desk, const store::PushTargetRow &row)
{
    v1::PushTarget answer;
    answer.set_id(row.id);
    answer.set_name(row.stream);
    if (const auto push = desk.relays.push(row.id)) {
        answer.set_address(push->address().masked());
        describe(*answer.mutable_state(), push->status());
        return answer;
    }
    const auto opened = desk.box.open(row.addressSealed, pushPlace(row.id));
    answer.set_address(maskedOf(opened, Direction::Push));
    describeUnreadable(*answer.mutable_state(), opened);
    return answer;
}

Task<Result<v1::Pull>> putPull(DeskPtr desk, const v1::PutPullRequest &request)
{
    if (Result<void> good = live::checkStreamName(request.name()); !good)
        co_return good.error();
    const std::string mode = request.mode().empty() ? "on_demand" : request.mode();
    if (mode != "on_demand" && mode != "always")
        co_return fail(ErrorCode::InvalidArgument, "`mode` must be \"on_demand\" or \"always\".", "mode");
    auto address = StreamAddress::parse(request.address(), Direction::Pull);
    if (!address)
        co_return address.error();
    auto sealed = desk->box.seal(address->full(), pullPlace(request.name()));
    if (!sealed)
        co_return sealed.error();
    store::PullRow row;
    row.stream = request.name();
    row.addressSealed = std::move(*sealed);
    row.mode = mode;
    row.createdAt = std::chrono::system_clock::now();
    const std::function<Result<bool>(store::Transaction &)> job = [row](store::Transaction &tx) { return store::putPull(tx, row); };
    Result<bool> stopped = co_await desk->store.write<bool>(job);
    if (!stopped)
        co_return stopped.error();
    desk->relays.setPull(row.stream, std::move(*address), mode == "always" ? PullMode::Always : PullMode::OnDemand);
    desk->relays.setPaused(row.stream, *stopped);
    co_return describePull(*desk, row);
}

Task<Result<v1::Pull>> getPull(DeskPtr desk, const v1::GetPullRequest &request)
{
    if (Result<void> good = live::checkStreamName(request.name()); !good)
        co_return good.error();
    const std::string name = request.name();
    const std::function<Result<std::optional<store::PullRow>>(store::Transaction &)> job = [name](store::Transaction &tx) {
        return store::findPull(tx, name);
    };
    Result<std::optional<store::PullRow>> row = co_await desk->store.read<std::optional<store::PullRow>>(job);
    if (!row)
        co_return row.error();
    if (!*row)
        co_return notPulled(name);
    co_return describePull(*desk, **row);
}

Task<Result<v1::DeletePullResponse>> deletePull(DeskPtr desk, const v1::DeletePullRequest &request)
{
    if (Result<void> good = live::checkStreamName(request.name()); !good)
        co_return good.error();
    const std::string name = request.name();
    const std::function<Result<bool>(store::Transaction &)> job = [name](store::Transaction &tx) { return store::deletePull(tx, name); };
    Result<bool> deleted = co_await desk->store.write<bool>(job);
    if (!deleted)
        co_return deleted.error();
    if (!*deleted)
        co_return notPulled(name);
    desk->relays.removePull(name);
    co_return v1::DeletePullResponse();
}

Task<Result<v1::ListPushTargetsResponse>> listPushTargets(DeskPtr desk, const v1::ListPushTargetsRequest &request)
{
    if (Result<void> good = live::checkStreamName(request.name()); !good)
        co_return good.error();
    const std::string name = request.name();
    const std::function<Result<std::vector<store::PushTargetRow>>(store::Transaction &)> job =
        [name](store::Transaction &tx) -> Result<std::vector<store::PushTargetRow>> {
        const auto stream = store::findStream(tx, name);
        if (!stream)
            return stream.error();
        if (!*stream)
            return fail(ErrorCode::NotFound, "There is no stream named " + name + ".", "name");
        return store::listPushTargets(tx, name);
    };
    Result<std::vector<store::PushTargetRow>> rows = co_await desk->store.read<std::vector<store::PushTargetRow>>(job);
    if (!rows)
        co_return rows.error();
    v1::ListPushTargetsResponse answer;
    for (const store::PushTargetRow &row : *rows)
        *answer.add_push_targets() = describeTarget(*desk, row);
    co_return answer;
}

Task<Result<v1::PushTarget>> createPushTarget(DeskPtr desk, const v1::CreatePushTargetRequest &request)
{
    if (Result<void> good = live::checkStreamName(request.name()); !good)
        co_return good.error();
    auto address = StreamAddress::parse(request.address(), Direction::Push);
    if (!address)
        co_return address.error();
    store::PushTargetRow row;
    row.id = accounts::randomText(kIdLength);
    row.stream = request.name();
    row.createdAt = std::chrono::system_clock::now();
    auto sealed = desk->box.seal(address->full(), pushPlace(row.id));
    if (!sealed)
        co_return sealed.error();
    row.addressSealed = std::move(*sealed);
    const std::function<Result<void>(store::Transaction &)> job = [row](store::Transaction &tx) {
        return store::insertPushTarget(tx, row, kMaxTargets);
    };
    Result<void> inserted = co_await desk->store.write<void>(job);
    if (!inserted)
        co_return inserted.error();
    desk->relays.addPush(row.id, row.stream, std::move(*address));
    co_return describeTarget(*desk, row);
}

Task<Result<v1::DeletePushTargetResponse>> deletePushTarget(DeskPtr desk, const v1::DeletePushTargetRequest &request)
{
    if (Result<void> good = live::checkStreamName(request.name()); !good)
        co_return good.error();
    const std::string name = request.name();
    const std::string id = request.id();
    const std::function<Result<bool>(store::Transaction &)> job = [name, id](store::Transaction &tx) {
        return store::deletePushTarget(tx, name, id);
    };
    Result<bool> deleted = co_await desk->store.write<bool>(job);
    if (!deleted)
        co_return deleted.error();
    if (!*deleted)
        co_return fail(ErrorCode::NotFound, name + " has no push target with this id.", "id");
    desk->relays.removePush(id);
    co_return v1::DeletePushTargetResponse();
}

} // namespace

Result<void> loadRelays(store::Store &store, Relays &relays, const CredentialBox &box)
{
    const auto pulls = store.readNow<std::vector<store::PullRow>>([](store::Transaction &tx) { return store::listPulls(tx); });
    if (!pulls)
        return pulls.error();
    const auto targets =
        store.readNow<std::vector<store::PushTargetRow>>([](store::Transaction &tx) { return store::listAllPushTargets(tx); });
    if (!targets)
        return targets.error();
    const auto addressOf = [&](const std::string &sealed, const std::string &place, Direction direction) -> Result<StreamAddress> {
        const auto opened = box.open(sealed, place);
        if (!opened)
            return opened.error();
        return StreamAddress::parse(*opened, direction);
    };
    for (const auto &row : *pulls) {
        auto address = addressOf(row.addressSealed, pullPlace(row.stream), Direction::Pull);
        if (!address) {
            log::error("relay", "Pull of {}: {}", row.stream, address.error().message);
            continue;
        }
        relays.setPull(row.stream, std::move(*address), row.mode == "always" ? PullMode::Always : PullMode::OnDemand);
        relays.setPaused(row.stream, row.streamStopped);
    }
    for (const auto &row : *targets) {
        auto address = addressOf(row.addressSealed, pushPlace(row.id), Direction::Push);
        if (address)
            relays.addPush(row.id, row.stream, std::move(*address));
        else
            log::error("relay", "Push of {}: {}", row.stream, address.error().message);
    }
    return {};
}

Task<void> streamChanged(store::Store &store, Relays &relays, std::string stream)
{
    const std::function<Result<std::optional<store::StreamRow>>(store::Transaction &)> job = [stream](store::Transaction &tx) {
        return store::findStream(tx, stream);
    };
    const Result<std::optional<store::StreamRow>> row = co_await store.read<std::optional<store::StreamRow>>(job);
    if (row && !*row)
        relays.forget(stream);
    else if (row)
        relays.setPaused(stream, (*row)->isStopped);
}

void handleRelayCalls(api::Dispatcher &dispatcher, store::Store &store, Relays &relays, const CredentialBox &box)
{
    const DeskPtr desk(new Desk{store, relays, box});
    dispatcher.handle<v1::PutPullRequest, v1::Pull>(
        "matinee.v1.RelayService/PutPull", [desk](const Caller &, const v1::PutPullRequest &request) { return putPull(desk, request); });
    dispatcher.handle<v1::GetPullRequest, v1::Pull>(
        "matinee.v1.RelayService/GetPull", [desk](const Caller &, const v1::GetPullRequest &request) { return getPull(desk, request); });
    dispatcher.handle<v1::DeletePullRequest, v1::DeletePullResponse>(
        "matinee.v1.RelayService/DeletePull",
        [desk](const Caller &, const v1::DeletePullRequest &request) { return deletePull(desk, request); });
    dispatcher.handle<v1::ListPushTargetsRequest, v1::ListPushTargetsResponse>(
        "matinee.v1.RelayService/ListPushTargets",
        [desk](const Caller &, const v1::ListPushTargetsRequest &request) { return listPushTargets(desk, request); });
    dispatcher.handle<v1::CreatePushTargetRequest, v1::PushTarget>(
        "matinee.v1.RelayService/CreatePushTarget",
        [desk](const Caller &, const v1::CreatePushTargetRequest &request) { return createPushTarget(desk, request); });
    dispatcher.handle<v1::DeletePushTargetRequest, v1::DeletePushTargetResponse>(
        "matinee.v1.RelayService/DeletePushTarget",
        [desk](const Caller &, const v1::DeletePushTargetRequest &request) { return deletePushTarget(desk, request); });
}

} // namespace matinee::relay
