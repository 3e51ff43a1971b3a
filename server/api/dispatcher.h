// The one way in: every declared call passes here, whatever the face, and is checked here and nowhere else.
// Owned by app: filled with handlers and sealed at start, read-only afterwards. Calls may be awaited on any worker; the handler
// runs there.
#pragma once

#include "api/declared_call.h"
#include "net/task.h"
#include "observe/metrics.h"

#include "common/protocol/caller.h"
#include "common/protocol/result.h"

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::api {

/// Runs until it is destroyed, on any thread.
class CredentialWatch
{
public:
    virtual ~CredentialWatch() = default;
    /// By the clock: nobody is called then, who is watched asks now and then.
    [[nodiscard]] virtual bool isOver() const { return false; }
};

/// Turns a bearer token into a Caller. Implemented by app over accounts::ApiKeys and accounts::Sessions.
class Authenticator
{
public:
    virtual ~Authenticator() = default;
    /// `anonymous` with who it is and what they may filled in; Unauthenticated for a key or token that is unknown, expired or revoked,
    /// Unavailable while that cannot be known. `bearer` lives until the Task completes.
    virtual Task<Result<Caller>> authenticate(std::string_view bearer, Caller anonymous) = 0;
    /// By a ticket for one connection (SocketTicketService), which is then used up: whose it is. Unauthenticated for one that is not good.
    virtual Task<Result<Caller>> authenticateTicket(std::string, Caller)
    {
        co_return fail(ErrorCode::Unauthenticated, "This server gives out no tickets.");
    }
    /// For a connection that outlives the look at a credential which authenticate() let in: calls `over` once, on any thread, when the
    /// session ends, the key is revoked, or what they may do changes; at once where that is so already.
    virtual std::unique_ptr<CredentialWatch> watch(const Caller &, std::function<void()>) { return nullptr; }
    /// Somebody whom authenticate() let in, by the session or key that they had then, as they are now: what they may can have changed.
    /// Unauthenticated where it has ended, Unavailable while that cannot be known.
    virtual Task<Result<Caller>> again(Caller) { co_return fail(ErrorCode::Unauthenticated, "This session or API key has ended."); }
    /// Whether a person whom authenticate() let in has proved lately who they are (calls declared `fresh`).
    virtual Task<Result<bool>> isFresh(Caller) { co_return false; }
};

/// What the audit log keeps of a call that reached its handler.
struct AuditEntry
{
    std::string call; ///< "matinee.v1.StreamService/CreateStream"
    std::string
        subject; ///< What it was about: the path fields, else the field `name`, else the name of the answer's `user`. Never a secret.
    std::string outcome; ///< "ok", or the code of the error.
    Caller caller;
    std::string before{}; ///< As in AuditNote.
    std::string after{};
    std::string signedIn{}; ///< "alice (u7k2q...)", where an anonymous caller signed in by this call.
};

/// Implemented by app over store/audit.h. Called after the handler; a failure to write is logged, the call's answer stands.
class AuditSink
{
public:
    virtual ~AuditSink() = default;
    virtual Task<Result<void>> record(AuditEntry entry) = 0;
};

struct DispatcherOptions
{
    Authenticator *authenticator = nullptr;                              ///< Null: every credential is refused.
    AuditSink *audit = nullptr;                                          ///< Null: nothing is written (tests).
    observe::Metrics *metrics = nullptr;                                 ///< Null: nothing is measured (tests).
    std::vector<const google::protobuf::ServiceDescriptor *> services{}; ///< Empty: all of matinee.v1.
    std::function<std::chrono::steady_clock::time_point()> now{};        ///< Empty: the steady clock.
    std::function<Rate()> overall{};                 ///< Of all calls of one person, key or address together; empty: none.
    std::size_t maxBody = kMaxMessageBytes;          ///< For calls that declare none.
    Rate failedSignIns{60, std::chrono::minutes(1)}; ///< Per address: wrong keys and tokens beyond this get 429, unread.
};

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

/// A JSON call as HTTP brings it.
struct JsonRequest
{
    std::map<std::string, std::string, std::less<>> parameters; ///< From the path, decoded.
    std::string query;                                          ///< As sent, without '?'.
    std::string contentType;                                    ///< As sent; needed where there is a body.
    std::string body;
    std::function<void(google::protobuf::Message &)> onAnswer{}; ///< Sees an answer before it is written, and may take from it.
};

struct JsonAnswer
{
    int status = 200; ///< As declared.
    std::string body; ///< The response message in JSON.
};

class Dispatcher
{
public:
    template <class Request, class Response> using Handler = std::function<Task<Result<Response>>(const Caller &, const Request &)>;

    explicit Dispatcher(DispatcherOptions options);
    ~Dispatcher();

    /// `dispatcher.handle<CreateStreamRequest, Stream>("matinee.v1.StreamService/CreateStream", handler)`. Before seal() only.
    /// The caller and the request live until the handler's Task completes.
    template <class Request, class Response> void handle(std::string_view method, Handler<Request, Response> handler)
    {
        add(method, Request::descriptor(), Response::descriptor(),
            [handler = std::move(handler)](const Caller &caller, const google::protobuf::Message &request) -> Task<Result<MessagePtr>> {
                Result<Response> answer = co_await handler(caller, static_cast<const Request &>(request));
                if (!answer)
                    co_return answer.error();
                co_return MessagePtr(std::make_unique<Response>(std::move(*answer)));
            });
    }

    /// Fails for a declared call without handler, without `needs`, with a bad route or rate, for two equal routes, and for a handler
    /// that belongs to no declared call. The message lists all that is wrong.
    [[nodiscard]] Result<void> seal();

    /// Who is calling: `anonymous` where `authorization` ("Bearer ...") is empty. A credential that is wrong is Unauthenticated even
    /// where a public call would need none, so that people notice typing mistakes.
    Task<Result<Caller>> identify(std::string authorization, Caller anonymous);

    /// The same for the access token of a browser's cookie, which goes along unasked: one that is no longer good makes an anonymous
    /// caller, and is not counted against the address.
    Task<Result<Caller>> identifyCookie(std::string accessToken, Caller anonymous);

    /// By the ticket of a WebSocket's address; a wrong one counts as a wrong key does.
    Task<Result<Caller>> identifyTicket(std::string ticket, Caller anonymous);

    /// For connections that last: when somebody who was identified is so no longer (Authenticator::watch).
    [[nodiscard]] std::unique_ptr<CredentialWatch> watch(const Caller &who, std::function<void()> over);

    /// Checks permission, rate, size; decodes; checks freshness where it is declared; runs the handler; measures and audits.
    Task<Result<std::string>> callBinary(std::string method, Caller caller, std::string body);
    Task<Result<JsonAnswer>> callJson(const DeclaredCall &call, Caller caller, JsonRequest request);

    /// A face counts here what it refused before the call (wrong key, too large).
    void countRefusal(std::string_view method, const Error &error);

    [[nodiscard]] const DeclaredCall *find(std::string_view method) const; ///< Null: no such call.
    [[nodiscard]] std::vector<const DeclaredCall *> calls() const;         ///< In the order of declaration.

private:
    using Run = std::function<Task<Result<MessagePtr>>(const Caller &, const google::protobuf::Message &)>;
    using Decode = std::function<Result<void>(google::protobuf::Message &)>;
    struct Entry;
    struct State;

    void add(std::string_view method, const google::protobuf::Descriptor *request, const google::protobuf::Descriptor *response, Run run);
    Task<Result<MessagePtr>> run(const Entry &entry, const Caller &caller, std::size_t size, const Decode &decode);
    Result<void> check(const Entry &entry, const Caller &caller, std::size_t size);
    Task<Result<void>> checkFresh(const Caller &caller);
    [[nodiscard]] std::optional<Error> tooManyFailures(const std::string &network);
    void countFailure(const std::string &network, const Result<Caller> &outcome);

    const std::unique_ptr<State> m_state;
};

} // namespace matinee::api
