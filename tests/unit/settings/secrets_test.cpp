#include "settings_file/files.h"
#include "settings_file/loader.h"

#include "temporary_folder.h"

#include "common/settings/value.h"

#include <gmock/gmock.h>

#include <thread>

#include <sys/stat.h>

namespace matinee::settings_file {

namespace {

using namespace settings;
using testing::HasSubstr;

mode_t modeOf(const std::string &path)
{
    struct stat status
    {
    };
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777;
}

Loaded loadIn(const test::TemporaryFolder &folder, MissingSecrets missing = MissingSecrets::Make)
{
    return load(Sources{.dataDir = folder.path(), .configFile = {}, .environment = {}, .overrides = {}}, missing);
}

} // namespace

TEST(Secrets, AreMadeAtTheFirstStartAndStayTheSame)
{
    const test::TemporaryFolder folder;
    const Loaded first = loadIn(folder);
    ASSERT_TRUE(first.good());
    ASSERT_EQ(first.notices.size(), 1U);
    EXPECT_THAT(first.notices[0].text(), HasSubstr("made 4 secrets; keep a copy"));
    const std::string secret = first.snapshot.get(jwtSecret);
    EXPECT_TRUE(rules::isHexKey(secret)) << secret;
    EXPECT_NE(secret, first.snapshot.get(securityCredentialEncryptionKey));

    const Loaded second = loadIn(folder);
    EXPECT_EQ(second.snapshot.get(jwtSecret), secret);
    EXPECT_TRUE(second.notices.empty());
    EXPECT_EQ(second.snapshot.origin(*jwtSecret.declaration).text(), "generated, in " + folder.file("secrets/jwt.secret"));
}

TEST(Secrets, AreReadableByTheirOwnerOnly)
{
    const test::TemporaryFolder folder;
    const Loaded loaded = loadIn(folder);
    EXPECT_EQ(modeOf(folder.file("secrets")), 0700U);
    std::size_t files = 0;
    for (const auto &entry : std::filesystem::directory_iterator(folder.file("secrets"))) {
        EXPECT_EQ(modeOf(entry.path()), 0600U) << entry.path();
        ++files;
    }
    EXPECT_EQ(files, 4U) << "one for each generated secret; no temporary file stays behind";
}

TEST(Secrets, AModeThatIsTooOpenIsCorrectedAndToldOf)
{
    const test::TemporaryFolder folder;
    (void)loadIn(folder);
    ::chmod(folder.file("secrets/jwt.secret").c_str(), 0644);
    const Loaded looked = loadIn(folder, MissingSecrets::LeaveEmpty);
    EXPECT_EQ(modeOf(folder.file("secrets/jwt.secret")), 0644U) << "looking changes nothing";
    EXPECT_EQ(looked.notices.size(), 1U);
    const Loaded loaded = loadIn(folder);
    ASSERT_EQ(loaded.notices.size(), 1U);
    EXPECT_THAT(loaded.notices[0].text(), HasSubstr("could be read by other users; its mode is 0600 again"));
    EXPECT_EQ(modeOf(folder.file("secrets/jwt.secret")), 0600U);
}

TEST(Secrets, ThatAreGivenLeaveTheFolderAlone)
{
    const test::TemporaryFolder folder;
    const std::string given = "9f1c6be0a4d37725c8b91e04fd62a83b5517e0c94ab2d6f8130e7c5d2948fa61";
    Sources sources{.dataDir = folder.path(), .configFile = {}, .environment = {{"MATINEE_JWT_SECRET", given}}, .overrides = {}};
    EXPECT_EQ(load(sources, MissingSecrets::Make).snapshot.get(jwtSecret), given);
    EXPECT_FALSE(std::filesystem::exists(folder.file("secrets/jwt.secret")));
}

TEST(Secrets, ADamagedFileStopsTheStartAndIsNotReplaced)
{
    for (const std::string damaged : {"", "\n", "9f1c6be0", "not hex at all"}) {
        const test::TemporaryFolder folder;
        folder.write("secrets/jwt.secret", damaged);
        const Loaded loaded = loadIn(folder);
        ASSERT_EQ(loaded.problems.size(), 1U) << damaged;
        EXPECT_THAT(loaded.problems[0].text(), HasSubstr("this file is damaged"));
        EXPECT_EQ(folder.read("secrets/jwt.secret"), damaged);
    }
}

TEST(Secrets, NothingIsMadeForAConfigurationThatDoesNotStand)
{
    const test::TemporaryFolder folder;
    folder.write("matinee.yaml", "server.prot: 80\n");
    EXPECT_FALSE(loadIn(folder).good());
    EXPECT_FALSE(std::filesystem::exists(folder.file("secrets")));
}

TEST(Secrets, LookingOnlyMakesNothing)
{
    const test::TemporaryFolder folder;
    const Loaded loaded = loadIn(folder, MissingSecrets::LeaveEmpty);
    EXPECT_TRUE(loaded.good());
    EXPECT_EQ(loaded.snapshot.get(jwtSecret), "");
    EXPECT_FALSE(std::filesystem::exists(folder.file("secrets")));
}

TEST(Secrets, TwoFirstStartsAtTheSameTimeAgree)
{
    const test::TemporaryFolder folder;
    std::vector<std::string> seen(8);
    std::vector<std::thread> starts;
    for (std::string &mine : seen)
        starts.emplace_back([&folder, &mine] { mine = loadIn(folder).snapshot.get(jwtSecret); });
    for (std::thread &start : starts)
        start.join();
    for (const std::string &secret : seen) {
        EXPECT_EQ(secret, seen.front());
        EXPECT_TRUE(rules::isHexKey(secret));
    }
}

TEST(PrivateFile, IsNeverOverwritten)
{
    const test::TemporaryFolder folder;
    ASSERT_TRUE(writeNewPrivateFile(folder.file("a"), "one"));
    const Result<void> again = writeNewPrivateFile(folder.file("a"), "two");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::AlreadyExists);
    EXPECT_EQ(folder.read("a"), "one");
}

TEST(DataFolder, IsMadePrivateAndRefusedWithASentence)
{
    const test::TemporaryFolder folder;
    ASSERT_TRUE(prepareFolder(folder.file("deep/data")));
    EXPECT_EQ(modeOf(folder.file("deep/data")), 0700U);
    ASSERT_TRUE(prepareFolder(folder.file("deep/data"))) << "a second time";
    const std::string file = folder.write("file", "x");
    const Result<void> refused = prepareFolder(file + "/data");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("--data-dir"));
}

} // namespace matinee::settings_file
