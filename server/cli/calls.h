// Declared calls from the command line: through the local socket of the server that runs on the data folder, or, where none runs,
// on the data folder itself. Opened once per command.
#pragma once

#include "api/local_client.h"
#include "app/offline.h"
#include "cli/context.h"

#include <memory>
#include <optional>

namespace matinee::cli {

class Calls
{
public:
    enum class Folder
    {
        MustExist,
        MayBeMade
    };

    /// Tells on stderr what failed; then nothing comes back and `exitCode` is set.
    [[nodiscard]] static std::optional<Calls> open(const Context &context, Folder folder, int &exitCode);

    /// True where a server runs.
    [[nodiscard]] bool online() const { return m_client.has_value(); }

    /// `calls.call<v1::Stream>("matinee.v1.StreamService/GetStream", request)`
    template <class Response> [[nodiscard]] Result<Response> call(const std::string &method, const google::protobuf::Message &request)
    {
        if (m_client)
            return m_client->call<Response>(method, request);
        const Result<std::string> body = m_offline->call(method, request.SerializeAsString());
        if (!body)
            return body.error();
        Response response;
        if (!response.ParseFromString(*body))
            return fail(ErrorCode::Internal, "The answer to " + method + " could not be read.");
        return response;
    }

private:
    std::optional<api::LocalClient> m_client;
    std::unique_ptr<app::OfflineCalls> m_offline;
};

} // namespace matinee::cli
