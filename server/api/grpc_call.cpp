#include "api/grpc_call.h"

#include "api/grpc_services.h"
#include "api/request_id.h"

#include <algorithm>

#ifdef MATINEE_SANITIZE_THREAD
#include <sanitizer/tsan_interface.h>
#endif

namespace matinee::api {

namespace {

using Serving = grpc::health::v1::HealthCheckResponse;

constexpr std::size_t kMaxQuestions = 1000;           // of one reflection stream
constexpr auto kMaxStreamAge = std::chrono::hours(1); // of a reflection stream or a health watch; clients open another

/// `called` is "service/method".
bool isMethod(std::string_view called, std::string_view service, std::string_view method)
{
    if (!called.starts_with(service))
        return false;
    called.remove_prefix(service.size());
    return called.starts_with('/') && called.substr(1) == method;
}

std::string toString(const grpc::ByteBuffer &buffer)
{
    std::vector<grpc::Slice> slices;
    std::string bytes;
    if (!buffer.Valid() || !buffer.Dump(&slices).ok())
        return bytes;
    bytes.reserve(buffer.Length());
    for (const grpc::Slice &slice : slices)
        bytes.append(reinterpret_cast<const char *>(slice.begin()), slice.size());
    return bytes;
}

grpc::ByteBuffer toBuffer(const std::string &bytes)
{
    const grpc::Slice slice(bytes);
    return grpc::ByteBuffer(&slice, 1);
}

/// Metadata values are printable ASCII or gRPC refuses the whole answer.
bool isPrintable(const std::string &text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// gRPC passes a call from thread to thread through its queue. The thread sanitizer cannot see that, because the library is not compiled
// with it, and is told here.
#ifdef MATINEE_SANITIZE_THREAD
void passOn(void *tag)
{
    __tsan_release(tag);
}
void takeOver(void *tag)
{
    __tsan_acquire(tag);
}
#else
void passOn(void *) {}
void takeOver(void *) {}
#endif

} // namespace

GrpcCall::GrpcCall(GrpcHost &host) : m_host(host) {}

void GrpcCall::complete(void *tag, bool ok)
{
    takeOver(tag);
    auto *operation = static_cast<Operation *>(tag);
    const std::shared_ptr<GrpcCall> call = std::move(operation->call);
    (call.get()->*operation->then)(ok);
}

GrpcCall::Operation *GrpcCall::pending(Operation &operation)
{
    operation.call = shared_from_this();
    passOn(&operation);
    return &operation;
}

GrpcCall::Operation *GrpcCall::accepting()
{
    context.AsyncNotifyWhenDone(pending(m_done));
    return pending(m_accepted);
}

void GrpcCall::onAccepted(bool ok)
{
    if (!ok) { // shutting down; for such a call the queue gives no "done"
        m_done.call.reset();
        return;
    }
    m_host.wait(*std::make_shared<GrpcCall>(m_host));
    m_began = std::chrono::steady_clock::now();
    m_method = context.method();
    if (m_method.starts_with('/'))
        m_method.erase(0, 1);
    if (!m_host.began(*this))
        return finishWith(Error{ErrorCode::RateLimited, "The server has too many calls under way.", {}, std::chrono::seconds(1)});

    if (isMethod(m_method, kHealthService, "Check"))
        m_kind = Kind::HealthCheck;
    else if (isMethod(m_method, kHealthService, "Watch"))
        m_kind = Kind::HealthWatch;
    else if (isMethod(m_method, kReflectionService, "ServerReflectionInfo") ||
             isMethod(m_method, kReflectionAlphaService, "ServerReflectionInfo"))
        m_kind = Kind::Reflection;
    else if (!m_host.dispatcher().find(m_method)) {
        const Error error = fail(ErrorCode::Unimplemented, "There is no such call.");
        m_host.dispatcher().countRefusal({}, error);
        return finishWith(error);
    }
    read();
}

void GrpcCall::onDone(bool)
{
    m_host.ended(*this);
}

void GrpcCall::look(std::chrono::steady_clock::time_point now)
{
    const bool isStream = m_kind == Kind::HealthWatch || m_kind == Kind::Reflection;
    if (now - m_began > (isStream ? std::chrono::duration_cast<std::chrono::seconds>(kMaxStreamAge) : m_host.options().maxCallAge))
        return cancel();
    if (m_kind != Kind::HealthWatch || !m_toldHealth || m_writing || m_finishing)
        return;
    const auto health = healthOf(m_watched).value_or(Serving::SERVICE_UNKNOWN);
    if (health == *m_toldHealth)
        return;
    m_toldHealth = health;
    Serving answer;
    answer.set_status(health);
    write(answer);
}

void GrpcCall::onRead(bool ok)
{
    if (!ok) { // the client has said all, or is gone
        if (m_kind == Kind::Reflection)
            return finish(grpc::Status::OK);
        return finishWith(fail(ErrorCode::InvalidArgument, "The call came without a request."));
    }
    std::string body = toString(m_buffer);
    m_buffer.Clear();
    switch (m_kind) {
    case Kind::Declared: {
        net::Worker &worker = m_host.nextWorker();
        worker.spawn("grpc call", runDeclared(m_host.hold(), shared_from_this(), std::move(body)));
        return;
    }
    case Kind::HealthCheck:
    case Kind::HealthWatch:
        return onHealthRequest(body);
    case Kind::Reflection:
        return onReflectionRequest(body);
    }
}

Task<void> GrpcCall::runDeclared(std::shared_ptr<GrpcHost>, std::shared_ptr<GrpcCall> call, std::string body)
{
    co_await call->callDeclared(std::move(body));
}

/// On a worker. Nothing else touches the call meanwhile: no operation but "done" is pending.
Task<void> GrpcCall::callDeclared(std::string body)
{
    Caller anonymous;
    anonymous.face = "grpc";
    anonymous.requestId = newRequestId();
    anonymous.address = m_host.addressOf(context.peer());
    if (m_host.options().clientAddress)
        anonymous.address = m_host.options().clientAddress(anonymous.address, metadata("x-forwarded-for"));
    anonymous.userAgent = metadata("user-agent").substr(0, kMaxUserAgent);
    context.AddTrailingMetadata("matinee-request-id", anonymous.requestId);

    Dispatcher &dispatcher = m_host.dispatcher();
    Result<Caller> caller = co_await dispatcher.identify(metadata("authorization"), std::move(anonymous));
    if (!caller) {
        dispatcher.countRefusal(m_method, caller.error());
        finishWith(caller.error());
        co_return;
    }
    Result<std::string> answer = co_await dispatcher.callBinary(m_method, std::move(*caller), std::move(body));
    if (answer)
        finishWith(std::move(*answer));
    else
        finishWith(answer.error());
}

void GrpcCall::onHealthRequest(const std::string &body)
{
    grpc::health::v1::HealthCheckRequest request;
    if (!request.ParseFromString(body))
        return finishWith(fail(ErrorCode::InvalidArgument, "The request is no HealthCheckRequest."));
    const auto health = healthOf(request.service());
    Serving answer;
    if (m_kind == Kind::HealthCheck) {
        if (!health)
            return finishWith(fail(ErrorCode::NotFound, "There is no such service."));
        answer.set_status(*health);
        return finishWith(answer.SerializeAsString());
    }
    m_watched = request.service();
    m_toldHealth = health.value_or(Serving::SERVICE_UNKNOWN);
    answer.set_status(*m_toldHealth);
    write(answer);
}

void GrpcCall::onReflectionRequest(const std::string &body)
{
    grpc::reflection::v1alpha::ServerReflectionRequest request;
    if (!request.ParseFromString(body) || ++m_questions > kMaxQuestions)
        return finishWith(fail(ErrorCode::InvalidArgument, "The request is no ServerReflectionRequest, or one too many."));
    write(answerReflection(request, m_host.services(), *google::protobuf::DescriptorPool::generated_pool()));
}

std::optional<Serving::ServingStatus> GrpcCall::healthOf(const std::string &service) const
{
    const auto &services = m_host.services();
    if (!service.empty() && std::find(services.begin(), services.end(), service) == services.end())
        return std::nullopt;
    const auto &serving = m_host.options().serving;
    return !serving || serving() ? Serving::SERVING : Serving::NOT_SERVING;
}

void GrpcCall::onWritten(bool ok)
{
    m_writing = false;
    if (!ok)
        return; // the client is gone; "done" follows
    if (m_kind == Kind::Reflection)
        read();
}

void GrpcCall::onFinished(bool) {}

void GrpcCall::read()
{
    (void)m_host.operate([this] { stream.Read(&m_buffer, pending(m_read)); });
}

void GrpcCall::write(const google::protobuf::Message &message)
{
    m_writing = true;
    (void)m_host.operate([&] { stream.Write(toBuffer(message.SerializeAsString()), pending(m_written)); });
}

void GrpcCall::finish(const grpc::Status &status)
{
    m_finishing = true;
    (void)m_host.operate([&] { stream.Finish(status, pending(m_finished)); });
}

void GrpcCall::finishWith(std::string body)
{
    m_finishing = true;
    (void)m_host.operate([&] { stream.WriteAndFinish(toBuffer(body), grpc::WriteOptions(), grpc::Status::OK, pending(m_finished)); });
}

void GrpcCall::finishWith(const Error &error)
{
    context.AddTrailingMetadata("matinee-code", std::string(codeName(error.code)));
    if (!error.field.empty() && isPrintable(error.field))
        context.AddTrailingMetadata("matinee-field", error.field);
    if (error.retryAfter.count() > 0)
        context.AddTrailingMetadata("retry-after", std::to_string(error.retryAfter.count()));
    finish(grpc::Status(static_cast<grpc::StatusCode>(grpcStatus(error.code)), error.message));
}

std::string GrpcCall::metadata(const char *name) const
{
    const auto &all = context.client_metadata();
    const auto found = all.find(name);
    return found == all.end() ? std::string() : std::string(found->second.data(), found->second.size());
}

} // namespace matinee::api
