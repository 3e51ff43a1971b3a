#include "app/audit_export.h"

#include "api/access.h"
#include "api/audit_calls.h"
#include "api/json_codec.h"
#include "api/rest.h"
#include "app/identity.h"
#include "store/audit.h"

#include <array>
#include <atomic>

namespace matinee::app {

namespace {

constexpr int kPage = 500;
constexpr int kMostAtOnce = 2; // each of them reads the whole log
constexpr std::chrono::seconds kPatience{30};

using Entries = std::vector<store::AuditEntry>;

/// One of the few exports that may run.
class Turn
{
public:
    explicit Turn(std::atomic<int> &running) : m_running(running), m_mayRun(++running <= kMostAtOnce) {}
    ~Turn() { --m_running; }
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;
    [[nodiscard]] bool mayRun() const { return m_mayRun; }

private:
    std::atomic<int> &m_running;
    const bool m_mayRun;
};

class Service
{
public:
    Service(api::Dispatcher &dispatcher, store::Store &store) : m_dispatcher(dispatcher), m_store(store) {}
    Task<void> serve(http::Exchange &exchange);

private:
    Task<Result<Caller>> allowed(const http::Request &request);
    Task<Result<Entries>> page(const store::AuditFilter &filter, std::int64_t after);
    Task<void> stream(net::Connection &connection, store::AuditFilter filter, store::AuditHead head, Entries entries);

    api::Dispatcher &m_dispatcher;
    store::Store &m_store;
    std::atomic<int> m_running{0};
};

Result<store::AuditFilter> filterOf(const http::Request &request)
{
    v1::ListAuditRequest like;
    like.set_actor(request.queryValue("actor"));
    like.set_action(request.queryValue("action"));
    like.set_target(request.queryValue("target"));
    like.set_address(request.queryValue("address"));
    like.set_since(request.queryValue("since"));
    like.set_until(request.queryValue("until"));
    return api::auditFilterOf(like);
}

Task<Result<Caller>> Service::allowed(const http::Request &request)
{
    auto caller = co_await api::identify(m_dispatcher, request, "rest", api::CookieUnknown::Refuse);
    if (!caller)
        co_return caller;
    api::DeclaredCall reading;
    reading.needs = v1::READ_AUDIT;
    if (const auto access = api::checkAccess(reading, *caller); !access)
        co_return access.error();
    co_return caller;
}

Task<Result<Entries>> Service::page(const store::AuditFilter &filter, std::int64_t after)
{
    const std::function<Result<Entries>(store::Transaction &)> job = [filter, after](store::Transaction &tx) {
        return store::searchAudit(tx, filter, store::AuditOrder::OldestFirst, after, kPage);
    };
    co_return co_await m_store.read<Entries>(job);
}

std::string linesOf(const Entries &entries, std::int64_t last, std::uint64_t &count)
{
    std::string lines;
    for (const store::AuditEntry &entry : entries) {
        if (entry.id > last) // later than the export
            break;
        auto line = api::encodeJson(api::describeAuditEntry(entry));
        if (!line)
            continue;
        lines += *line;
        lines += '\n';
        ++count;
    }
    return lines;
}

Task<bool> written(net::Connection &connection, const std::string &text)
{
    const std::array<asio::const_buffer, 1> buffers{asio::buffer(text)};
    const auto result = co_await connection.write(buffers, kPatience);
    co_return result.has_value();
}

Task<void> Service::stream(net::Connection &connection, store::AuditFilter filter, store::AuditHead head, Entries entries)
{
    std::uint64_t count = 0;
    while (!entries.empty()) {
        const std::int64_t last = entries.back().id;
        const std::string lines = linesOf(entries, head.lastPlace, count);
        const bool taken = co_await written(connection, lines);
        if (!taken)
            co_return;
        if (last >= head.lastPlace)
            break;
        auto next = co_await page(filter, last);
        if (!next)
            co_return; // the database is away: a file without its last line
        entries = std::move(*next);
    }
    const std::string end = R"({"end":true,"entries":)" + std::to_string(count) + R"(,"anchor":")" +
                            store::AuditAnchor{head.lastPlace, head.lastHash}.text() + "\"}\n";
    (void)co_await written(connection, end);
}

Task<void> Service::serve(http::Exchange &exchange)
{
    const http::Request &request = exchange.request();
    const std::string requestId = request.requestId;
    const bool wantsBody = request.method != http::Method::Head;
    const auto caller = co_await allowed(request);
    if (!caller)
        co_return co_await exchange.respond(http::problem(caller.error(), requestId));
    const auto filter = filterOf(request);
    if (!filter)
        co_return co_await exchange.respond(http::problem(filter.error(), requestId));
    const Turn turn(m_running);
    if (!turn.mayRun()) {
        Error busy = fail(ErrorCode::RateLimited, "The audit log is being exported twice already. Wait for these to end.");
        busy.retryAfter = std::chrono::seconds(10);
        co_return co_await exchange.respond(http::problem(busy, requestId));
    }
    const store::AuditEntry noted = auditedExport(*caller);
    const std::function<Result<store::AuditHead>(store::Transaction &)> begin =
        [noted](store::Transaction &tx) -> Result<store::AuditHead> {
        if (auto r = store::appendAudit(tx, noted); !r)
            return r.error();
        return store::auditHead(tx);
    };
    auto head = co_await m_store.write<store::AuditHead>(begin);
    if (!head)
        co_return co_await exchange.respond(http::problem(head.error(), requestId));
    auto first = co_await page(*filter, 0);
    if (!first)
        co_return co_await exchange.respond(http::problem(first.error(), requestId));

    http::Response response;
    response.headers = {{"Content-Type", "application/jsonl; charset=utf-8"},
                        {"Content-Disposition", "attachment; filename=\"matinee-audit.jsonl\""},
                        {"Cache-Control", "no-store"}};
    net::Connection *connection = co_await exchange.respondRaw(std::move(response));
    if (connection != nullptr && wantsBody)
        co_await stream(*connection, *filter, std::move(*head), std::move(*first));
}

} // namespace

void addAuditExport(http::Router &router, api::Dispatcher &dispatcher, store::Store &store)
{
    const auto service = std::make_shared<Service>(dispatcher, store);
    router.add(http::Method::Get, "/audit/export.jsonl", [service](http::Exchange &exchange) { return service->serve(exchange); },
               {.maxBodyBytes = 0, .name = "audit export"});
}

} // namespace matinee::app
