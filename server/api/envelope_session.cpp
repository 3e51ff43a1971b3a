#include "api/envelope_session.h"

#include "api/access.h"

#include <algorithm>
#include <mutex>

namespace matinee::api {

namespace {

constexpr std::size_t kMaxKeyBytes = 1024; // as of a bearer token
constexpr std::size_t kInbox = 256;

struct TopicRow
{
    std::string_view name;
    v1::Permission needs;
};
constexpr TopicRow kTopics[] = {{"streams", v1::READ_STREAMS}, {"health", v1::READ_SERVER}};

} // namespace

v1::Permission topicPermission(std::string_view topic)
{
    for (const TopicRow &row : kTopics) {
        if (row.name == topic)
            return row.needs;
    }
    return topic.starts_with("playback:") ? v1::PUBLIC : v1::PERMISSION_UNSPECIFIED;
}

v1::Status toStatus(const Error &error)
{
    v1::Status status;
    status.set_code(std::string(codeName(error.code)));
    status.set_message(error.message);
    status.set_field(error.field);
    status.set_retry_after_seconds(static_cast<std::uint32_t>(error.retryAfter.count()));
    return status;
}

/// The newest event that was not sent yet: a source that is faster than the worker overwrites, nothing queues.
struct EnvelopeSession::Topic
{
    std::mutex mutex;
    std::shared_ptr<const v1::Event> newest;         // mutex
    std::unique_ptr<TopicSubscription> subscription; // worker
};

EnvelopeSession::EnvelopeSession(Dispatcher &dispatcher, TopicSource *topics, net::Worker &worker, EnvelopeOptions options, Send send,
                                 Close close)
    : m_dispatcher(dispatcher),
      m_topics(topics),
      m_worker(worker),
      m_options(std::move(options)),
      m_send(std::make_shared<const Send>(std::move(send))),
      m_close(std::move(close)),
      m_caller(m_options.anonymous)
{
}

EnvelopeSession::~EnvelopeSession() = default;

bool EnvelopeSession::receive(std::string bytes)
{
    if (m_worker.isCurrent()) {
        onBytes(bytes);
        return true;
    }
    if (m_inbox.fetch_add(1, std::memory_order_relaxed) >= kInbox) {
        m_inbox.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    m_worker.post([self = shared_from_this(), bytes = std::move(bytes)] {
        self->m_inbox.fetch_sub(1, std::memory_order_relaxed);
        self->onBytes(bytes);
    });
    return true;
}

void EnvelopeSession::onBytes(const std::string &bytes)
{
    if (bytes.size() > kMaxEnvelopeBytes)
        return sendGoodbye(fail(ErrorCode::PayloadTooLarge, "A message is larger than " + std::to_string(kMaxEnvelopeBytes) + " bytes."));
    v1::ClientMessage message;
    if (!message.ParseFromString(bytes))
        return sendGoodbye(fail(ErrorCode::InvalidArgument, "A message is no matinee.v1.ClientMessage."));
    onMessage(std::move(message));
}

void EnvelopeSession::stop()
{
    if (m_worker.isCurrent())
        return end();
    m_worker.post([self = shared_from_this()] { self->end(); });
}

void EnvelopeSession::goodbye(Error error)
{
    if (m_worker.isCurrent())
        return sendGoodbye(error);
    m_worker.post([self = shared_from_this(), error = std::move(error)] { self->sendGoodbye(error); });
}

void EnvelopeSession::onMessage(v1::ClientMessage message)
{
    if (m_over)
        return;
    if (m_signingIn) {
        // What follows Authenticate at once waits for its outcome.
        if (m_waiting.size() >= m_options.maxCalls)
            return sendGoodbye(fail(ErrorCode::RateLimited, "Too many messages before the sign-in was answered."));
        m_waiting.push_back(std::move(message));
        return;
    }
    if (m_options.mustSignIn && !m_signedIn && message.kind_case() != v1::ClientMessage::kAuthenticate)
        return sendGoodbye(fail(ErrorCode::Unauthenticated, "The first message must be Authenticate with an API key or an access token."));

    switch (message.kind_case()) {
    case v1::ClientMessage::kAuthenticate:
        m_signingIn = true;
        m_worker.spawn("sign-in", holding(shared_from_this(), signIn(std::move(*message.mutable_authenticate()->mutable_api_key()))));
        return;
    case v1::ClientMessage::kCall:
        return onCall(std::move(*message.mutable_call()));
    case v1::ClientMessage::kSubscribe:
        return onSubscribe(message.subscribe().topic());
    case v1::ClientMessage::kUnsubscribe:
        m_subscriptions.erase(message.unsubscribe().topic());
        return;
    case v1::ClientMessage::kPing: {
        v1::ServerMessage answer;
        answer.mutable_pong()->set_id(message.ping().id());
        send(answer);
        return;
    }
    case v1::ClientMessage::KIND_NOT_SET:
        return sendGoodbye(fail(ErrorCode::InvalidArgument, "An empty message came."));
    }
}

Task<void> EnvelopeSession::holding(std::shared_ptr<EnvelopeSession>, Task<void> task)
{
    co_await std::move(task);
}

Task<void> EnvelopeSession::recheckKey()
{
    (void)co_await stillWelcome();
}

void EnvelopeSession::start()
{
    if (m_over)
        return;
    if (m_options.known)
        return takeUp(*m_options.known, {});
    if (m_options.accessToken.empty())
        return;
    m_signingIn = true;
    m_worker.spawn("sign-in", holding(shared_from_this(), signInByCookie()));
}

void EnvelopeSession::takeUp(Caller caller, std::string key)
{
    m_caller = std::move(caller);
    m_key = m_caller.isPerson() ? std::string() : std::move(key);
    m_checkedAt = std::chrono::steady_clock::now();
    m_signedIn = true;
    m_watch = nullptr;
    const char *why = !m_caller.keyId.empty()     ? "This API key was revoked, or what it may do has changed. Connect again."
                      : !m_caller.guestId.empty() ? "Guests are not let in any more. Sign in with an account."
                                                  : "This session has ended, or what it may do has changed. Connect again.";
    m_watch = m_dispatcher.watch(m_caller, [weak = weak_from_this(), &worker = m_worker, why] {
        worker.post([weak, why] {
            if (const auto self = weak.lock())
                self->sendGoodbye(fail(ErrorCode::Unauthenticated, why));
        });
    });
}

/// A cookie goes along unasked, so nothing is answered: the peer has not said yet whether it reads JSON. One that is no longer good makes
/// nobody of it.
Task<void> EnvelopeSession::signInByCookie()
{
    Result<Caller> caller = co_await m_dispatcher.identifyCookie(m_options.accessToken, m_options.anonymous);
    m_signingIn = false;
    if (m_over)
        co_return;
    if (caller && (caller->isPerson() || !caller->guestId.empty()))
        takeUp(std::move(*caller), {});
    takeWaiting();
}

Task<void> EnvelopeSession::signIn(std::string key)
{
    Result<Caller> caller = fail(ErrorCode::Unauthenticated, "The API key or access token is empty or too long.");
    if (!key.empty() && key.size() <= kMaxKeyBytes)
        caller = co_await m_dispatcher.identify("Bearer " + key, m_options.anonymous);
    m_signingIn = false;
    if (m_over)
        co_return;

    v1::ServerMessage answer;
    auto &authenticated = *answer.mutable_authenticated();
    if (caller) {
        takeUp(std::move(*caller), std::move(key));
        authenticated.mutable_status();
        authenticated.set_server_version(m_options.serverVersion);
        for (int permission = v1::Permission_MIN + 1; permission <= v1::Permission_MAX; ++permission) {
            if (m_caller.may(permission))
                authenticated.add_scopes(permissionName(permission));
        }
    } else {
        *authenticated.mutable_status() = toStatus(caller.error());
    }
    send(answer);
    if (!caller && m_options.mustSignIn)
        co_return sendGoodbye(caller.error());
    takeWaiting();
}

void EnvelopeSession::takeWaiting()
{
    while (!m_waiting.empty() && !m_signingIn && !m_over) {
        v1::ClientMessage next = std::move(m_waiting.front());
        m_waiting.pop_front();
        onMessage(std::move(next));
    }
}

void EnvelopeSession::onCall(v1::CallRequest request)
{
    if (m_calls >= m_options.maxCalls) {
        v1::ServerMessage answer;
        answer.mutable_response()->set_id(request.id());
        const Error error{ErrorCode::RateLimited,
                          "Too many calls are under way on this connection; wait for their answers.",
                          {},
                          std::chrono::seconds(1)};
        *answer.mutable_response()->mutable_status() = toStatus(error);
        m_dispatcher.countRefusal(request.method(), error);
        send(answer);
        return;
    }
    ++m_calls;
    m_worker.spawn("call", holding(shared_from_this(), call(std::move(request))));
}

Task<void> EnvelopeSession::call(v1::CallRequest request)
{
    const bool welcome = co_await stillWelcome();
    if (welcome) {
        Caller caller = m_caller;
        caller.requestId += "-" + std::to_string(request.id());
        Result<std::string> body =
            co_await m_dispatcher.callBinary(request.method(), std::move(caller), std::move(*request.mutable_body()));
        if (!m_over) {
            v1::ServerMessage answer;
            answer.mutable_response()->set_id(request.id());
            if (body)
                answer.mutable_response()->set_body(std::move(*body));
            else
                *answer.mutable_response()->mutable_status() = toStatus(body.error());
            send(answer);
        }
    }
    --m_calls;
}

/// A connection outlives the look at its key: look again from time to time, since keys and guests also end by the clock. False where it
/// ended by that. The access token of a person lasts for minutes, their session and this connection longer: they are watched only.
Task<bool> EnvelopeSession::stillWelcome()
{
    const auto now = std::chrono::steady_clock::now();
    if (m_over || !m_signedIn || now - m_checkedAt < m_options.recheck)
        co_return !m_over;
    m_checkedAt = now; // concurrent calls look once
    if (m_watch && m_watch->isOver()) {
        sendGoodbye(fail(ErrorCode::Unauthenticated, "The day of this guest is over. Enter again, or sign in."));
        co_return false;
    }
    if (m_key.empty())
        co_return true;
    Result<Caller> caller = co_await m_dispatcher.identify("Bearer " + m_key, m_options.anonymous);
    if (m_over)
        co_return false;
    if (caller) {
        m_caller = std::move(*caller);
        co_return true;
    }
    if (caller.error().code != ErrorCode::Unauthenticated)
        co_return true; // the database is away: who was welcome stays
    sendGoodbye(caller.error());
    co_return false;
}

void EnvelopeSession::onSubscribe(const std::string &topic)
{
    const v1::Permission needs = topicPermission(topic);
    if (needs == v1::PERMISSION_UNSPECIFIED || !m_topics)
        return sendGoodbye(fail(ErrorCode::NotFound, "There is no such topic; there are \"streams\" and \"health\".", "topic"));
    if (!m_caller.may(needs)) {
        const auto code = m_caller.isAnonymous() ? ErrorCode::Unauthenticated : ErrorCode::PermissionDenied;
        return sendGoodbye(
            fail(code, "The topic " + topic + " needs an account or API key with the permission " + permissionName(needs) + ".", "topic"));
    }
    if (m_subscriptions.contains(topic))
        return;
    if (m_subscriptions.size() >= m_options.maxTopics)
        return sendGoodbye(fail(ErrorCode::RateLimited, "Too many subscriptions on this connection.", "topic"));

    auto entry = std::make_shared<Topic>();
    m_subscriptions.emplace(topic, entry);
    auto deliver = [weak = weak_from_this(), watch = std::weak_ptr<Topic>(entry), &worker = m_worker,
                    topic](std::shared_ptr<const v1::Event> event) {
        const auto current = watch.lock();
        if (!current)
            return;
        {
            std::lock_guard lock(current->mutex);
            const bool posted = current->newest != nullptr;
            current->newest = std::move(event);
            if (posted)
                return;
        }
        worker.post([weak, topic] {
            if (const auto self = weak.lock())
                self->onEvent(topic);
        });
    };
    auto subscription = m_topics->subscribe(topic, std::move(deliver));
    if (!subscription) {
        m_subscriptions.erase(topic);
        return sendGoodbye(subscription.error());
    }
    entry->subscription = std::move(*subscription);
}

void EnvelopeSession::onEvent(const std::string &topic)
{
    const auto found = m_subscriptions.find(topic);
    if (m_over || found == m_subscriptions.end())
        return;
    std::shared_ptr<const v1::Event> event;
    {
        std::lock_guard lock(found->second->mutex);
        event = std::move(found->second->newest);
        found->second->newest = nullptr;
    }
    if (!event)
        return;
    if (!m_caller.may(topicPermission(topic)))
        return sendGoodbye(fail(ErrorCode::PermissionDenied, "The account or API key no longer allows the topic " + topic + ".", "topic"));
    v1::ServerMessage message;
    *message.mutable_event() = *event;
    message.mutable_event()->set_topic(topic);
    send(message);
    if (m_signedIn && !m_signingIn && std::chrono::steady_clock::now() - m_checkedAt >= m_options.recheck) {
        m_worker.spawn("key check", holding(shared_from_this(), recheckKey()));
    }
}

void EnvelopeSession::send(const v1::ServerMessage &message)
{
    // A copy, since the transport may call stop() from within.
    if (const auto send = m_send)
        (*send)(message);
}

void EnvelopeSession::sendGoodbye(const Error &error)
{
    if (m_over)
        return;
    v1::ServerMessage message;
    *message.mutable_goodbye()->mutable_status() = toStatus(error);
    send(message);
    const Close close = std::move(m_close);
    end();
    if (close)
        close();
}

void EnvelopeSession::end()
{
    if (m_over)
        return;
    m_over = true;
    m_watch = nullptr;
    m_subscriptions.clear();
    m_waiting.clear();
    m_send = nullptr; // the transport may be gone: nothing of it is kept
    m_close = nullptr;
}

} // namespace matinee::api
