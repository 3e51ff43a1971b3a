#include "api/grpc.h"

#include "api/grpc_services.h"
#include "tests/unit/api/grpc_client.h"
#include "tests/unit/api/test_support.h"

#include "grpc/health/v1/health.pb.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel_posix.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace std::chrono_literals;
using testing::Contains;

namespace matinee::api {

namespace {

class GrpcTest : public testing::Test
{
protected:
    GrpcTest()
    {
        EXPECT_TRUE(calls.dispatcher.seal());
        workers.start();
    }
    ~GrpcTest() override
    {
        if (face)
            face->stop(0ms);
        workers.stop();
    }

    int connect(const std::string &address = "192.0.2.7")
    {
        if (!face)
            face = std::make_unique<GrpcFace>(calls.dispatcher, workers, options);
        int ends[2] = {-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        face->take(ends[0], address);
        return ends[1];
    }
    std::unique_ptr<GrpcClient> client(const std::string &address = "192.0.2.7")
    {
        const int fd = connect(address);
        ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL, 0) | O_NONBLOCK);
        return std::make_unique<GrpcClient>(grpc::CreateInsecureChannelFromFd("test", fd));
    }

    TestCalls calls;
    net::WorkerPool workers{2};
    GrpcOptions options;
    std::unique_ptr<GrpcFace> face;
};

TEST_F(GrpcTest, ACallIsAnsweredAndKnowsWhoMadeIt)
{
    const auto grpc = client();
    test::EchoRequest request;
    request.set_name("one");
    test::EchoRequest response;
    const auto status = grpc->call("matinee.test.GoodService/Echo", request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.name(), "one");
    EXPECT_EQ(calls.lastCaller().address, "192.0.2.7");
    EXPECT_EQ(calls.lastCaller().face, "grpc");
    EXPECT_EQ(grpc->trailers.at("matinee-request-id"), calls.lastCaller().requestId);
    EXPECT_FALSE(calls.lastCaller().requestId.empty());
    EXPECT_TRUE(grpc->call("matinee.test.GoodService/Limited", test::Empty()).ok()) << "an empty request is a request";
}

TEST_F(GrpcTest, ConnectionsThatReuseADescriptorAreNotMistaken)
{
    for (int i = 0; i < 5; ++i) {
        const std::string address = "192.0.2." + std::to_string(i);
        const auto grpc = client(address);
        ASSERT_TRUE(grpc->call("matinee.test.GoodService/Echo", test::EchoRequest()).ok());
        EXPECT_EQ(calls.lastCaller().address, address);
    }
}

TEST_F(GrpcTest, ATrustedProxyMayNameTheClient)
{
    options.clientAddress = [](const std::string &connection, const std::string &) { return "for " + connection; };
    const auto grpc = client();
    ASSERT_TRUE(grpc->call("matinee.test.GoodService/Echo", test::EchoRequest()).ok());
    EXPECT_EQ(calls.lastCaller().address, "for 192.0.2.7");
}

TEST_F(GrpcTest, ErrorsCarryStatusMessageCodeAndField)
{
    const auto grpc = client();
    test::EchoRequest request;
    request.set_name("missing");
    const auto status = grpc->call("matinee.test.GoodService/Echo", request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(status.error_message(), "There is no item named missing.");
    EXPECT_EQ(grpc->trailers.at("matinee-code"), "not_found");
    EXPECT_EQ(grpc->trailers.at("matinee-field"), "name");

    EXPECT_EQ(grpc->call("matinee.test.GoodService/Throws", test::Empty()).error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(grpc->call("matinee.test.GoodService/Nothing", test::Empty()).error_code(), grpc::StatusCode::UNIMPLEMENTED);
    EXPECT_EQ(grpc->call("x", test::Empty()).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(GrpcTest, KeysComeByMetadata)
{
    const auto grpc = client();
    const std::string guarded = "matinee.test.GoodService/Guarded";
    EXPECT_EQ(grpc->call(guarded, test::EchoRequest()).error_code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(grpc->call(guarded, test::EchoRequest(), nullptr, "wrong").error_code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(grpc->call(guarded, test::EchoRequest(), nullptr, "reader-key").error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_TRUE(grpc->call(guarded, test::EchoRequest(), nullptr, "admin-key").ok());
    EXPECT_EQ(grpc->call("matinee.test.GoodService/Echo", test::EchoRequest(), nullptr, "wrong").error_code(),
              grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(GrpcTest, TooOftenSaysWhenToTryAgain)
{
    const auto grpc = client();
    const std::string limited = "matinee.test.GoodService/Limited";
    EXPECT_TRUE(grpc->call(limited, test::Empty()).ok());
    EXPECT_TRUE(grpc->call(limited, test::Empty()).ok());
    EXPECT_EQ(grpc->call(limited, test::Empty()).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(grpc->trailers.at("retry-after"), "30");
    EXPECT_EQ(grpc->trailers.at("matinee-code"), "rate_limited");
    EXPECT_TRUE(client("192.0.2.8")->call(limited, test::Empty()).ok()) << "another client has its own count";
}

TEST_F(GrpcTest, OversizeAndCompressedRequestsAreRefused)
{
    const auto grpc = client();
    test::EchoRequest request;
    request.set_hint(std::string(5 << 20, 'x'));
    EXPECT_EQ(grpc->call("matinee.test.GoodService/Echo", request).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    request.set_hint(std::string(2 << 20, 'x'));
    EXPECT_EQ(grpc->call("matinee.test.GoodService/Echo", request).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(grpc->trailers["matinee-code"], "payload_too_large") << "over the limit of the call, which is lower";
    request.set_hint(std::string(1000, 'x'));
    EXPECT_EQ(grpc->call("matinee.test.GoodService/Echo", request, nullptr, {}, true).error_code(), grpc::StatusCode::UNIMPLEMENTED);
    EXPECT_TRUE(grpc->call("matinee.test.GoodService/Echo", request).ok());
}

TEST_F(GrpcTest, ACallThatNeverSendsItsRequestIsCancelled)
{
    options.maxCallAge = 1s;
    const auto grpc = client();
    const auto silent = grpc->stream("matinee.test.GoodService/Echo");
    const auto began = std::chrono::steady_clock::now();
    EXPECT_FALSE(silent->finish(false).ok());
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    EXPECT_TRUE(grpc->call("matinee.test.GoodService/Echo", test::EchoRequest()).ok());
}

TEST_F(GrpcTest, CallsUnderWayAreBounded)
{
    options.maxCalls = 2;
    const auto grpc = client();
    const auto first = grpc->stream(std::string(kReflectionService) + "/ServerReflectionInfo");
    const auto second = grpc->stream(std::string(kReflectionService) + "/ServerReflectionInfo");
    grpc::reflection::v1alpha::ServerReflectionRequest question;
    grpc::reflection::v1alpha::ServerReflectionResponse answer;
    question.set_list_services("*");
    ASSERT_TRUE(first->write(question) && first->read(answer));
    ASSERT_TRUE(second->write(question) && second->read(answer));
    EXPECT_EQ(grpc->call("matinee.test.GoodService/Echo", test::EchoRequest()).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_TRUE(first->finish().ok());
    grpc::Status status;
    for (int attempt = 0; attempt < 100 && !status.ok(); ++attempt)
        status = grpc->call("matinee.test.GoodService/Echo", test::EchoRequest());
    EXPECT_TRUE(status.ok());
}

TEST_F(GrpcTest, HealthFollowsTheServer)
{
    using grpc::health::v1::HealthCheckRequest;
    using grpc::health::v1::HealthCheckResponse;
    const auto serving = std::make_shared<std::atomic<bool>>(true); // looked at until the server stops, after the end of this body
    options.serving = [serving] { return serving->load(); };
    const auto grpc = client();
    HealthCheckRequest request;
    HealthCheckResponse response;
    ASSERT_TRUE(grpc->call("grpc.health.v1.Health/Check", request, &response).ok());
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
    request.set_service("matinee.test.GoodService");
    EXPECT_TRUE(grpc->call("grpc.health.v1.Health/Check", request, &response).ok());
    request.set_service("nothing");
    EXPECT_EQ(grpc->call("grpc.health.v1.Health/Check", request, &response).error_code(), grpc::StatusCode::NOT_FOUND);

    const auto watch = grpc->stream("grpc.health.v1.Health/Watch");
    request.clear_service();
    ASSERT_TRUE(watch->write(request) && watch->read(response));
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
    *serving = false;
    ASSERT_TRUE(watch->read(response));
    EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
    watch->context.TryCancel();
    EXPECT_EQ(watch->finish(false).error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(GrpcTest, ReflectionTellsServicesAndFiles)
{
    const auto grpc = client();
    for (const char *service : {kReflectionService, kReflectionAlphaService}) {
        const auto reflection = grpc->stream(std::string(service) + "/ServerReflectionInfo");
        grpc::reflection::v1alpha::ServerReflectionRequest question;
        grpc::reflection::v1alpha::ServerReflectionResponse answer;
        question.set_list_services("*");
        ASSERT_TRUE(reflection->write(question) && reflection->read(answer));
        std::vector<std::string> names;
        for (const auto &listed : answer.list_services_response().service())
            names.push_back(listed.name());
        EXPECT_THAT(names, Contains("matinee.test.GoodService"));
        EXPECT_THAT(names, Contains("grpc.health.v1.Health"));

        // Each service that is listed can be described, with all that its file imports.
        for (const auto &name : names) {
            question.set_file_containing_symbol(name);
            ASSERT_TRUE(reflection->write(question) && reflection->read(answer)) << name;
            ASSERT_GT(answer.file_descriptor_response().file_descriptor_proto_size(), 0)
                << name << ": " << answer.error_response().error_message();
        }
        question.set_file_by_filename("nothing.proto");
        ASSERT_TRUE(reflection->write(question) && reflection->read(answer));
        EXPECT_EQ(answer.error_response().error_code(), 5);
        question.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
        ASSERT_TRUE(reflection->write(question) && reflection->read(answer));
        EXPECT_THAT(answer.all_extension_numbers_response().extension_number(), Contains(50711));
        EXPECT_TRUE(reflection->finish().ok());
    }
}

TEST_F(GrpcTest, GarbageOnAConnectionDisturbsNoOther)
{
    const auto grpc = client();
    for (const std::string &garbage :
         {std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + std::string(64, '\xff'), std::string(1000, '\0'), std::string("x")}) {
        const int fd = connect();
        EXPECT_GT(::send(fd, garbage.data(), garbage.size(), MSG_NOSIGNAL), 0);
        ::close(fd);
    }
    EXPECT_TRUE(grpc->call("matinee.test.GoodService/Echo", test::EchoRequest()).ok());
}

TEST_F(GrpcTest, StoppingEndsCallsAndRefusesNewConnections)
{
    const auto grpc = client();
    const auto open = grpc->stream(std::string(kReflectionService) + "/ServerReflectionInfo");
    face->stop(100ms);
    EXPECT_FALSE(open->finish(false).ok());
    const int late = connect();
    char byte = 0;
    EXPECT_EQ(::recv(late, &byte, 1, 0), 0) << "closed at once";
    ::close(late);
}

TEST_F(GrpcTest, AHandlerThatOutlivesTheServerIsNoHarm)
{
    // Many calls in the air while it stops; the workers finish afterwards.
    const auto grpc = client();
    std::vector<std::unique_ptr<GrpcClient::Stream>> streams;
    for (int i = 0; i < 20; ++i) {
        streams.push_back(grpc->stream("matinee.test.GoodService/Echo"));
        (void)streams.back()->write(test::EchoRequest());
    }
    face->stop(0ms);
    for (auto &stream : streams)
        (void)stream->finish(false);
}

} // namespace

} // namespace matinee::api
