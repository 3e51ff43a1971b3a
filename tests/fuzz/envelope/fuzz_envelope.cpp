// A peer that sends anything: the session answers or says Goodbye, once, and nothing after it.
// Input: messages, each with its length in two bytes before it.
#include "api/envelope_session.h"

#include "tests/unit/api/test_support.h"

#include <cstdlib>

using namespace matinee;

namespace {

class SilentTopics : public api::TopicSource
{
public:
    Result<std::unique_ptr<api::TopicSubscription>> subscribe(const std::string &, Deliver deliver) override
    {
        deliver(std::make_shared<v1::Event>());
        return std::unique_ptr<api::TopicSubscription>(std::make_unique<api::TopicSubscription>());
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static api::TestCalls calls;
    static const bool sealed = calls.dispatcher.seal().has_value();
    static SilentTopics topics;
    if (!sealed)
        std::abort();
    calls.now += std::chrono::minutes(2);

    net::Worker worker(0);
    api::EnvelopeOptions options;
    options.anonymous = api::stranger();
    options.mustSignIn = size > 0 && (data[0] & 1) != 0;
    bool over = false;
    const auto session = std::make_shared<api::EnvelopeSession>(
        calls.dispatcher, &topics, worker, options,
        [&](const v1::ServerMessage &message) {
            if (over || message.kind_case() == v1::ServerMessage::KIND_NOT_SET || !message.IsInitialized())
                std::abort();
            over = message.has_goodbye();
        },
        [&] {
            if (!over)
                std::abort();
        });
    for (std::size_t at = 1; at + 2 <= size;) {
        const std::size_t length = std::min<std::size_t>(std::size_t{data[at]} << 8 | data[at + 1], size - at - 2);
        (void)session->receive(std::string(reinterpret_cast<const char *>(data + at + 2), length));
        at += 2 + length;
        worker.context().restart();
        worker.context().poll();
    }
    session->stop();
    calls.release();
    worker.context().restart();
    worker.context().poll();
    return 0;
}
