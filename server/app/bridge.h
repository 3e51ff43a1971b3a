// Carries messages of desktop consoles between the Qt main thread and the workers, where calls are answered.
// Owned by app; made and destroyed on the Qt main thread. Only immutable bytes cross.
#pragma once

#include "admin/bridge.h"
#include "api/envelope_session.h"

#include <QObject>

#include <memory>
#include <unordered_map>

namespace matinee::app {

class EnvelopeBridge final : public QObject, public admin::Bridge
{
public:
    EnvelopeBridge(api::Dispatcher &dispatcher, api::TopicSource &topics, net::WorkerPool &workers, std::string serverVersion);
    ~EnvelopeBridge() override;

    Handle open(const std::string &address, admin::Replies replies) override;
    [[nodiscard]] bool post(Handle session, const QByteArray &clientMessage) override;
    void close(Handle session) override;

private:
    struct Peer
    {
        std::shared_ptr<api::EnvelopeSession> session;
        admin::Replies replies;
    };

    api::Dispatcher &m_dispatcher;
    api::TopicSource &m_topics;
    net::WorkerPool &m_workers;
    const std::string m_serverVersion;
    std::unordered_map<Handle, Peer> m_peers;
    Handle m_last = 0;
};

} // namespace matinee::app
