#include "net/http_client.h"

#include "net/address_guard.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/post.hpp>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace matinee::net {

namespace {

using Done = std::function<void(Result<HttpAnswer>)>; // called exactly once, on any thread
using Outcome = std::optional<Result<HttpAnswer>>;

struct Job
{
    HttpRequest request;
    Done done;
};

/// One request while it runs.
struct Transfer
{
    const HttpRequest &request;
    const HttpClientOptions &options;
    const AddressGuard guard;
    const bool isSecure;
    const std::atomic<bool> &stopping;
    HttpAnswer answer{};
    std::size_t headerBytes = 0;
    bool isTooLarge = false;
    std::string refused{}; // the address that may not be called
};

/// "https://host" of an address, which is all that is shown of it.
std::string shownHost(const std::string &address)
{
    const auto slashes = address.find("//");
    return address.substr(0, slashes == std::string::npos ? 0 : address.find_first_of("/?#", slashes + 2));
}

std::optional<Address> addressOf(const curl_sockaddr &where)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    // Declared as a plain sockaddr, and followed by the room of larger ones.
    const char *const place = reinterpret_cast<const char *>(&where) + offsetof(curl_sockaddr, addr);
    if (where.family == AF_INET && where.addrlen >= sizeof(sockaddr_in)) {
        sockaddr_in v4{};
        std::memcpy(&v4, place, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    } else if (where.family == AF_INET6 && where.addrlen >= sizeof(sockaddr_in6)) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, place, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    }
    return Address::parse(text.data());
}

curl_socket_t onOpen(void *context, curlsocktype, curl_sockaddr *where)
{
    auto &transfer = *static_cast<Transfer *>(context);
    const auto address = addressOf(*where);
    if (!address || where->socktype != SOCK_STREAM) {
        transfer.refused = "an address of an unknown kind";
        return CURL_SOCKET_BAD;
    }
    if (const auto refusal = transfer.guard.check(*address)) {
        transfer.refused = address->toString() + ", " + std::string(describe(*refusal));
        return CURL_SOCKET_BAD;
    }
    if (!transfer.isSecure && !transfer.options.allowed.contains(*address)) {
        transfer.refused = address->toString() + " without https";
        return CURL_SOCKET_BAD;
    }
    return ::socket(where->family, where->socktype | SOCK_CLOEXEC, where->protocol);
}

std::size_t onBody(char *data, std::size_t size, std::size_t count, void *context)
{
    auto &transfer = *static_cast<Transfer *>(context);
    const std::size_t length = size * count;
    transfer.isTooLarge = length > transfer.request.mostBytes - transfer.answer.body.size();
    if (transfer.isTooLarge)
        return 0; // ends the transfer
    transfer.answer.body.append(data, length);
    return length;
}

std::size_t onHeader(char *, std::size_t size, std::size_t count, void *context)
{
    auto &transfer = *static_cast<Transfer *>(context);
    transfer.headerBytes += size * count;
    transfer.isTooLarge = transfer.headerBytes > HttpClient::kMostHeaderBytes;
    return transfer.isTooLarge ? 0 : size * count;
}

int onProgress(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    return static_cast<const Transfer *>(context)->stopping.load() ? 1 : 0;
}

bool startCurl()
{
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return started;
}

void setUp(CURL *curl, Transfer &transfer, curl_slist *headers)
{
    const HttpRequest &request = transfer.request;
    curl_easy_setopt(curl, CURLOPT_URL, request.address.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, transfer.isSecure ? "https" : "http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); // not from the environment: it would connect in our place, unchecked
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(HttpClient::kConnectTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(HttpClient::kTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!transfer.options.caFile.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, transfer.options.caFile.c_str());
        curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr); // only those of the file
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Matinee"); // GitHub answers nobody without one
    if (request.isPost) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, onOpen);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, onBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, onHeader);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, onProgress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
}

Error failureOf(CURLcode code, const Transfer &transfer)
{
    const std::string host = shownHost(transfer.request.address);
    if (transfer.isTooLarge)
        return fail(ErrorCode::PayloadTooLarge, host + " answers with more than is taken.");
    if (!transfer.refused.empty() && code == CURLE_COULDNT_CONNECT)
        return fail(ErrorCode::PermissionDenied,
                    host + " is " + transfer.refused + ", which this server does not call unless a setting names it.");
    if (code == CURLE_OPERATION_TIMEDOUT)
        return fail(ErrorCode::DeadlineExceeded, host + " does not answer in time.");
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return fail(ErrorCode::InvalidArgument, "This is no address that can be called: " + host);
    return fail(ErrorCode::Unavailable, host + " cannot be reached: " + curl_easy_strerror(code) + ".");
}

const char *outcomeName(const Result<HttpAnswer> &result)
{
    if (result)
        return result->status >= 200 && result->status < 300 ? "ok" : "status";
    switch (result.error().code) {
    case ErrorCode::PermissionDenied:
        return "refused_address";
    case ErrorCode::PayloadTooLarge:
        return "too_large";
    case ErrorCode::DeadlineExceeded:
        return "timeout";
    default:
        return "unreachable";
    }
}

} // namespace

struct HttpClient::State
{
    State(HttpClientOptions initial, observe::Metrics *metrics) : options(std::move(initial))
    {
        if (!metrics)
            return;
        for (const char *outcome : {"ok", "status", "refused_address", "too_large", "timeout", "unreachable"})
            counters[outcome] = metrics->counter("matinee_http_client_requests_total", "Calls to other servers, by what came of them",
                                                 {{"outcome", outcome}});
        duration = metrics->histogram("matinee_http_client_duration_seconds", "Time of one call to another server", observe::timeBounds());
    }

    void serve()
    {
        for (;;) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [this] { return stopping.load() || !queue.empty(); });
            if (queue.empty())
                return;
            Job job = std::move(queue.front());
            queue.pop_front();
            const HttpClientOptions current = options;
            lock.unlock();
            const auto began = std::chrono::steady_clock::now();
            Result<HttpAnswer> result = perform(job.request, current);
            duration.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
            counters[outcomeName(result)].add();
            job.done(std::move(result));
        }
    }

    Result<HttpAnswer> perform(const HttpRequest &request, const HttpClientOptions &current) const
    {
        const bool isSecure = request.address.starts_with("https://");
        if (!isSecure && !request.address.starts_with("http://"))
            return fail(ErrorCode::InvalidArgument, "Only addresses with http:// or https:// can be called.");
        if (stopping)
            return fail(ErrorCode::Unavailable, "The server is stopping.");
        const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(startCurl() ? curl_easy_init() : nullptr, curl_easy_cleanup);
        if (!handle)
            return fail(ErrorCode::Unavailable, "libcurl could not be started.");
        std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(nullptr, curl_slist_free_all);
        for (const auto &[name, value] : request.headers) {
            if (value.find_first_of("\r\n") != std::string::npos)
                return fail(ErrorCode::InvalidArgument, "A header has a line break in it.");
            curl_slist *longer = curl_slist_append(headers.get(), (name + ": " + value).c_str());
            if (!longer)
                return fail(ErrorCode::Unavailable, "There is no memory left.");
            (void)headers.release();
            headers.reset(longer);
        }
        Transfer transfer{request, current, AddressGuard(current.allowed), isSecure, stopping};
        setUp(handle.get(), transfer, headers.get());
        const CURLcode code = curl_easy_perform(handle.get());
        if (code != CURLE_OK)
            return failureOf(code, transfer);
        long status = 0;
        curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
        transfer.answer.status = static_cast<int>(status);
        return std::move(transfer.answer);
    }

    void submit(HttpRequest request, Done done)
    {
        {
            const std::lock_guard lock(mutex);
            if (!stopping && queue.size() < kMostWaiting) {
                while (threads.size() < kThreads) // with the first call: most servers and all commands make none
                    threads.emplace_back([this] { serve(); });
                queue.push_back({std::move(request), std::move(done)});
                changed.notify_one();
                return;
            }
        }
        Error error = fail(ErrorCode::Unavailable, "Too many calls to other servers wait already. Try again in a moment.");
        error.retryAfter = std::chrono::seconds(5);
        done(Result<HttpAnswer>(std::move(error)));
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> queue; // guarded by mutex, as those below
    HttpClientOptions options;
    std::vector<std::thread> threads;
    std::atomic<bool> stopping{false};
    std::map<std::string, observe::Counter, std::less<>> counters; // constant after construction, but for what they count
    observe::Histogram duration;
};

HttpClient::HttpClient(HttpClientOptions options, observe::Metrics *metrics) : m_state(std::make_shared<State>(std::move(options), metrics))
{
    for (const char *outcome : {"ok", "status", "refused_address", "too_large", "timeout", "unreachable"})
        m_state->counters.try_emplace(outcome); // where there are no metrics
}

HttpClient::~HttpClient()
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->stopping = true;
    }
    m_state->changed.notify_all();
    for (std::thread &thread : m_state->threads) // no more of them are made now
        thread.join();
}

void HttpClient::setOptions(HttpClientOptions options)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->options = std::move(options);
}

Task<Result<HttpAnswer>> HttpClient::fetch(HttpRequest request)
{
    auto initiate = [state = m_state](auto handler, HttpRequest work) {
        // The answer comes from a thread of ours and goes home through the executor of the caller, where work is tracked meanwhile.
        using Handler = decltype(handler);
        auto executor = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        auto home = std::make_shared<std::pair<decltype(executor), Handler>>(std::move(executor), std::move(handler));
        state->submit(std::move(work), [home = std::move(home)](Result<HttpAnswer> result) {
            auto [to, resume] = std::move(*home);
            asio::post(to, [resume = std::move(resume), outcome = Outcome(std::move(result))]() mutable {
                std::move(resume)(std::move(outcome));
            });
        });
    };
    asio::use_awaitable_t<> token;
    Outcome outcome = co_await asio::async_initiate<asio::use_awaitable_t<>, void(Outcome)>(initiate, token, std::move(request));
    co_return std::move(*outcome);
}

} // namespace matinee::net
