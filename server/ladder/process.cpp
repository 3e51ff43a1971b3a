#include "ladder/process.h"

#include "relay/child.h"

namespace matinee::ladder {

namespace {

class RelayProcess final : public Process
{
public:
    explicit RelayProcess(std::unique_ptr<relay::Child> child) : m_child(std::move(child)) {}
    Task<Result<std::vector<relay::wire::Message>>> receive() override { return m_child->receive(); }
    Task<bool> send(std::span<const media::SharedBytes> parts) override { return m_child->send(parts); }
    void hangUp() override { m_child->hangUp(); }
    Task<void> finish() override { return m_child->finish(); }

private:
    const std::unique_ptr<relay::Child> m_child;
};

} // namespace

StartProcess relayProcesses(std::string program)
{
    return [program = std::move(program)](net::Worker &worker, const relay::wire::Job &job,
                                          const std::string &name) -> Result<std::unique_ptr<Process>> {
        relay::ChildOptions options;
        options.program = program;
        options.name = name;
        options.lowPriority = true;
        auto child = relay::Child::start(worker, job, std::move(options));
        if (!child)
            return child.error();
        return std::unique_ptr<Process>(std::make_unique<RelayProcess>(std::move(*child)));
    };
}

} // namespace matinee::ladder
