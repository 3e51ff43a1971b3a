// The same cases on both engines: a fresh, empty database for each, SQLite in a temporary folder, or one of the program's PostgreSQL.
// Use: INSTANTIATE_TEST_SUITE_P(Engines, MyTest, testing::Values(Engine::Sqlite, Engine::Postgres), test::engineName);
#pragma once

#include "store/migrations.h"
#include "store/store.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

namespace matinee::test {

/// Set as `ASSERT_RESULT(r)`: shows the sentence of the error.
#define EXPECT_RESULT(result) EXPECT_TRUE((result).has_value()) << (result).error().message
#define ASSERT_RESULT(result) ASSERT_TRUE((result).has_value()) << (result).error().message

class TemporaryFolder
{
public:
    TemporaryFolder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "matinee-test-XXXXXX").string();
        if (!mkdtemp(pattern.data()))
            throw std::runtime_error("no temporary folder");
        m_path = pattern;
    }
    ~TemporaryFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

class OnEachEngine : public testing::TestWithParam<store::Engine>
{
protected:
    void SetUp() override
    {
        if (GetParam() == store::Engine::Postgres) {
            m_postgresDatabase = PostgresServer::shared().takeDatabase();
            m_url = PostgresServer::shared().url(m_postgresDatabase);
        } else {
            m_url = "sqlite:" + (m_folder.path() / "matinee.db").string();
        }
    }
    ~OnEachEngine() override
    {
        if (!m_postgresDatabase.empty())
            PostgresServer::shared().giveBack(m_postgresDatabase);
    }
    [[nodiscard]] store::StoreOptions options() const
    {
        store::StoreOptions options;
        options.url = m_url;
        return options;
    }
    /// Connected and migrated.
    [[nodiscard]] std::unique_ptr<store::Store> openStore(store::StoreOptions options, observe::Metrics *metrics = nullptr) const
    {
        auto opened = std::make_unique<store::Store>(std::move(options), metrics);
        if (auto r = opened->open(); !r)
            throw std::runtime_error(r.error().message);
        if (auto r = store::migrate(*opened); !r)
            throw std::runtime_error(r.error().message);
        return opened;
    }
    [[nodiscard]] std::unique_ptr<store::Store> openStore() const { return openStore(options()); }

    TemporaryFolder m_folder;
    std::string m_postgresDatabase; // empty for SQLite
    std::string m_url;
};

inline std::string engineName(const testing::TestParamInfo<store::Engine> &info)
{
    return info.param == store::Engine::Sqlite ? "Sqlite" : "Postgres";
}

} // namespace matinee::test
