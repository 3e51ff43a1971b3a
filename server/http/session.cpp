#include "http/session.h"

#include "http/cors.h"
#include "http/problem.h"
#include "http/pump.h"
#include "http/response_head.h"
#include "net/worker.h"
#include "observe/log.h"

#include <boost/asio/local/stream_protocol.hpp>

#include <random>
#include <sys/socket.h>
#include <unistd.h>

namespace matinee::http {

namespace {

constexpr std::size_t kReadBytes = 4 * 1024;
constexpr std::size_t kBodyReadBytes = 32 * 1024;
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"; ///< RFC 9113 3.4
constexpr std::uint8_t kTlsHandshake = 0x16;                              ///< Record type of a ClientHello, RFC 8446 5.1.
constexpr std::string_view kPreflightHeaders = "Authorization, Content-Type, If-None-Match, Range, X-Request-Id";
constexpr std::size_t kMaxRequestId = 64;

std::string makeRequestId()
{
    static constexpr char kHex[] = "0123456789abcdef";
    thread_local std::mt19937_64 random{std::random_device{}()};
    std::string id(16, '0');
    std::uint64_t value = random();
    for (char &c : id) {
        c = kHex[value & 0x0f];
        value >>= 4;
    }
    return id;
}

bool isRequestId(std::string_view text)
{
    return !text.empty() && text.size() <= kMaxRequestId &&
           text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-") == std::string_view::npos;
}

std::string allowHeader(const std::vector<Method> &methods)
{
    std::string allow;
    for (const Method method : methods) {
        allow.append(methodName(method)).append(", ");
        if (method == Method::Get)
            allow += "HEAD, ";
    }
    return allow += "OPTIONS";
}

// Of the absolute form too.
std::string pathOnly(const std::string &target)
{
    const auto begin = target.starts_with('/') ? 0 : target.find('/', target.find("://") + 3);
    return begin == std::string::npos ? "/" : target.substr(begin);
}

} // namespace

Session::Session(std::shared_ptr<DoorState> door, std::unique_ptr<net::Connection> connection)
    : m_door(std::move(door)),
      m_worker(connection->worker()),
      m_connection(std::move(connection)),
      m_options(m_door->options.load()),
      m_in(kReadBytes),
      m_parser({m_options->maxHeadBytes, m_options->maxHeaders}),
      m_began(Clock::now())
{
    m_door->active.fetch_add(1);
    m_door->sessions[m_worker.index()].insert(this);
}

Session::~Session()
{
    m_door->sessions[m_worker.index()].erase(this);
    m_door->active.fetch_sub(1);
}

Task<void> Session::run()
{
    if (!co_await sniff())
        co_return;
    bool more = true;
    while (more)
        more = co_await serveOne();
    if (m_continuation)
        co_await goOn();
    if (!m_connection)
        co_return;
    if (m_linger)
        co_await m_connection->shutdown(m_options->lingerTimeout);
    m_connection->close();
}

void Session::beginDrain()
{
    endKeepAlive();
    if (m_webSocket)
        m_webSocket->close(1001, "The server is going down. Connect again in a moment.");
    else if (m_idle && m_connection)
        m_connection->close();
}

void Session::abort()
{
    if (m_connection)
        m_connection->close();
}

// Appends to what is buffered.
Task<Result<void, net::IoError>> Session::fill(Milliseconds timeout)
{
    if (m_begin == m_end)
        m_begin = m_end = 0;
    if (m_end == m_in.size()) {
        std::copy(m_in.begin() + static_cast<std::ptrdiff_t>(m_begin), m_in.end(), m_in.begin());
        m_end -= m_begin;
        m_begin = 0;
    }
    const auto count = co_await m_connection->readSome(std::span(m_in).subspan(m_end), timeout);
    if (!count)
        co_return count.error();
    m_end += *count;
    co_return Result<void, net::IoError>{};
}

// Who is there? True: HTTP/1.1, its first bytes are buffered.
Task<bool> Session::sniff()
{
    m_idle = true;
    if (const auto came = co_await fill(m_options->headTimeout); !came)
        co_return false;
    m_idle = false;
    if (buffered().front() == kTlsHandshake) {
        if (!co_await startTls())
            co_return false;
    }
    const auto deadline = m_began + m_options->headTimeout;
    for (;;) {
        const std::size_t seen = std::min(m_end - m_begin, kPreface.size());
        if (!std::equal(kPreface.begin(), kPreface.begin() + static_cast<std::ptrdiff_t>(seen),
                        m_in.begin() + static_cast<std::ptrdiff_t>(m_begin)))
            co_return true;
        if (seen == kPreface.size())
            break;
        const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
        if (const auto came = co_await fill(left); !came)
            co_return false;
    }
    co_await handOverToGrpc();
    co_return false;
}

Task<bool> Session::startTls()
{
    if (!m_options->tls) {
        m_connection->noteReason("tls_without_certificate");
        co_return false;
    }
    const std::vector<std::uint8_t> hello(buffered().begin(), buffered().end());
    m_begin = m_end = 0;
    if (const auto started = co_await m_connection->startTls(m_options->tls->current(), hello, m_options->headTimeout); !started)
        co_return false;
    m_idle = true;
    const auto came = co_await fill(m_options->headTimeout);
    m_idle = false;
    co_return came.has_value();
}

Task<void> Session::handOverToGrpc()
{
    const bool clearOnTlsPort =
        m_options->tls && m_connection->isPlain() && !m_options->trustedProxies.contains(m_connection->peerAddress());
    if (!m_door->grpc || m_door->draining || clearOnTlsPort) {
        m_connection->noteReason("http2_refused");
        co_return;
    }
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
        m_connection->noteReason("no_descriptors");
        co_return;
    }
    OtherSocket ours(m_worker.context(), asio::generic::stream_protocol(AF_UNIX, 0), ends[0]);
    m_door->grpc(ends[1], m_connection->peerAddress());
    m_connection->noteReason("done");
    const std::vector<std::uint8_t> first(buffered().begin(), buffered().end());
    std::vector<std::uint8_t>().swap(m_in);
    co_await pump(*m_connection, std::move(ours), first, m_options->pumpIdleTimeout);
}

Task<bool> Session::serveOne()
{
    m_options = m_door->options.load();
    m_parser = wire::RequestParser({m_options->maxHeadBytes, m_options->maxHeaders});
    m_request = {};
    m_route = nullptr;
    m_answer = Answer::None;
    m_status = 0;
    m_sentBytes = 0;
    m_keepAlive = true;
    if (!co_await readHead()) {
        if (m_status != 0)
            finishRequest();
        co_return false;
    }
    describeRequest();
    ++m_served;
    m_keepAlive = m_parser.head().keepAlive && m_served < m_options->maxRequestsPerConnection && !m_door->draining;
    co_await route();
    if (m_continuation)
        co_return false;
    finishRequest();
    // What is left of a body that nobody read would be taken for the next request.
    // Not in the co_return: GCC 12 lays the frame out wrongly for an && there, and the first resumption jumps into nowhere.
    const bool more = m_answer == Answer::Complete && m_keepAlive && m_parser.done();
    co_return more;
}

Task<bool> Session::parseBuffered()
{
    const auto used = m_parser.feed(buffered());
    if (used) {
        m_begin += *used;
        co_return true;
    }
    co_await refuse(used.error());
    co_return false;
}

Task<bool> Session::readHead()
{
    m_began = Clock::now();
    auto deadline = m_began + m_options->headTimeout; // From the first byte, which may be buffered already.
    for (;;) {
        if (m_begin < m_end) {
            if (!co_await parseBuffered())
                co_return false;
        }
        if (m_parser.headDone())
            co_return true;
        if (!m_parser.started() && m_served > 0) {
            if (m_door->draining) {
                m_linger = true;
                co_return false;
            }
            m_idle = true;
            const auto came = co_await fill(m_options->idleTimeout);
            m_idle = false;
            if (!came)
                co_return false;
            m_began = Clock::now();
            deadline = m_began + m_options->headTimeout;
            continue;
        }
        const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
        const auto came = co_await fill(left);
        if (came)
            continue;
        if (came.error() == net::IoError::TimedOut && m_parser.started()) {
            m_request.requestId = makeRequestId();
            endKeepAlive();
            m_linger = true;
            co_await respond(
                problemWith(408, "request_timeout", "Too slow", "The request did not come within the time allowed.", m_request.requestId));
        }
        co_return false;
    }
}

void Session::describeRequest()
{
    const wire::RequestHead &head = m_parser.head();
    m_request.path = head.path;
    m_request.query = head.query;
    m_request.headers = head.headers;
    m_request.host = head.host;
    const auto client = net::forwardedClient(m_connection->peerAddress(), head.joined("x-forwarded-for"), head.joined("x-forwarded-proto"),
                                             m_options->trustedProxies);
    m_request.clientAddress = client.address;
    m_request.secure = client.secure || !m_connection->isPlain();
    const auto given = head.header("x-request-id");
    m_request.requestId = client.viaProxy && isRequestId(given) ? std::string(given) : makeRequestId();
}

Task<void> Session::refuse(wire::ParseError error)
{
    endKeepAlive();
    m_linger = true;
    m_connection->noteReason(wire::reasonOf(error));
    if (m_request.requestId.empty())
        m_request.requestId = makeRequestId();
    co_await respond(
        problemWith(wire::statusOf(error), wire::reasonOf(error), "Request refused", wire::sentenceOf(error), m_request.requestId));
}

Task<void> Session::route()
{
    const wire::RequestHead &head = m_parser.head();
    const auto method = methodFrom(head.method);
    if (co_await respondWithoutHandler(method))
        co_return;
    m_request.method = *method;
    auto match = m_door->router->find(*method, m_request.path);
    m_route = match.options;
    if (!match.handler) {
        if (!match.allowed.empty()) {
            const bool asks = *method == Method::Options;
            Response response = asks ? Response{204}
                                     : problemWith(405, "method_not_allowed", "Method not allowed",
                                                   "This address does not know " + head.method + ".", m_request.requestId);
            response.headers.emplace_back("Allow", allowHeader(match.allowed));
            co_await respond(std::move(response));
        } else {
            co_await respond(problem(fail(ErrorCode::NotFound, "There is nothing at " + m_request.path + "."), m_request.requestId));
        }
        co_return;
    }
    m_request.parameters = std::move(match.parameters);
    if (!co_await readBody())
        co_return;
    co_await runHandler(*match.handler);
}

// What is settled before any route is asked for.
Task<bool> Session::respondWithoutHandler(std::optional<Method> method)
{
    const wire::RequestHead &head = m_parser.head();
    if (m_options->tls && !m_request.secure) {
        endKeepAlive();
        if ((method == Method::Get || method == Method::Head) && !m_request.host.empty()) {
            Response response = text(308, "This port speaks HTTPS.\n");
            response.headers.emplace_back("Location", "https://" + m_request.host + pathOnly(head.target));
            co_await respond(std::move(response));
        } else {
            co_await respond(problemWith(400, "https_required", "HTTPS required", "This port speaks HTTPS: write https:// in the address.",
                                         m_request.requestId));
        }
        co_return true;
    }
    if (!method) {
        co_await respond(problemWith(501, "unknown_method", "Unknown method", "The method is not known here.", m_request.requestId));
        co_return true;
    }
    if (method == Method::Options && !head.header("origin").empty() && !head.header("access-control-request-method").empty()) {
        co_await respondPreflight();
        co_return true;
    }
    co_return false;
}

Task<void> Session::respondPreflight()
{
    const auto wanted = methodFrom(m_request.header("access-control-request-method"));
    const auto match = wanted ? m_door->router->find(*wanted, m_request.path) : Router::Match{};
    Response response{204};
    if (match.handler && match.options->cors) {
        response.headers = corsHeaders(m_request.header("origin"), m_request.host, m_options->corsAllowedOrigins);
        if (!headerOf(response, "Access-Control-Allow-Origin").empty()) {
            response.headers.emplace_back("Access-Control-Allow-Methods", methodName(*wanted));
            response.headers.emplace_back("Access-Control-Allow-Headers", kPreflightHeaders);
            response.headers.emplace_back("Access-Control-Max-Age", "600");
            co_await respond(std::move(response));
            co_return;
        }
    }
    co_await respond(problem(fail(ErrorCode::PermissionDenied, "This origin is not in server.cors_allowed_origins."), m_request.requestId));
}

Task<bool> Session::readBody()
{
    if (const auto allowed = m_parser.allowBody(m_route->maxBodyBytes); !allowed) {
        co_await refuse(allowed.error());
        co_return false;
    }
    if (!m_parser.done() && m_parser.head().expectsContinue && m_begin == m_end) {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        const std::array<asio::const_buffer, 1> piece{asio::buffer(kContinue)};
        if (const auto sent = co_await m_connection->write(piece, m_options->writeTimeout); !sent)
            co_return false;
    }
    const auto began = Clock::now();
    while (!m_parser.done()) {
        if (m_begin < m_end) {
            if (!co_await parseBuffered())
                co_return false;
            continue;
        }
        if (m_parser.bodyBytes() >= kReadBytes && m_in.size() < kBodyReadBytes)
            m_in.resize(kBodyReadBytes);
        // A trickle would hold the connection for ever: the longer it takes, the more must have come.
        const auto earned = Milliseconds{m_parser.bodyBytes() * 1000 / std::max<std::size_t>(m_options->bodyMinimumRate, 1)};
        const auto left = std::chrono::duration_cast<Milliseconds>(began + m_options->bodyGrace + earned - Clock::now());
        Result<void, net::IoError> came = net::IoError::TimedOut;
        if (left.count() > 0)
            came = co_await fill(left);
        if (came)
            continue;
        endKeepAlive();
        if (came.error() == net::IoError::TimedOut) {
            m_linger = true;
            m_connection->noteReason("timed_out");
            co_await respond(problemWith(408, "request_timeout", "Too slow", "The body came too slowly.", m_request.requestId));
        }
        co_return false;
    }
    m_request.body = m_parser.takeBody();
    if (m_in.size() > kReadBytes && m_begin == m_end) {
        m_in.resize(kReadBytes);
        m_in.shrink_to_fit();
        m_begin = m_end = 0;
    }
    co_return true;
}

Task<void> Session::runHandler(const Handler &handler)
{
    std::string what;
    try {
        co_await handler(*this);
    } catch (const std::exception &e) {
        what = e.what();
    } catch (...) {
        what = "unknown exception";
    }
    if (m_webSocket) {
        co_await m_webSocket->finish();
        m_webSocket.reset();
    }
    if (!what.empty())
        logException(what);
    else if (m_answer == Answer::None)
        log::error("http", "{} {} was not answered by its handler (request {})", methodName(m_request.method), m_route->name,
                   m_request.requestId);
    if (m_answer == Answer::None) {
        co_await respond(problem(fail(ErrorCode::Internal, "Something went wrong here. The log tells more under this request id."),
                                 m_request.requestId));
    } else if (!what.empty()) {
        cutShort();
    }
}

// Apart from the way of a request, whose coroutines have ended: a connection that streams for hours keeps no more than this.
Task<void> Session::goOn()
{
    std::string what;
    try {
        co_await m_continuation->run(*m_connection);
    } catch (const std::exception &e) {
        what = e.what();
    } catch (...) {
        what = "unknown exception";
    }
    m_continuation.reset();
    if (!what.empty()) {
        logException(what);
        cutShort();
    }
    finishRequest();
}

void Session::logException(const std::string &what) const
{
    log::error("http", "{} {} ended by an exception: {} (request {})", methodName(m_request.method), m_route->name, what,
               m_request.requestId);
}

void Session::cutShort()
{
    m_continuation.reset();
    endKeepAlive();
    m_linger = false; // It may have been cut in the middle; an orderly end would look like the whole.
}

void Session::finishRequest()
{
    const double seconds = std::chrono::duration<double>(Clock::now() - m_began).count();
    const auto &method = m_parser.headDone() ? m_parser.head().method : std::string();
    m_door->count(method, m_status);
    if (m_answer == Answer::Complete) // How long somebody watched says nothing about our answers.
        m_door->observe(m_route, seconds);
    // The route and not the path, which may hold a key or a token.
    log::debug("http", "{} {} {} {} B {:.1f} ms from {} (request {})", method, m_route ? m_route->name : "-", m_status, m_sentBytes,
               seconds * 1000, m_request.clientAddress, m_request.requestId);
}

std::unique_ptr<net::Connection> Session::detach(std::vector<std::uint8_t> &requestBytes)
{
    if (m_answer != Answer::None || !m_connection)
        return nullptr;
    m_answer = Answer::Detached;
    m_status = 101;
    const std::string &head = m_parser.rawHead();
    requestBytes.assign(head.begin(), head.end());
    if (m_parser.head().framing == wire::RequestHead::Framing::Chunked) {
        // The body was decoded; one chunk says the same.
        char size[24];
        const int length = std::snprintf(size, sizeof size, "%zx\r\n", m_request.body.size());
        if (!m_request.body.empty()) {
            requestBytes.insert(requestBytes.end(), size, size + length);
            requestBytes.insert(requestBytes.end(), m_request.body.begin(), m_request.body.end());
            requestBytes.insert(requestBytes.end(), {'\r', '\n'});
        }
        requestBytes.insert(requestBytes.end(), {'0', '\r', '\n', '\r', '\n'});
    } else {
        requestBytes.insert(requestBytes.end(), m_request.body.begin(), m_request.body.end());
    }
    requestBytes.insert(requestBytes.end(), buffered().begin(), buffered().end());
    m_begin = m_end = 0;
    return std::move(m_connection);
}

} // namespace matinee::http
