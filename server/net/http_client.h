// Calls that this server makes to others by HTTP: providers of sign-in, and whatever else a name in a setting or an answer leads to. By
// libcurl, on threads of its own, since that blocks. Owned by app; `fetch` may be awaited on any worker and resumes there.
//
// It connects to the public internet and to what the operator names, and nowhere else: the address is checked where the socket is opened,
// so that a name which resolves to another address the second time gets nothing. Redirects are not followed. Without https only inner
// addresses that the operator named are called.
#pragma once

#include "net/addresses.h"
#include "net/task.h"
#include "observe/metrics.h"

#include "common/protocol/result.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace matinee::net {

struct HttpRequest
{
    bool isPost = false;
    std::string address; ///< http(s)://...
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};                            ///< Of a POST.
    std::size_t mostBytes = std::size_t{64} << 10; ///< Of the answer's body.
};

struct HttpAnswer
{
    int status = 0;
    std::string body;
};

/// What may change while it runs.
struct HttpClientOptions
{
    AddressList allowed{}; ///< Inner addresses that may be called, also without https.
    std::string caFile{};  ///< PEM file of authorities; empty: those of the system.
};

class HttpClient
{
public:
    static constexpr std::size_t kThreads = 2;
    static constexpr std::size_t kMostWaiting = 256;
    static constexpr std::size_t kMostHeaderBytes = std::size_t{32} << 10;
    static constexpr std::chrono::seconds kConnectTimeout{5};
    static constexpr std::chrono::seconds kTimeout{15}; ///< From the first packet to the last.

    explicit HttpClient(HttpClientOptions options, observe::Metrics *metrics);
    /// Breaks off what is going on; who waits gets Unavailable, on a worker that still runs.
    ~HttpClient();
    HttpClient(const HttpClient &) = delete;
    HttpClient &operator=(const HttpClient &) = delete;

    /// Any answer is a success, whatever its status. InvalidArgument for an address that is none; PermissionDenied for one that may not be
    /// called, PayloadTooLarge, DeadlineExceeded; Unavailable for the rest. No message has anything of the query in it, which may be
    /// secret.
    Task<Result<HttpAnswer>> fetch(HttpRequest request);

    void setOptions(HttpClientOptions options); ///< Any thread; counts from the next request on.

private:
    struct State;
    const std::shared_ptr<State> m_state;
};

} // namespace matinee::net
