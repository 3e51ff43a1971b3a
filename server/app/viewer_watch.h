// One viewer of a private stream who was let in as a person or by an API key: watched for the end of that, asked about anew where something
// changed, and shut out where they may watch no longer. Made by StoreGate; everything here is on the worker of the viewer's connection,
// while sessions and keys are told of their end on any thread.
#pragma once

#include "live/gate.h"
#include "net/worker.h"

#include <functional>
#include <memory>

namespace matinee::api {
class Authenticator;
}

namespace matinee::app {

class CredentialViewerWatch final : public live::ViewerWatch
{
public:
    /// `authenticator` and `worker` must outlive it. `over` is called once at most.
    CredentialViewerWatch(api::Authenticator &authenticator, net::Worker &worker, Caller caller, std::function<void()> over);
    ~CredentialViewerWatch() override;
    CredentialViewerWatch(const CredentialViewerWatch &) = delete;
    CredentialViewerWatch &operator=(const CredentialViewerWatch &) = delete;

private:
    struct State;
    static Task<void> lookAgain(std::shared_ptr<State> state);

    const std::shared_ptr<State> m_state; // a look that is under way keeps it, and finds that nobody waits for it any more
};

} // namespace matinee::app
