// A gRPC client without stubs: calls by name, streams step by step.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace matinee::api {

inline std::string bytesOf(const grpc::ByteBuffer &buffer)
{
    std::vector<grpc::Slice> slices;
    std::string bytes;
    if (buffer.Valid() && buffer.Dump(&slices).ok()) {
        for (const auto &slice : slices)
            bytes.append(reinterpret_cast<const char *>(slice.begin()), slice.size());
    }
    return bytes;
}

inline grpc::ByteBuffer bufferOf(const std::string &bytes)
{
    const grpc::Slice slice(bytes);
    return grpc::ByteBuffer(&slice, 1);
}

/// A gRPC client of a real connection, one call after another.
class GrpcClient
{
public:
    explicit GrpcClient(std::shared_ptr<grpc::Channel> channel) : m_channel(std::move(channel)), m_stub(m_channel) {}

    grpc::Status call(const std::string &method, const google::protobuf::Message &request, google::protobuf::Message *response = nullptr,
                      const std::string &key = {}, bool compressed = false)
    {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
        if (!key.empty())
            context.AddMetadata("authorization", "Bearer " + key);
        if (compressed)
            context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
        grpc::CompletionQueue queue;
        const auto pending = m_stub.PrepareUnaryCall(&context, "/" + method, bufferOf(request.SerializeAsString()), &queue);
        pending->StartCall();
        grpc::ByteBuffer answer;
        grpc::Status status;
        pending->Finish(&answer, &status, this);
        void *tag = nullptr;
        bool ok = false;
        queue.Next(&tag, &ok);
        if (status.ok() && response) {
            EXPECT_TRUE(response->ParseFromString(bytesOf(answer)));
        }
        trailers.clear();
        for (const auto &[name, value] : context.GetServerTrailingMetadata())
            trailers[std::string(name.data(), name.size())] = std::string(value.data(), value.size());
        return status;
    }

    /// A stream: `step` is called with what to do next.
    class Stream
    {
    public:
        Stream(grpc::GenericStub &stub, const std::string &method)
        {
            context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10)); // read by PrepareCall
            m_call = stub.PrepareCall(&context, "/" + method, &m_queue);
            m_call->StartCall(this);
            EXPECT_TRUE(next());
        }
        bool write(const google::protobuf::Message &message)
        {
            m_call->Write(bufferOf(message.SerializeAsString()), this);
            return next();
        }
        bool read(google::protobuf::Message &into)
        {
            grpc::ByteBuffer buffer;
            m_call->Read(&buffer, this);
            return next() && into.ParseFromString(bytesOf(buffer));
        }
        grpc::Status finish(bool sayDone = true)
        {
            if (sayDone) {
                m_call->WritesDone(this);
                next();
            }
            grpc::Status status;
            m_call->Finish(&status, this);
            next();
            return status;
        }
        grpc::ClientContext context;

    private:
        bool next()
        {
            void *tag = nullptr;
            bool ok = false;
            return m_queue.Next(&tag, &ok) && ok;
        }
        grpc::CompletionQueue m_queue;
        std::unique_ptr<grpc::GenericClientAsyncReaderWriter> m_call;
    };
    std::unique_ptr<Stream> stream(const std::string &method) { return std::make_unique<Stream>(m_stub, method); }

    std::map<std::string, std::string> trailers;

private:
    std::shared_ptr<grpc::Channel> m_channel;
    grpc::GenericStub m_stub;
};

} // namespace matinee::api
