// A real PostgreSQL for tests: own data folder, own port on loopback, fsync on, ended with the test (and if the test dies).
// Owned by the test that makes it; one thread. PostgreSQL refuses to run as root, so then it runs as the user "postgres".
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace matinee::test {

class PostgresServer
{
public:
    /// Throws std::runtime_error with a sentence where PostgreSQL is not installed or does not start.
    PostgresServer();
    ~PostgresServer();
    PostgresServer(const PostgresServer &) = delete;
    /// One for all tests of this program that do not stop it; starts with the first.
    static PostgresServer &shared();
    PostgresServer &operator=(const PostgresServer &) = delete;

    void start();
    void stop(); ///< Ends connections and stops.
    void kill(); ///< Dies without writing anything more.
    void pause();
    void resume();

    /// A new, empty database; `options` go behind CREATE DATABASE name.
    [[nodiscard]] std::string newDatabase(const std::string &options = {});
    /// The same from a store of some: one run of psql, which costs more than what it does, makes and removes several.
    [[nodiscard]] std::string takeDatabase();
    void giveBack(std::string name); ///< Removed with its connections, in a while.
    /// Runs SQL as superuser by psql and gives its output; throws where it fails.
    std::string sql(const std::string &database, const std::string &statement);

    [[nodiscard]] int port() const { return m_port; }
    [[nodiscard]] const std::filesystem::path &socketFolder() const { return m_folder; }
    /// The user's password has characters that must be encoded in a URL.
    [[nodiscard]] std::string url(const std::string &database) const;
    static constexpr const char *kUser = "matinee";
    static constexpr const char *kPassword = "p@ss:w/rd%?#'\\";

private:
    void startOnAFreePort();
    std::string psql(const std::string &database, const std::vector<std::string> &statements);
    void end(int signal);
    void signalAll(int signal);

    std::filesystem::path m_programs; // /usr/lib/postgresql/NN/bin
    std::filesystem::path m_folder;   // data folder and socket
    int m_port = 0;
    pid_t m_pid = -1;
    int m_databases = 0;
    std::vector<std::string> m_ready;
    std::vector<std::string> m_used;
};

} // namespace matinee::test
