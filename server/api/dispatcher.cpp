#include "api/dispatcher.h"

#include "api/access.h"
#include "api/json_codec.h"
#include "observe/log.h"

#include "matinee/v1/accounts.pb.h"

#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>

namespace matinee::api {

namespace {

namespace pb = google::protobuf;

constexpr std::size_t kMaxBearerBytes = 1024; // an access token; API keys are much shorter
constexpr std::size_t kOutcomes = 16;         // error codes and success

/// Empty: success.
using Failure = std::optional<ErrorCode>;

std::size_t outcomeIndex(Failure failure)
{
    return failure ? static_cast<std::size_t>(*failure) + 1 : 0;
}
std::string_view outcomeName(Failure failure)
{
    return failure ? codeName(*failure) : "ok";
}

template <class T> Failure failureOf(const Result<T> &result)
{
    return result ? Failure() : Failure(result.error().code);
}

std::string subjectOf(const DeclaredCall &call, const pb::Message &request)
{
    auto fields = call.pathFields;
    if (const auto *name = call.method->input_type()->FindFieldByName("name"); fields.empty() && name)
        fields.push_back(name);
    std::string subject;
    for (const auto *field : fields) {
        std::string value =
            field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING ? request.GetReflection()->GetString(request, field) : "";
        if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING)
            pb::TextFormat::PrintFieldValueToString(request, field, -1, &value);
        subject += (subject.empty() ? "" : " ") + value.substr(0, 128);
    }
    return subject;
}

/// Of who signed in, which no field of the request names. Null where the answer has none.
const v1::User *userOf(const pb::Message &answer)
{
    const auto *field = answer.GetDescriptor()->FindFieldByName("user");
    if (!field || field->is_repeated() || field->message_type() != v1::User::descriptor() ||
        !answer.GetReflection()->HasField(answer, field))
        return nullptr;
    return &static_cast<const v1::User &>(answer.GetReflection()->GetMessage(answer, field));
}

void complete(AuditEntry &record, const AuditNote &note, const v1::User *user)
{
    if (!note.subject.empty())
        record.subject = note.subject;
    if (record.subject.empty() && user)
        record.subject = user->name();
    if (!record.caller.isPerson() && record.caller.keyId.empty() && user && !user->id().empty())
        record.signedIn = user->name() + " (" + user->id() + ")";
    if (record.outcome == "ok") { // what was not done changed nothing
        record.before = note.before;
        record.after = note.after;
    }
}

/// protobuf writes to stderr what a peer did wrong; that is worth a line only to who debugs.
void forwardProtobufLog(pb::LogLevel, const char *, int, const std::string &message)
{
    log::debug("protobuf", "{}", message);
}

/// Counters of one call, made when a code first occurs, so that /metrics shows no rows of zeros.
struct Outcomes
{
    std::array<std::optional<observe::Counter>, kOutcomes> counters;
};

} // namespace

struct Dispatcher::Entry
{
    DeclaredCall call;
    std::uint32_t index = 0;
    Run run;
    std::unique_ptr<pb::Message> prototype;
    mutable observe::Histogram duration;
    mutable Outcomes outcomes; // m_state->mutex
};

struct Dispatcher::State
{
    DispatcherOptions options;
    std::vector<std::unique_ptr<Entry>> entries;
    std::unordered_map<std::string_view, Entry *> byName; // views into entries
    std::vector<std::string> problems;
    bool sealed = false;

    std::mutex mutex; // guards the rest; held for a lookup, never across a handler
    RateLimiter limiter;
    Outcomes unknown;

    void count(Outcomes &outcomes, const std::string &call, Failure failure)
    {
        if (!options.metrics)
            return;
        std::lock_guard lock(mutex);
        auto &counter = outcomes.counters[outcomeIndex(failure)];
        if (!counter)
            counter = options.metrics->counter("matinee_api_calls_total", "Declared calls by outcome.",
                                               {{"call", call}, {"code", std::string(outcomeName(failure))}});
        counter->add();
    }

    std::chrono::seconds take(std::uint32_t index, std::string_view who, Rate rate)
    {
        const auto now = options.now();
        std::lock_guard lock(mutex);
        return limiter.take(index, who, rate, now);
    }
};

Dispatcher::Dispatcher(DispatcherOptions options) : m_state(std::make_unique<State>())
{
    pb::SetLogHandler(forwardProtobufLog);
    m_state->options = std::move(options);
    if (!m_state->options.now)
        m_state->options.now = [] { return std::chrono::steady_clock::now(); };
    auto services = m_state->options.services;
    if (services.empty()) {
        auto all = declaredServices();
        if (all)
            services = std::move(*all);
        else
            m_state->problems.push_back(all.error().message);
    }
    for (const auto *service : services) {
        for (int i = 0; i < service->method_count(); ++i) {
            Result<DeclaredCall> call = readDeclaration(*service->method(i));
            if (!call) {
                m_state->problems.push_back(call.error().message);
                continue;
            }
            auto entry = std::make_unique<Entry>();
            entry->call = std::move(*call);
            if (service->method(i)->options().GetExtension(v1::call).max_body() == 0)
                entry->call.maxBody = m_state->options.maxBody;
            entry->index = static_cast<std::uint32_t>(m_state->entries.size());
            if (m_state->options.metrics)
                entry->duration =
                    m_state->options.metrics->histogram("matinee_api_call_duration_seconds", "Time of a declared call, checks included.",
                                                        observe::timeBounds(), {{"call", entry->call.name}});
            m_state->byName.emplace(entry->call.name, entry.get());
            m_state->entries.push_back(std::move(entry));
        }
    }
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::add(std::string_view method, const pb::Descriptor *request, const pb::Descriptor *response, Run run)
{
    const auto found = m_state->byName.find(method);
    if (m_state->sealed || found == m_state->byName.end()) {
        m_state->problems.push_back("A handler was given for " + std::string(method) + ", which is no declared call.");
        return;
    }
    Entry &entry = *found->second;
    if (entry.run)
        m_state->problems.push_back("Two handlers were given for " + entry.call.name + ".");
    else if (request != entry.call.method->input_type() || response != entry.call.method->output_type())
        m_state->problems.push_back("The handler of " + entry.call.name + " takes or returns other messages than it declares.");
    else {
        entry.run = std::move(run);
        entry.prototype.reset(pb::MessageFactory::generated_factory()->GetPrototype(request)->New());
    }
}

Result<void> Dispatcher::seal()
{
    auto problems = m_state->problems;
    std::set<std::string> routes;
    for (const auto &entry : m_state->entries) {
        if (!entry->run)
            problems.push_back("The declared call " + entry->call.name + " has no handler.");
        // Parameters match whatever their names are.
        std::string shape = std::to_string(static_cast<int>(entry->call.verb)) + " ";
        bool inside = false;
        for (const char c : entry->call.path) {
            inside = c == '{' || (inside && c != '}');
            if (!inside)
                shape += c;
        }
        if (!routes.insert(shape).second)
            problems.push_back("The declaration of " + entry->call.name + " is wrong: another call has the same route.");
    }
    if (!problems.empty()) {
        std::string all;
        for (const auto &problem : problems)
            all += (all.empty() ? "" : "\n") + problem;
        return fail(ErrorCode::Internal, std::move(all));
    }
    m_state->sealed = true;
    return {};
}

Task<Result<Caller>> Dispatcher::identify(std::string authorization, Caller anonymous)
{
    if (authorization.empty())
        co_return anonymous;
    std::string_view token = authorization;
    const auto space = token.find(' ');
    std::string scheme(token.substr(0, space));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](unsigned char c) { return std::tolower(c); });
    token.remove_prefix(space == std::string_view::npos ? token.size() : space);
    while (!token.empty() && token.front() == ' ')
        token.remove_prefix(1);
    while (!token.empty() && token.back() == ' ')
        token.remove_suffix(1);
    if (scheme != "bearer" || token.empty() || token.size() > kMaxBearerBytes)
        co_return fail(ErrorCode::Unauthenticated,
                       "The Authorization header must be \"Bearer\" followed by an API key or an access token.");

    const std::string network = rateKeyOfAddress(anonymous.address);
    if (auto refused = tooManyFailures(network))
        co_return std::move(*refused);
    if (!m_state->options.authenticator)
        co_return fail(ErrorCode::Unauthenticated, "This server knows no API keys and no accounts.");

    Result<Caller> caller = co_await m_state->options.authenticator->authenticate(token, std::move(anonymous));
    countFailure(network, caller);
    co_return caller;
}

Task<Result<Caller>> Dispatcher::identifyTicket(std::string ticket, Caller anonymous)
{
    const std::string network = rateKeyOfAddress(anonymous.address);
    if (auto refused = tooManyFailures(network))
        co_return std::move(*refused);
    if (!m_state->options.authenticator || ticket.size() > kMaxBearerBytes)
        co_return fail(ErrorCode::Unauthenticated, "This ticket is not good.");
    Result<Caller> caller = co_await m_state->options.authenticator->authenticateTicket(std::move(ticket), std::move(anonymous));
    countFailure(network, caller);
    co_return caller;
}

/// Keys, tokens and tickets that were wrong, by address: beyond a number of them none is looked at for a while.
std::optional<Error> Dispatcher::tooManyFailures(const std::string &network)
{
    const auto slot = static_cast<std::uint32_t>(m_state->entries.size());
    const auto now = m_state->options.now();
    std::chrono::seconds wait{0};
    {
        std::lock_guard lock(m_state->mutex);
        wait = m_state->limiter.peek(slot, network, m_state->options.failedSignIns, now);
    }
    if (wait.count() == 0)
        return std::nullopt;
    return Error{ErrorCode::RateLimited, "Too many wrong API keys or access tokens came from this address; try again later.", {}, wait};
}

void Dispatcher::countFailure(const std::string &network, const Result<Caller> &outcome)
{
    if (!outcome && outcome.error().code == ErrorCode::Unauthenticated)
        (void)m_state->take(static_cast<std::uint32_t>(m_state->entries.size()), network, m_state->options.failedSignIns);
}

Task<Result<Caller>> Dispatcher::identifyCookie(std::string accessToken, Caller anonymous)
{
    if (accessToken.empty() || !m_state->options.authenticator)
        co_return anonymous;
    Result<Caller> caller = co_await m_state->options.authenticator->authenticate(accessToken, anonymous);
    if (!caller && caller.error().code == ErrorCode::Unauthenticated)
        co_return anonymous;
    co_return caller;
}

std::unique_ptr<CredentialWatch> Dispatcher::watch(const Caller &who, std::function<void()> over)
{
    return m_state->options.authenticator ? m_state->options.authenticator->watch(who, std::move(over)) : nullptr;
}

Result<void> Dispatcher::check(const Entry &entry, const Caller &caller, std::size_t size)
{
    const DeclaredCall &call = entry.call;
    if (auto allowed = checkAccess(call, caller); !allowed)
        return allowed;
    const std::string who = rateKeyOf(caller);
    constexpr auto kAllCalls = std::numeric_limits<std::uint32_t>::max();
    auto wait = m_state->take(entry.index, who, call.rate);
    if (wait.count() == 0 && m_state->options.overall && caller.face != "local")
        wait = m_state->take(kAllCalls, who, m_state->options.overall());
    if (wait.count() > 0)
        return Error{ErrorCode::RateLimited, "Too many calls; try again in " + std::to_string(wait.count()) + " s.", {}, wait};
    if (size > call.maxBody)
        return fail(ErrorCode::PayloadTooLarge, "The request is larger than " + std::to_string(call.maxBody) + " bytes.");
    return {};
}

Task<Result<void>> Dispatcher::checkFresh(const Caller &caller)
{
    bool fresh = false;
    if (m_state->options.authenticator) {
        const Result<bool> asked = co_await m_state->options.authenticator->isFresh(caller);
        if (!asked)
            co_return Result<void>(asked.error());
        fresh = *asked;
    }
    if (!fresh)
        co_return Result<void>(fail(ErrorCode::StepUpRequired, "Prove once more who you are: this needs it within the last ten minutes."));
    co_return Result<void>();
}

Task<Result<MessagePtr>> Dispatcher::run(const Entry &entry, const Caller &caller, std::size_t size, const Decode &decode)
{
    const auto began = m_state->options.now();
    const MessagePtr request(entry.prototype->New());
    Result<MessagePtr> answer = MessagePtr();
    Result<void> ready = check(entry, caller, size);
    if (ready)
        ready = decode(*request);
    if (ready && entry.call.fresh && caller.isPerson()) // keys and the data folder's own socket are no people: nobody could ask them
        ready = co_await checkFresh(caller);
    if (!ready) {
        answer = ready.error();
    } else {
        Caller noting = caller;
        if (entry.call.audit && m_state->options.audit)
            noting.note = std::make_shared<AuditNote>();
        try {
            answer = co_await entry.run(noting, *request);
        } catch (const std::exception &e) {
            log::error("api", "{} (request {}) ended by an exception: {}", entry.call.name, caller.requestId, e.what());
            answer = fail(ErrorCode::Internal, "Something went wrong here. The server's log has more under this request id.");
        }
        if (entry.call.audit && m_state->options.audit) {
            AuditEntry record{entry.call.name, subjectOf(entry.call, *request), std::string(outcomeName(failureOf(answer))), caller};
            complete(record, *noting.note, answer ? userOf(**answer) : nullptr);
            Result<void> written = co_await m_state->options.audit->record(std::move(record));
            if (!written)
                log::error("api", "The audit log could not take {} (request {}): {}", entry.call.name, caller.requestId,
                           written.error().message);
        }
    }
    entry.duration.observe(std::chrono::duration<double>(m_state->options.now() - began).count());
    m_state->count(entry.outcomes, entry.call.name, failureOf(answer));
    co_return answer;
}

Task<Result<std::string>> Dispatcher::callBinary(std::string method, Caller caller, std::string body)
{
    const auto found = m_state->byName.find(method);
    if (!m_state->sealed || found == m_state->byName.end()) {
        const Error error = fail(ErrorCode::Unimplemented, "There is no such call.");
        countRefusal({}, error);
        co_return error;
    }
    const Decode decode = [&body](pb::Message &into) -> Result<void> {
        if (!into.ParseFromString(body))
            return fail(ErrorCode::InvalidArgument, "The request is not a valid " + into.GetDescriptor()->full_name() + ".");
        return {};
    };
    Result<MessagePtr> answer = co_await run(*found->second, caller, body.size(), decode);
    if (!answer)
        co_return answer.error();
    co_return (*answer)->SerializeAsString();
}

Task<Result<JsonAnswer>> Dispatcher::callJson(const DeclaredCall &call, Caller caller, JsonRequest request)
{
    const Entry &entry = *m_state->byName.at(call.name);
    const Decode decode = [&](pb::Message &into) { return decodeJsonCall(entry.call, request, into); };
    Result<MessagePtr> answer = co_await run(entry, caller, request.body.size(), decode);
    if (!answer)
        co_return answer.error();
    if (request.onAnswer)
        request.onAnswer(**answer);
    Result<std::string> body = encodeJson(**answer);
    if (!body)
        co_return body.error();
    co_return JsonAnswer{entry.call.successStatus, std::move(*body)};
}

void Dispatcher::countRefusal(std::string_view method, const Error &error)
{
    const auto found = m_state->byName.find(method);
    if (found == m_state->byName.end())
        m_state->count(m_state->unknown, "unknown", error.code);
    else
        m_state->count(found->second->outcomes, found->second->call.name, error.code);
}

const DeclaredCall *Dispatcher::find(std::string_view method) const
{
    const auto found = m_state->byName.find(method);
    return found == m_state->byName.end() ? nullptr : &found->second->call;
}

std::vector<const DeclaredCall *> Dispatcher::calls() const
{
    std::vector<const DeclaredCall *> calls;
    for (const auto &entry : m_state->entries)
        calls.push_back(&entry->call);
    return calls;
}

} // namespace matinee::api
