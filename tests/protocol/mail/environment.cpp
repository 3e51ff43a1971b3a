// Where another mail server is installed, Exim is not put in its place for the sake of a test.
#include <gtest/gtest.h>

#include <filesystem>

namespace matinee {
namespace {

class MailServer final : public testing::Environment
{
    void SetUp() override
    {
        if (!std::filesystem::exists("/usr/sbin/exim4") && std::filesystem::exists("/usr/sbin/sendmail"))
            GTEST_SKIP() << "needs Exim (package exim4-daemon-light), and this machine has another mail server";
    }
};

const testing::Environment *const kMailServer = testing::AddGlobalTestEnvironment(new MailServer); // GoogleTest deletes it

} // namespace
} // namespace matinee
