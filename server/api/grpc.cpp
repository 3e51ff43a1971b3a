#include "api/grpc.h"

#include "api/grpc_call.h"
#include "api/grpc_services.h"
#include "observe/log.h"

#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_posix.h>

#include <atomic>
#include <set>
#include <thread>
#include <unordered_map>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace matinee::api {

namespace {

/// gRPC writes to stderr what peers do wrong; that is worth a line only to who debugs.
void forwardLog(gpr_log_func_args *line)
{
    log::debug("grpc", "{}", line->message);
}

} // namespace

/// gRPC's server with its one queue and thread.
class GrpcFace::Engine : public GrpcHost, public std::enable_shared_from_this<GrpcFace::Engine>
{
public:
    Engine(Dispatcher &dispatcher, net::WorkerPool &workers, const GrpcOptions &options)
        : m_dispatcher(dispatcher), m_workers(workers), m_options(options)
    {
        // Their names come from the descriptors, which links in the files: what reflection lists it must be able to describe.
        std::set<std::string> services;
        for (const auto *file : {grpc::health::v1::HealthCheckRequest::descriptor()->file(),
                                 grpc::reflection::v1::ServerReflectionRequest::descriptor()->file(),
                                 grpc::reflection::v1alpha::ServerReflectionRequest::descriptor()->file()})
            services.insert(file->service(0)->full_name());
        for (const DeclaredCall *call : dispatcher.calls())
            services.insert(call->method->service()->full_name());
        m_services.assign(services.begin(), services.end());
    }

    /// False where gRPC cannot start.
    bool start()
    {
        gpr_set_log_function(forwardLog);
        grpc::ServerBuilder builder;
        builder.RegisterAsyncGenericService(&m_service);
        builder.SetMaxReceiveMessageSize(static_cast<int>(m_options.maxMessageBytes));
        builder.SetMaxSendMessageSize(static_cast<int>(m_options.maxMessageBytes));
        // No compressed requests: gRPC bounds their size before it unpacks them, not after.
        builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
        builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
        builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
        builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, static_cast<int>(m_options.maxStreamsPerConnection));
        builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 << 10);
        builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
        builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20000);
        builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
        builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000);
        builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, static_cast<int>(m_options.idle.count() * 1000));
        grpc::ResourceQuota quota("matinee");
        quota.Resize(m_options.memoryBytes);
        builder.SetResourceQuota(quota);
        m_queue = builder.AddCompletionQueue();
        m_server = builder.BuildAndStart();
        if (!m_server)
            return false;
        wait(*std::make_shared<GrpcCall>(*this));
        m_thread = std::thread([this] {
            pthread_setname_np(pthread_self(), "grpc");
            run();
        });
        return true;
    }

    void take(int fd, std::string address)
    {
        {
            // Descriptor numbers are used again, so there are never more entries than the process may have descriptors.
            std::lock_guard lock(m_addressMutex);
            m_addresses["fd:" + std::to_string(fd)] = std::move(address);
        }
        grpc::AddInsecureChannelFromFd(m_server.get(), fd);
    }

    void stop(std::chrono::milliseconds grace)
    {
        m_server->Shutdown(std::chrono::system_clock::now() + grace);
        {
            std::lock_guard lock(m_operateMutex);
            m_closed = true;
        }
        m_queue->Shutdown();
        m_thread.join();
    }

    // GrpcHost
    std::shared_ptr<GrpcHost> hold() override { return shared_from_this(); }
    Dispatcher &dispatcher() override { return m_dispatcher; }
    net::Worker &nextWorker() override { return m_workers.next(); }
    const GrpcOptions &options() const override { return m_options; }
    const std::vector<std::string> &services() const override { return m_services; }
    std::string addressOf(const std::string &peer) override
    {
        std::lock_guard lock(m_addressMutex);
        const auto found = m_addresses.find(peer);
        return found == m_addresses.end() ? "unknown" : found->second;
    }
    void wait(GrpcCall &next) override
    {
        (void)operate([&] { m_service.RequestCall(&next.context, &next.stream, m_queue.get(), m_queue.get(), next.accepting()); });
    }
    bool began(GrpcCall &call) override
    {
        m_calls.insert(&call);
        return m_calls.size() <= m_options.maxCalls;
    }
    void ended(GrpcCall &call) override { m_calls.erase(&call); }
    bool operate(const std::function<void()> &operation) override
    {
        std::lock_guard lock(m_operateMutex);
        if (m_closed)
            return false;
        operation();
        return true;
    }

private:
    void run()
    {
        for (;;) {
            void *tag = nullptr;
            bool ok = false;
            // While calls are under way, wake each second to look at them.
            const auto until =
                m_calls.empty() ? std::chrono::system_clock::time_point::max() : std::chrono::system_clock::now() + std::chrono::seconds(1);
            const auto next = m_queue->AsyncNext(&tag, &ok, until);
            if (next == grpc::CompletionQueue::SHUTDOWN)
                return;
            if (next == grpc::CompletionQueue::GOT_EVENT)
                GrpcCall::complete(tag, ok);
            const auto now = std::chrono::steady_clock::now();
            if (now - m_lookedAt < std::chrono::seconds(1))
                continue;
            m_lookedAt = now;
            for (GrpcCall *call : m_calls)
                call->look(now);
        }
    }

    Dispatcher &m_dispatcher;
    net::WorkerPool &m_workers;
    const GrpcOptions m_options;
    std::vector<std::string> m_services;

    grpc::AsyncGenericService m_service;
    std::unique_ptr<grpc::ServerCompletionQueue> m_queue;
    std::unique_ptr<grpc::Server> m_server;
    std::thread m_thread;

    // gRPC thread
    std::set<GrpcCall *> m_calls;
    std::chrono::steady_clock::time_point m_lookedAt{};

    std::mutex m_operateMutex;
    bool m_closed = false;
    std::mutex m_addressMutex;
    std::unordered_map<std::string, std::string> m_addresses;
};

GrpcFace::GrpcFace(Dispatcher &dispatcher, net::WorkerPool &workers, GrpcOptions options)
    : m_dispatcher(dispatcher), m_workers(workers), m_options(std::move(options))
{
}

GrpcFace::~GrpcFace()
{
    stop(std::chrono::milliseconds(0));
}

void GrpcFace::take(int fd, std::string clientAddress)
{
    std::lock_guard lock(m_mutex);
    if (!m_stopped && !m_engine) {
        auto engine = std::make_shared<Engine>(m_dispatcher, m_workers, m_options);
        if (engine->start())
            m_engine = std::move(engine);
        else
            log::error("grpc", "The gRPC server could not start; its connections are closed.");
    }
    if (m_stopped || !m_engine) {
        ::close(fd);
        return;
    }
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL, 0) | O_NONBLOCK);
    m_engine->take(fd, std::move(clientAddress));
}

void GrpcFace::stop(std::chrono::milliseconds grace)
{
    std::shared_ptr<Engine> engine;
    {
        std::lock_guard lock(m_mutex);
        m_stopped = true;
        engine = std::move(m_engine);
    }
    if (engine)
        engine->stop(grace);
}

} // namespace matinee::api
