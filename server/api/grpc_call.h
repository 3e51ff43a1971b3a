// One gRPC call, from the head to its status. Lives on the gRPC thread except while a declared call runs on a worker; kept alive by its
// pending operations.
#pragma once

#include "api/dispatcher.h"
#include "api/grpc.h"

#include "grpc/health/v1/health.pb.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <mutex>
#include <optional>

namespace matinee::api {

/// What a call needs of the face that it came by.
class GrpcHost
{
public:
    virtual ~GrpcHost() = default;
    /// For a call on a worker, which may end after the face was stopped and let go.
    [[nodiscard]] virtual std::shared_ptr<GrpcHost> hold() = 0;
    virtual Dispatcher &dispatcher() = 0;
    virtual net::Worker &nextWorker() = 0;
    [[nodiscard]] virtual const GrpcOptions &options() const = 0;
    [[nodiscard]] virtual const std::vector<std::string> &services() const = 0;
    /// Of a connection, by what gRPC calls its peer.
    [[nodiscard]] virtual std::string addressOf(const std::string &peer) = 0;
    virtual void wait(class GrpcCall &next) = 0;  ///< Asks gRPC for a call and gives it to `next`.
    virtual bool began(class GrpcCall &call) = 0; ///< False where there are too many.
    virtual void ended(class GrpcCall &call) = 0;
    /// Runs `operation` unless the queue is closed already (gRPC aborts the process on operations after that).
    virtual bool operate(const std::function<void()> &operation) = 0;
};

class GrpcCall : public std::enable_shared_from_this<GrpcCall>
{
public:
    /// Tag of one kind of operation on the completion queue; keeps the call while one is pending.
    struct Operation
    {
        void (GrpcCall::*then)(bool);
        std::shared_ptr<GrpcCall> call;
    };
    /// Called on the gRPC thread for each tag that comes out of the queue.
    static void complete(void *tag, bool ok);

    explicit GrpcCall(GrpcHost &host);

    grpc::GenericServerContext context;
    grpc::GenericServerAsyncReaderWriter stream{&context};
    Operation *accepting(); ///< The tag for RequestCall.

    // gRPC thread
    void look(std::chrono::steady_clock::time_point now); ///< Once a second while the call lives: its age, and changes of health.
    void cancel() { context.TryCancel(); }

private:
    enum class Kind
    {
        Declared,
        HealthCheck,
        HealthWatch,
        Reflection
    };

    void onAccepted(bool ok);
    void onDone(bool ok);
    void onRead(bool ok);
    void onWritten(bool ok);
    void onFinished(bool ok);

    void read();
    void write(const google::protobuf::Message &message);
    void finish(const grpc::Status &status);
    void finishWith(std::string body);
    void finishWith(const Error &error);
    /// A coroutine begins later than it is made, so it holds the call by a parameter, and the host for longer than the call.
    static Task<void> runDeclared(std::shared_ptr<GrpcHost> host, std::shared_ptr<GrpcCall> call, std::string body);
    Task<void> callDeclared(std::string body);
    void onHealthRequest(const std::string &body);
    void onReflectionRequest(const std::string &body);
    [[nodiscard]] std::optional<grpc::health::v1::HealthCheckResponse::ServingStatus> healthOf(const std::string &service) const;
    [[nodiscard]] std::string metadata(const char *name) const;
    Operation *pending(Operation &operation);

    GrpcHost &m_host;
    Operation m_accepted{&GrpcCall::onAccepted, {}};
    Operation m_done{&GrpcCall::onDone, {}};
    Operation m_read{&GrpcCall::onRead, {}};
    Operation m_written{&GrpcCall::onWritten, {}};
    Operation m_finished{&GrpcCall::onFinished, {}};
    Kind m_kind = Kind::Declared;
    std::string m_method; // "matinee.v1.StreamService/CreateStream"
    std::chrono::steady_clock::time_point m_began{};
    grpc::ByteBuffer m_buffer;
    std::string m_watched; // service of a health watch
    std::optional<grpc::health::v1::HealthCheckResponse::ServingStatus> m_toldHealth;
    bool m_writing = false;
    bool m_finishing = false;
    std::size_t m_questions = 0; // of a reflection stream
};

} // namespace matinee::api
