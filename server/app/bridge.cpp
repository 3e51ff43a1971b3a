#include "app/bridge.h"

namespace matinee::app {

EnvelopeBridge::EnvelopeBridge(api::Dispatcher &dispatcher, api::TopicSource &topics, net::WorkerPool &workers, std::string serverVersion)
    : m_dispatcher(dispatcher)
    , m_topics(topics)
    , m_workers(workers)
    , m_serverVersion(std::move(serverVersion))
{
}

EnvelopeBridge::~EnvelopeBridge()
{
    for (auto &[handle, peer] : m_peers)
        peer.session->stop();
}

admin::Bridge::Handle EnvelopeBridge::open(const std::string &address, admin::Replies replies)
{
    const auto handle = ++m_last;
    auto &worker = m_workers.next();
    api::EnvelopeOptions options;
    options.anonymous.address = address;
    options.anonymous.face = "admin";
    options.anonymous.requestId = "admin-" + std::to_string(handle);
    options.mustSignIn = true;
    options.serverVersion = m_serverVersion;
    // Both run on the worker; the event loop drops what is queued for a bridge that is gone.
    const auto send = [this, handle](const v1::ServerMessage &message) {
        auto bytes = QByteArray::fromStdString(message.SerializeAsString());
        QMetaObject::invokeMethod(
            this,
            [this, handle, bytes = std::move(bytes)] {
                if (const auto peer = m_peers.find(handle); peer != m_peers.end())
                    peer->second.replies.message(bytes);
            },
            Qt::QueuedConnection);
    };
    const auto ended = [this, handle] {
        QMetaObject::invokeMethod(
            this,
            [this, handle] {
                if (auto peer = m_peers.extract(handle))
                    peer.mapped().replies.ended();
            },
            Qt::QueuedConnection);
    };
    auto session = std::make_shared<api::EnvelopeSession>(m_dispatcher, &m_topics, worker, std::move(options), send, ended);
    m_peers.emplace(handle, Peer{std::move(session), std::move(replies)});
    return handle;
}

bool EnvelopeBridge::post(Handle handle, const QByteArray &clientMessage)
{
    const auto found = m_peers.find(handle);
    return found == m_peers.end() || found->second.session->receive(clientMessage.toStdString()); // one that just ended takes what comes
}

void EnvelopeBridge::close(Handle handle)
{
    if (const auto peer = m_peers.extract(handle))
        peer.mapped().session->stop();
}

} // namespace matinee::app
