#include "api/local_client.h"
#include "api/local_socket.h"

#include "tests/unit/api/test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace std::chrono_literals;
using testing::HasSubstr;

namespace matinee::api {

namespace {

class LocalSocketTest : public testing::Test
{
protected:
    LocalSocketTest()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "matinee-test-XXXXXX").string();
        folder = mkdtemp(pattern.data());
        path = (folder / "control.sock").string();
        EXPECT_TRUE(calls.dispatcher.seal());
        worker.start();
    }
    ~LocalSocketTest() override
    {
        socket.stop();
        settle();
        worker.stop();
        std::filesystem::remove_all(folder);
    }

    /// Until the worker has done what was posted to it.
    void settle()
    {
        std::promise<void> done;
        worker.post([&] { done.set_value(); });
        done.get_future().wait();
    }
    void open()
    {
        const Result<void> opened = socket.open(path);
        ASSERT_TRUE(opened) << opened.error().message;
        socket.start();
    }
    int rawClient()
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::snprintf(address.sun_path, sizeof address.sun_path, "%s", path.c_str());
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval limit{5, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        return fd;
    }

    TestCalls calls;
    std::filesystem::path folder;
    std::string path;
    net::Worker worker{0};
    LocalSocket socket{calls.dispatcher, nullptr, worker, "1.2.3"};
};

TEST_F(LocalSocketTest, WhoeverMayOpenItMayDoEverything)
{
    open();
    auto client = LocalClient::connect(path);
    ASSERT_TRUE(client) << client.error().message;
    test::EchoRequest request;
    request.set_name("one");
    const auto answer = client->call<test::Empty>("matinee.test.GoodService/Guarded", request);
    EXPECT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(calls.audit.entries().at(0).caller.keyId, "local");
    EXPECT_EQ(calls.audit.entries().at(0).caller.face, "local");
}

TEST_F(LocalSocketTest, ErrorsArriveWhole)
{
    open();
    auto client = LocalClient::connect(path);
    ASSERT_TRUE(client);
    test::EchoRequest request;
    request.set_name("missing");
    const auto answer = client->call<test::EchoRequest>("matinee.test.GoodService/Echo", request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::NotFound);
    EXPECT_EQ(answer.error().field, "name");
    EXPECT_EQ(answer.error().message, "There is no item named missing.");
    request.set_name("two");
    EXPECT_TRUE(client->call<test::EchoRequest>("matinee.test.GoodService/Echo", request)) << "the connection goes on";
}

TEST_F(LocalSocketTest, OnlyTheOwnerMayOpenTheFile)
{
    open();
    struct stat file
    {
    };
    ASSERT_EQ(::stat(path.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST_F(LocalSocketTest, ALeftOverFileIsReplacedAndARunningServerIsNot)
{
    {
        LocalSocket dead(calls.dispatcher, nullptr, worker, "1.2.3");
        ASSERT_TRUE(dead.open(path));
        std::filesystem::rename(path, path + ".kept");
        dead.stop();
        settle();
        std::filesystem::rename(path + ".kept", path); // as after kill -9
    }
    open();
    EXPECT_TRUE(LocalClient::connect(path));

    LocalSocket second(calls.dispatcher, nullptr, worker, "1.2.3");
    const Result<void> refused = second.open(path);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::AlreadyExists);
    EXPECT_THAT(refused.error().message, HasSubstr("A server runs on this data folder already"));
    EXPECT_TRUE(LocalClient::connect(path)) << "the first goes on";
}

TEST_F(LocalSocketTest, AFileThatIsNoSocketIsLeftAlone)
{
    std::ofstream(path) << "notes";
    const Result<void> refused = socket.open(path);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("is in the way"));
    EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST_F(LocalSocketTest, APathThatIsTooLongForSocketsWorksAllTheSame)
{
    const auto deep = folder / std::string(120, 'd');
    std::filesystem::create_directory(deep);
    path = (deep / "control.sock").string();
    open();
    EXPECT_TRUE(LocalClient::connect(path));
}

TEST_F(LocalSocketTest, WithoutAServerTheSentenceSaysWhatToDo)
{
    const auto client = LocalClient::connect(path);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(client.error().message, HasSubstr("matinee serve"));
}

TEST_F(LocalSocketTest, GarbageEndsTheConnectionAndNothingElse)
{
    open();
    for (const std::string &garbage :
         {std::string("\xff\xff\xff\xff", 4), std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\0\0\0\2\xff\xff", 6)}) {
        const int fd = rawClient();
        EXPECT_EQ(::send(fd, garbage.data(), garbage.size(), MSG_NOSIGNAL), static_cast<ssize_t>(garbage.size()));
        std::string answer;
        char bytes[512];
        for (;;) {
            const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
            if (got <= 0) {
                // Closing with bytes unread is a reset, also on unix sockets.
                EXPECT_TRUE(got == 0 || errno == ECONNRESET) << "the server closes";
                break;
            }
            answer.append(bytes, static_cast<std::size_t>(got));
        }
        v1::ServerMessage message;
        ASSERT_GT(answer.size(), 4u);
        ASSERT_TRUE(message.ParseFromString(answer.substr(4)));
        EXPECT_TRUE(message.has_goodbye());
        ::close(fd);
    }
    EXPECT_TRUE(LocalClient::connect(path));
}

TEST_F(LocalSocketTest, StoppingRemovesTheFileAndEndsConnections)
{
    open();
    auto client = LocalClient::connect(path, 5s);
    ASSERT_TRUE(client);
    settle();
    socket.stop();
    settle();
    EXPECT_FALSE(std::filesystem::exists(path));
    const auto answer = client->call<test::Empty>("matinee.test.GoodService/Limited", test::Empty());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
}

} // namespace

} // namespace matinee::api
