// What can be wrong with a SQLite file and its folder, at start and while running.
#include "tests/support/database_test.h"

#include <QSqlDatabase>
#include <QSqlQuery>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <future>
#include <thread>

namespace matinee::store {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace fs = std::filesystem;

class SqliteTest : public testing::Test
{
protected:
    [[nodiscard]] fs::path file() const { return m_folder.path() / "matinee.db"; }
    [[nodiscard]] std::unique_ptr<Store> store(const fs::path &path) const
    {
        StoreOptions options;
        options.url = "sqlite:" + path.string();
        options.jobTimeout = 1000ms;
        return std::make_unique<Store>(options, nullptr);
    }
    static Error refusal(Store &store)
    {
        const auto r = store.open();
        EXPECT_FALSE(r.has_value());
        EXPECT_FALSE(store.healthy());
        return r ? Error() : r.error();
    }
    static Result<void> put(Store &store, const std::string &key)
    {
        return store.writeNow<void>([key](Transaction &tx) -> Result<void> {
            auto r = tx.execute("INSERT INTO server_state (key, value) VALUES (?, ?)", {QString::fromStdString(key), QStringLiteral("v")});
            return r ? Result<void>() : Result<void>(r.error());
        });
    }
    static std::string content(const fs::path &path)
    {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static void makeDatabaseOfAnotherProgram(const fs::path &path)
    {
        const QString id = QStringLiteral("other");
        {
            QSqlDatabase other = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), id);
            other.setDatabaseName(QString::fromStdString(path.string()));
            ASSERT_TRUE(other.open());
            QSqlQuery query(other);
            ASSERT_TRUE(query.exec(QStringLiteral("CREATE TABLE photos (id INTEGER)")));
        }
        QSqlDatabase::removeDatabase(id);
    }
    test::TemporaryFolder m_folder;
};

/// Root may write everywhere: for a moment this process is somebody else.
class AsNobody
{
public:
    AsNobody() : m_root(geteuid() == 0)
    {
        if (m_root && seteuid(65534) != 0)
            throw std::runtime_error("seteuid");
    }
    ~AsNobody()
    {
        if (m_root && seteuid(0) != 0)
            std::abort();
    }

private:
    const bool m_root;
};

TEST_F(SqliteTest, TheFileIsOursAlone)
{
    const auto opened = store(file());
    ASSERT_RESULT(opened->open());
    ASSERT_RESULT(migrate(*opened));
    for (const char *suffix : {"", "-wal", "-shm"}) {
        struct stat info
        {
        };
        ASSERT_EQ(::stat((file().string() + suffix).c_str(), &info), 0) << suffix;
        EXPECT_EQ(info.st_mode & 0777, 0600U) << suffix;
    }
}

TEST_F(SqliteTest, ACommitIsOnTheDiskBeforeItIsAcknowledged)
{
    const auto opened = store(file());
    ASSERT_RESULT(opened->open());
    const auto pragma = [&](const char *sql) {
        return opened->writeNow<int>([sql](Transaction &tx) -> Result<int> {
            auto rows = tx.query(sql);
            if (!rows)
                return rows.error();
            return (*rows)[0][0].toInt();
        });
    };
    EXPECT_EQ(*pragma("PRAGMA synchronous"), 2); // FULL
    EXPECT_EQ(*pragma("PRAGMA foreign_keys"), 1);
}

TEST_F(SqliteTest, AFolderThatDoesNotExistIsNamed)
{
    const auto opened = store(m_folder.path() / "none" / "m.db");
    const Error error = refusal(*opened);
    EXPECT_EQ(error.code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(error.message, HasSubstr((m_folder.path() / "none").string()));
    EXPECT_FALSE(fs::exists(m_folder.path() / "none"));
}

TEST_F(SqliteTest, AFolderInPlaceOfAFileIsRefused)
{
    fs::create_directory(file());
    EXPECT_THAT(refusal(*store(file())).message, HasSubstr("must name a file"));
}

TEST_F(SqliteTest, AnUnwritableFolderSaysWhoNeedsWhat)
{
    fs::permissions(m_folder.path(), fs::perms(0755));
    const fs::path closed = m_folder.path() / "closed";
    fs::create_directory(closed);
    fs::permissions(closed, fs::perms(0555));
    const AsNobody guard;
    const Error error = refusal(*store(closed / "m.db"));
    EXPECT_EQ(error.code, ErrorCode::PermissionDenied);
    EXPECT_EQ(error.field, "database.url");
    EXPECT_THAT(error.message, HasSubstr(closed.string()));
    EXPECT_TRUE(fs::is_empty(closed));
}

TEST_F(SqliteTest, AReadOnlyFileIsRefusedAtStartNotAtTheFirstWrite)
{
    {
        const auto opened = store(file());
        ASSERT_RESULT(opened->open());
        ASSERT_RESULT(migrate(*opened));
    }
    fs::permissions(m_folder.path(), fs::perms(0777));
    fs::permissions(file(), fs::perms(0444));
    const AsNobody guard;
    EXPECT_EQ(refusal(*store(file())).code, ErrorCode::PermissionDenied);
}

TEST_F(SqliteTest, AFileThatIsNoDatabaseIsRefusedUnchanged)
{
    const std::string text(5000, 'x');
    std::ofstream(file()) << text;
    const Error error = refusal(*store(file()));
    EXPECT_EQ(error.code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(error.message, HasSubstr("not a SQLite database"));
    EXPECT_EQ(content(file()), text);
}

TEST_F(SqliteTest, TheDatabaseOfAnotherProgramIsRefusedUnchanged)
{
    makeDatabaseOfAnotherProgram(file());
    const std::string before = content(file());
    const Error error = refusal(*store(file()));
    EXPECT_EQ(error.code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(error.message, HasSubstr("another program"));
    EXPECT_EQ(content(file()), before);
}

TEST_F(SqliteTest, ALockHeldByAnotherProgramIsUnavailableWithinTheTime)
{
    const auto opened = store(file());
    ASSERT_RESULT(opened->open());
    ASSERT_RESULT(migrate(*opened));
    const auto other = store(file());
    ASSERT_RESULT(other->open());
    auto goOn = std::make_shared<std::promise<void>>();
    auto locked = std::make_shared<std::promise<void>>();
    other->writeLater([locked, until = goOn->get_future().share()](Transaction &tx) -> Result<void> {
        auto r = tx.execute("INSERT INTO server_state (key, value) VALUES ('other', 'v')");
        locked->set_value();
        until.wait();
        return r ? Result<void>() : Result<void>(r.error());
    });
    locked->get_future().wait();
    const auto began = std::chrono::steady_clock::now();
    const auto r = put(*opened, "a");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1900ms);
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(r.error().message, HasSubstr("locked"));
    goOn->set_value();
    other->close();
    EXPECT_RESULT(put(*opened, "a"));
}

TEST_F(SqliteTest, AFullDiskIsUnavailableAndRecovers)
{
    const auto opened = store(file());
    ASSERT_RESULT(opened->open());
    ASSERT_RESULT(migrate(*opened));
    // The largest file of this process stands in for a full disk; the log (-wal) hits it. EFBIG is an I/O error to SQLite.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit tight = before;
    tight.rlim_cur = fs::file_size(file().string() + "-wal") + 20'000;
    setrlimit(RLIMIT_FSIZE, &tight);
    const auto tooBig = put(*opened, std::string(200'000, 'x'));
    setrlimit(RLIMIT_FSIZE, &before);
    ASSERT_FALSE(tooBig.has_value());
    EXPECT_EQ(tooBig.error().code, ErrorCode::Unavailable);
    // The connection was given up and is made anew at once.
    auto after = put(*opened, "after");
    for (int i = 0; i < 50 && !after; ++i) {
        std::this_thread::sleep_for(50ms);
        after = put(*opened, "after");
    }
    EXPECT_RESULT(after);
}

TEST_F(SqliteTest, AFileTakenAwayWhileRunningIsNoticed)
{
    const auto opened = store(file());
    ASSERT_RESULT(opened->open());
    ASSERT_RESULT(migrate(*opened));
    EXPECT_TRUE(opened->healthy());
    for (const char *suffix : {"", "-wal", "-shm"})
        fs::remove(file().string() + suffix);
    const auto until = std::chrono::steady_clock::now() + 5s;
    while (opened->healthy() && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(20ms);
    EXPECT_FALSE(opened->healthy());
    EXPECT_FALSE(put(*opened, "a").has_value());
    EXPECT_FALSE(fs::exists(file())); // an empty one in its place would hide the loss
}

} // namespace
} // namespace matinee::store
