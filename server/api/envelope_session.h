// One peer that speaks envelope.proto: sign-in, calls with answers, topics with events. Knows no transport: /api/ws, the admin
// channel and the local socket put one behind their own reading and writing.
// Made by the transport, lives on one worker: `send` and `close` are called there. receive() and stop() may come from any thread.
#pragma once

#include "api/dispatcher.h"
#include "net/worker.h"

#include "matinee/v1/envelope.pb.h"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace matinee::api {

/// A running subscription; destroying it ends it. May be destroyed on any thread.
class TopicSubscription
{
public:
    virtual ~TopicSubscription() = default;
};

/// Where events come from. Implemented by app.
class TopicSource
{
public:
    using Deliver = std::function<void(std::shared_ptr<const v1::Event>)>;

    virtual ~TopicSource() = default;
    /// `deliver` may be called from any thread, also once more while the subscription is being destroyed. The first event (the state now)
    /// should come at once. Which permission a topic needs is checked by the session (topicPermission()).
    virtual Result<std::unique_ptr<TopicSubscription>> subscribe(const std::string &topic, Deliver deliver) = 0;
};

/// What a topic needs, PERMISSION_UNSPECIFIED where there is no such topic.
[[nodiscard]] v1::Permission topicPermission(std::string_view topic);

inline constexpr std::size_t kMaxEnvelopeBytes = 1 << 20;

struct EnvelopeOptions
{
    Caller anonymous;                 ///< Address, request id and face of the connection. The local socket gives every permission here.
    bool mustSignIn = false;          ///< The first message must be Authenticate and succeed, else Goodbye (admin channel).
    std::size_t maxCalls = 64;        ///< Under way at once; one more is answered with rate_limited.
    std::size_t maxTopics = 8;        ///< Subscriptions; one more is answered with Goodbye.
    std::chrono::seconds recheck{15}; ///< A signed-in peer is looked up again after this, so a revoked key loses its connection.
    std::string accessToken;       ///< Of the cookie that came with the handshake; when it is good the peer is signed in, without a word.
    std::optional<Caller> known{}; ///< Who a ticket of the address said that it is: signed in as that, without a word.
    std::string serverVersion;     ///< For Authenticated.
};

class EnvelopeSession : public std::enable_shared_from_this<EnvelopeSession>
{
public:
    /// One message for the peer. Must not block; the transport bounds its queue.
    using Send = std::function<void(const v1::ServerMessage &)>;
    /// The session is over (a Goodbye was sent before where there is a reason): close after what is queued. Called once at most.
    using Close = std::function<void()>;

    EnvelopeSession(Dispatcher &dispatcher, TopicSource *topics, net::Worker &worker, EnvelopeOptions options, Send send, Close close);
    ~EnvelopeSession();

    /// One message of the peer. Garbage is answered with Goodbye. Any thread; false where 256 messages from other threads wait already:
    /// the transport should stop reading or close.
    [[nodiscard]] bool receive(std::string bytes);

    /// The transport is gone: nothing is sent any more, answers of running calls are dropped, subscriptions end. Any thread.
    void stop();
    /// Says Goodbye with this error and closes. Any thread.
    void goodbye(Error error);
    /// Signs in by EnvelopeOptions::known or accessToken, before what the peer sends. A connection ends with the session, the key, or the
    /// owner's right to use it, within a second (a key that expires within `recheck`). On the session's worker.
    void start();

private:
    struct Topic;

    // all on m_worker
    void onBytes(const std::string &bytes);
    void onMessage(v1::ClientMessage message);
    void onCall(v1::CallRequest request);
    void onSubscribe(const std::string &topic);
    void onEvent(const std::string &topic);
    void send(const v1::ServerMessage &message);
    void sendGoodbye(const Error &error);
    Task<void> signIn(std::string key);
    Task<void> signInByCookie();
    void takeUp(Caller caller, std::string key);
    void takeWaiting();
    Task<void> call(v1::CallRequest request);
    Task<void> recheckKey();
    /// A coroutine begins later than it is made: this keeps the session for it.
    static Task<void> holding(std::shared_ptr<EnvelopeSession> self, Task<void> task);
    Task<bool> stillWelcome();
    void end();

    Dispatcher &m_dispatcher;
    TopicSource *const m_topics;
    net::Worker &m_worker;
    const EnvelopeOptions m_options;
    std::atomic<std::size_t> m_inbox{0}; // any thread

    // worker
    std::shared_ptr<const Send> m_send; // null when over
    Close m_close;
    Caller m_caller;
    std::string m_key; // kept to look it up again, empty for a person and who came by a ticket; never logged
    std::unique_ptr<CredentialWatch> m_watch;
    std::chrono::steady_clock::time_point m_checkedAt{};
    bool m_signedIn = false;
    bool m_signingIn = false;
    bool m_over = false;
    std::deque<v1::ClientMessage> m_waiting; // while signing in; at most maxCalls
    std::size_t m_calls = 0;
    std::map<std::string, std::shared_ptr<Topic>> m_subscriptions;
};

/// The Status of an error as it goes into envelope messages.
[[nodiscard]] v1::Status toStatus(const Error &error);

} // namespace matinee::api
