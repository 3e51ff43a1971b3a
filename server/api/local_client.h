// The other end of the local socket, for the command line: one blocking call after another. One thread.
#pragma once

#include "common/protocol/result.h"

#include "matinee/v1/envelope.pb.h"

#include <chrono>
#include <string>

namespace matinee::api {

class LocalClient
{
public:
    LocalClient() = default;
    ~LocalClient();
    LocalClient(LocalClient &&other) noexcept;
    LocalClient &operator=(LocalClient &&other) noexcept;

    /// Unavailable with a sentence where no server runs on this data folder.
    [[nodiscard]] static Result<LocalClient> connect(const std::string &path, std::chrono::seconds timeout = std::chrono::seconds(10));

    /// `client.call<v1::Stream>("matinee.v1.StreamService/GetStream", request)`
    template <class Response> [[nodiscard]] Result<Response> call(const std::string &method, const google::protobuf::Message &request)
    {
        const Result<std::string> body = exchange(method, request.SerializeAsString());
        if (!body)
            return body.error();
        Response response;
        if (!response.ParseFromString(*body))
            return fail(ErrorCode::Internal, "The server's answer could not be read; is it another version?");
        return response;
    }

private:
    [[nodiscard]] Result<std::string> exchange(const std::string &method, std::string body);

    int m_fd = -1;
    std::uint32_t m_lastId = 0;
};

} // namespace matinee::api
