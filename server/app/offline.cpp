#include "app/offline.h"

#include "app/core.h"
#include "app/data_folder.h"

#include <QCoreApplication>

#include <future>

namespace matinee::app {

namespace {

class FolderCalls final : public OfflineCalls
{
public:
    FolderCalls(DataFolder folder, std::unique_ptr<Core> core)
        : m_folder(std::move(folder))
        , m_core(std::move(core))
    {
        m_core->workers.start();
    }
    ~FolderCalls() override
    {
        m_core->store.close();
        m_core->workers.stop();
    }

    Result<std::string> call(std::string_view method, const std::string &request) override
    {
        Caller caller;
        caller.permissions = kEveryPermission;
        caller.keyId = caller.face = "local";
        std::promise<Result<std::string>> answer;
        auto run = [](api::Dispatcher &dispatcher, std::string method, Caller caller, std::string request, auto &answer) -> Task<void> {
            answer.set_value(co_await dispatcher.callBinary(std::move(method), std::move(caller), std::move(request)));
        };
        m_core->workers.at(0).spawn("command", run(m_core->dispatcher, std::string(method), std::move(caller), request, answer));
        return answer.get_future().get();
    }

private:
    DataFolder m_folder;
    std::unique_ptr<Core> m_core;
};

} // namespace

Result<std::unique_ptr<OfflineCalls>> openOffline(const settings::Snapshot &settings, const std::string &dataDir)
{
    auto folder = DataFolder::take(dataDir);
    if (!folder)
        return folder.error();
    auto core = std::make_unique<Core>(settings, dataDir, 1);
    if (auto opened = core->open(); !opened)
        return opened.error();
    return std::unique_ptr<OfflineCalls>(std::make_unique<FolderCalls>(std::move(*folder), std::move(core)));
}

} // namespace matinee::app
