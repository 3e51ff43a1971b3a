#include "app/viewer_watch.h"

#include "api/dispatcher.h"

#include "matinee/v1/options.pb.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <utility>

namespace matinee::app {

namespace {

// Between a look that was good and the next watch: what changes all the time costs four looks a second and no more.
constexpr std::chrono::milliseconds kPause{250};
// While the database cannot be asked nothing is known, and those who watch go on.
constexpr std::chrono::milliseconds kRetry{1000};

} // namespace

struct CredentialViewerWatch::State : std::enable_shared_from_this<CredentialViewerWatch::State>
{
    State(api::Authenticator &by, net::Worker &on, Caller who, std::function<void()> whenOver)
        : authenticator(by), worker(on), caller(std::move(who)), over(std::move(whenOver))
    {
    }

    /// An end that comes between the look at the credential and this is told at once.
    void begin()
    {
        std::function<void()> told = [weak = weak_from_this(), &worker = worker] {
            worker.post([weak] {
                if (const auto self = weak.lock(); self && self->over)
                    self->worker.spawn("viewer", lookAgain(self));
            });
        };
        watch = authenticator.watch(caller, std::move(told));
    }

    api::Authenticator &authenticator;
    net::Worker &worker;
    Caller caller;
    std::function<void()> over; // empty: nobody waits for it
    std::unique_ptr<api::CredentialWatch> watch;
};

CredentialViewerWatch::CredentialViewerWatch(api::Authenticator &authenticator, net::Worker &worker, Caller caller,
                                             std::function<void()> over)
    : m_state(std::make_shared<State>(authenticator, worker, std::move(caller), std::move(over)))
{
    m_state->begin();
}

CredentialViewerWatch::~CredentialViewerWatch()
{
    m_state->over = nullptr;
    m_state->watch.reset();
}

/// Not everything that is told takes the stream away: an admin who becomes root is told of, too.
Task<void> CredentialViewerWatch::lookAgain(std::shared_ptr<State> state)
{
    asio::steady_timer pause(state->worker.context());
    for (;;) {
        Caller who = state->caller;
        Result<Caller> now = co_await state->authenticator.again(std::move(who));
        if (!state->over)
            co_return;
        const bool isKnown = now || now.error().code != ErrorCode::Unavailable;
        const bool mayStay = now && now->may(v1::READ_STREAMS);
        if (isKnown && !mayStay) {
            const auto over = std::exchange(state->over, nullptr);
            state->watch.reset();
            over(); // may destroy the watch, not this state
            co_return;
        }
        if (isKnown)
            state->caller = std::move(*now);
        pause.expires_after(isKnown ? kPause : kRetry);
        (void)co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!state->over)
            co_return;
        if (isKnown)
            break;
    }
    state->begin();
}

} // namespace matinee::app
