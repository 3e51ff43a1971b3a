#include "tests/support/postgres.h"

#include "tests/support/places.h"

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

namespace matinee::test {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void giveUp(const std::string &sentence)
{
    throw std::runtime_error(sentence);
}

fs::path findPrograms()
{
    fs::path newest;
    std::error_code ignored;
    for (const auto &version : fs::directory_iterator("/usr/lib/postgresql", ignored))
        if (fs::exists(version.path() / "bin" / "postgres") && version.path() / "bin" > newest)
            newest = version.path() / "bin";
    if (newest.empty())
        giveUp("PostgreSQL is not installed; these tests need it (Debian: apt-get install postgresql).");
    return newest;
}

const passwd *serverUser()
{
    if (geteuid() != 0)
        return nullptr;
    const passwd *user = getpwnam("postgres");
    if (!user)
        giveUp("There is no user \"postgres\" to run PostgreSQL as, since it refuses to run as root.");
    return user;
}

/// A server's files are about 25 MB and live for seconds: in memory where there is room.
fs::path folderForServers()
{
    constexpr std::uintmax_t kRoom = 1U << 30;
    const fs::path memory = "/dev/shm";
    std::error_code error;
    const fs::space_info space = fs::space(memory, error);
    return !error && space.available >= kRoom && ::access(memory.c_str(), W_OK | X_OK) == 0 ? memory : fs::temp_directory_path();
}

struct Spawned
{
    pid_t pid;
    int output; // stdout and stderr of the child, or -1
};

/// `asServer`: with the rights of the server's user; ends by `signal` when this process does.
Spawned spawn(const std::vector<std::string> &command, bool asServer, const fs::path &logFile = {}, int endSignal = SIGKILL)
{
    const passwd *user = asServer ? serverUser() : nullptr;
    std::vector<char *> arguments;
    for (const std::string &word : command)
        arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);
    int ends[2] = {-1, -1};
    if (logFile.empty() && pipe2(ends, O_CLOEXEC) != 0)
        giveUp("pipe failed");
    const int output = logFile.empty() ? ends[1] : ::open(logFile.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const pid_t pid = fork();
    if (pid < 0)
        giveUp("fork failed");
    if (pid == 0) {
        dup2(output, 1);
        dup2(output, 2);
        setpgid(0, 0);
        if (user && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
            _exit(126);
        prctl(PR_SET_PDEATHSIG, endSignal); // after setuid, which clears it
        if (chdir("/") == 0)
            execv(arguments[0], arguments.data());
        _exit(127);
    }
    setpgid(pid, pid);
    ::close(output);
    return {pid, ends[0]};
}

std::string run(const std::vector<std::string> &command, bool asServer)
{
    const Spawned child = spawn(command, asServer);
    std::string output;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(child.output, buffer, sizeof buffer)) > 0;)
        output.append(buffer, static_cast<std::size_t>(got));
    ::close(child.output);
    int status = 0;
    waitpid(child.pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        giveUp(command[0] + " failed: " + output);
    return output;
}

int freePort()
{
    static std::mt19937 random(std::random_device{}());
    for (int i = 0; i < 200; ++i) {
        const int port = std::uniform_int_distribution(20'001, 32'000)(random);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool free = ::bind(probe, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0;
        ::close(probe);
        if (free)
            return port;
    }
    giveUp("No free port was found.");
}

void initialise(const fs::path &programs, const fs::path &folder)
{
    const fs::path passwordFile = folder / "password";
    std::ofstream(passwordFile) << PostgresServer::kPassword;
    if (const passwd *user = serverUser(); user && chown(passwordFile.c_str(), user->pw_uid, user->pw_gid) != 0)
        giveUp("chown failed");
    run({programs / "initdb", "-D", folder / "data", "-U", PostgresServer::kUser, "-A", "scram-sha-256",
         "--pwfile=" + passwordFile.string(), "-E", "UTF8", "--locale=C", "--wal-segsize=1", "--no-sync"},
        true);
}

/// initdb takes over a second and there are many servers, so the first keeps a copy of its result for all others.
void makeCluster(const fs::path &programs, const fs::path &folder)
{
    const fs::path kept =
        fs::path(cacheFolder()) / ("postgres-" + programs.parent_path().filename().string() + "-small-user" + std::to_string(geteuid()));
    if (fs::exists(kept)) {
        run({"/bin/cp", "-a", kept, folder / "data"}, false);
        return;
    }
    initialise(programs, folder);
    const fs::path copy = kept.string() + "." + std::to_string(getpid());
    fs::create_directories(kept.parent_path());
    run({"/bin/cp", "-a", folder / "data", copy}, false);
    std::error_code takenMeanwhile;
    fs::rename(copy, kept, takenMeanwhile);
    if (takenMeanwhile)
        fs::remove_all(copy);
}

std::string encoded(const std::string &text)
{
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    for (const unsigned char c : text) {
        if (std::isalnum(c) != 0) {
            out.push_back(static_cast<char>(c));
        } else {
            out += {'%', kDigits[c >> 4], kDigits[c & 15]};
        }
    }
    return out;
}

} // namespace

PostgresServer::PostgresServer() : m_programs(findPrograms())
{
    std::string pattern = (folderForServers() / "matinee-postgres-XXXXXX").string();
    if (!mkdtemp(pattern.data()))
        giveUp("No temporary folder could be made.");
    m_folder = pattern;
    if (const passwd *user = serverUser(); user && chown(m_folder.c_str(), user->pw_uid, user->pw_gid) != 0)
        giveUp("chown failed");
    try {
        makeCluster(m_programs, m_folder);
        startOnAFreePort();
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
        throw;
    }
}

PostgresServer &PostgresServer::shared()
{
    static PostgresServer server;
    return server;
}

PostgresServer::~PostgresServer()
{
    end(SIGQUIT);
    std::error_code ignored;
    fs::remove_all(m_folder, ignored);
}

void PostgresServer::startOnAFreePort()
{
    // Between the look and the start another test may take it.
    for (int attempt = 0;; ++attempt) {
        m_port = freePort();
        try {
            return start();
        } catch (const std::runtime_error &) {
            if (attempt == 2)
                throw;
        }
    }
}

void PostgresServer::start()
{
    if (m_pid > 0)
        return;
    const fs::path data = m_folder / "data";
    m_pid =
        spawn({m_programs / "postgres", "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "port=" + std::to_string(m_port), "-c",
               "unix_socket_directories=" + m_folder.string(), "-c", "fsync=on", "-c", "max_connections=20", "-c", "shared_buffers=16MB"},
              true, m_folder / "log", SIGQUIT)
            .pid;
    // The last line of postmaster.pid is the server's own word on its state; pg_ctl reads it too.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < until) {
        std::ifstream file(data / "postmaster.pid");
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        if (text.starts_with(std::to_string(m_pid) + "\n") && text.find("\nready") != std::string::npos)
            return;
        int status = 0;
        if (waitpid(m_pid, &status, WNOHANG) == m_pid) {
            m_pid = -1;
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::ifstream log(m_folder / "log");
    giveUp("PostgreSQL did not start: " + std::string{std::istreambuf_iterator<char>(log), {}});
}

void PostgresServer::end(int signal)
{
    if (m_pid <= 0)
        return;
    ::kill(m_pid, signal);
    resume(); // it may be paused
    int status = 0;
    waitpid(m_pid, &status, 0);
    m_pid = -1;
}

void PostgresServer::stop()
{
    end(SIGINT);
}
void PostgresServer::kill()
{
    end(SIGQUIT);
}
void PostgresServer::pause()
{
    signalAll(SIGSTOP);
}
void PostgresServer::resume()
{
    signalAll(SIGCONT);
}

/// Each connection is served by a process of its own, and those make sessions of their own: found by their parent.
void PostgresServer::signalAll(int signal)
{
    ::kill(m_pid, signal);
    for (const auto &entry : fs::directory_iterator("/proc")) {
        const std::string process = entry.path().filename().string();
        if (process.find_first_not_of("0123456789") != std::string::npos)
            continue;
        std::string text;
        std::getline(std::ifstream(entry.path() / "stat"), text); // empty where that process has just ended
        const std::size_t name = text.rfind(')');                 // "pid (name) state parent ..."
        pid_t parent = 0;
        if (name != std::string::npos && std::sscanf(text.c_str() + name + 1, " %*c %d", &parent) == 1 && parent == m_pid)
            ::kill(std::stoi(process), signal);
    }
}

std::string PostgresServer::newDatabase(const std::string &options)
{
    const std::string name = "test" + std::to_string(++m_databases);
    sql("postgres", "CREATE DATABASE " + name + " " + options);
    return name;
}

std::string PostgresServer::takeDatabase()
{
    constexpr int kAtOnce = 8;
    if (m_ready.empty()) {
        std::vector<std::string> statements;
        for (const std::string &name : m_used)
            statements.push_back("DROP DATABASE " + name + " WITH (FORCE)");
        m_used.clear();
        for (int i = 0; i < kAtOnce; ++i) {
            m_ready.push_back("test" + std::to_string(++m_databases));
            statements.push_back("CREATE DATABASE " + m_ready.back());
        }
        psql("postgres", statements);
    }
    std::string name = std::move(m_ready.back());
    m_ready.pop_back();
    return name;
}

void PostgresServer::giveBack(std::string name)
{
    m_used.push_back(std::move(name));
}

std::string PostgresServer::sql(const std::string &database, const std::string &statement)
{
    return psql(database, {statement});
}

std::string PostgresServer::psql(const std::string &database, const std::vector<std::string> &statements)
{
    std::vector<std::string> command{m_programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"};
    for (const std::string &statement : statements)
        command.insert(command.end(), {"-c", statement});
    command.push_back(url(database));
    return run(command, false);
}

std::string PostgresServer::url(const std::string &database) const
{
    return "postgres://" + std::string(kUser) + ":" + encoded(kPassword) + "@127.0.0.1:" + std::to_string(m_port) + "/" + database;
}

} // namespace matinee::test
