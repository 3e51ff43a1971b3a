#include "exim.h"

#include "tests/support/places.h"

#include <boost/json.hpp>

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace matinee::test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr const char *kProgram = "/usr/sbin/exim4";

/// Exim gives up root's rights for those of a user; without them it stays who it is.
struct Identity
{
    std::string user;
    std::string group;
    uid_t uid;
    gid_t gid;
};
Identity identity()
{
    const passwd *user = geteuid() == 0 ? getpwnam("nobody") : getpwuid(geteuid());
    if (user == nullptr)
        throw std::runtime_error("There is no user to run Exim as.");
    const group *own = getgrgid(user->pw_gid);
    return {user->pw_name, own == nullptr ? std::to_string(user->pw_gid) : own->gr_name, user->pw_uid, user->pw_gid};
}

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int freePort()
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(fd, reinterpret_cast<sockaddr *>(&address), size) != 0 || getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    ::close(fd);
    return ntohs(address.sin_port);
}

bool answers(int port)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(port);
    const bool connected = connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    ::close(fd);
    return connected;
}

std::string output(const std::string &command)
{
    FILE *pipe = popen(command.c_str(), "r");
    if (pipe == nullptr)
        throw std::runtime_error("popen failed");
    std::string out;
    char buffer[4096];
    for (std::size_t got = 0; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        out.append(buffer, got);
    if (pclose(pipe) != 0)
        throw std::runtime_error(command + " failed: " + out);
    return out;
}

} // namespace

Exim::Exim(Offers offers) : m_port(freePort()), m_tlsFromStart(offers.tlsFromStart)
{
    if (!fs::exists(kProgram))
        throw std::runtime_error("Exim is not installed; these tests need it (Debian: apt-get install exim4-daemon-light).");
    makeCertificate("server");
    makeCertificate("other");
    // A copy is not setuid, so that it ends with this process (PR_SET_PDEATHSIG).
    fs::copy_file(kProgram, m_folder.path() / "exim");
    for (const char *name : {"mail", "spool"})
        fs::create_directory(m_folder.path() / name);
    writeConfiguration(offers);
    const Identity who = identity();
    for (const auto &entry : fs::recursive_directory_iterator(m_folder.path()))
        if (lchown(entry.path().c_str(), who.uid, who.gid) != 0)
            throw std::runtime_error("chown failed");
    if (lchown(folder().c_str(), who.uid, who.gid) != 0)
        throw std::runtime_error("chown failed");
    start();
}

Exim::~Exim()
{
    kill();
}

void Exim::makeCertificate(const std::string &name) const
{
    output("cd " + folder() + " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost " +
           "-addext subjectAltName=DNS:localhost -keyout " + name + ".key -out " + name + ".pem 2>/dev/null");
}

void Exim::writeConfiguration(const Offers &offers) const
{
    const Identity who = identity();
    const std::string here = folder();
    std::ofstream file(here + "/exim.conf");
    file << "exim_user = " << who.user << "\nexim_group = " << who.group << "\nadmin_groups = " << who.group
         << "\nprimary_hostname = mail.test\nspool_directory = " << here << "/spool\nlog_file_path = " << here
         << "/%slog\npid_file_path = " << here << "/pid\nlocal_interfaces = 127.0.0.1\ndaemon_smtp_ports = " << m_port
         << "\ndeliver_drop_privilege = true\nhost_lookup =\n"
         << "rfc1413_query_timeout = 0s\nkeep_environment =\nmessage_logs = false\n"
         << "tls_certificate = " << here << "/server.pem\ntls_privatekey = " << here << "/server.key\n"
         << (offers.tlsFromStart ? "tls_on_connect_ports = " + std::to_string(m_port) + "\n" : "")
         << "tls_advertise_hosts = " << (offers.startTls ? "*" : "") << "\n"
         << "acl_smtp_connect = check_connection\nacl_smtp_rcpt = check_recipient\nacl_smtp_data = check_data\n"
         << "begin acl\n"
         << "check_connection:\n  defer condition = ${if exists{" << here << "/closed}}\n       message = Closed for the night\n  accept\n"
         << "check_recipient:\n"
         << "  deny !authenticated = *\n       message = Authentication required\n"
         << "  deny local_parts = unknown\n       message = No such user here\n"
         << "  defer local_parts = later\n       condition = ${if exists{" << here << "/busy}}\n       message = Mailbox busy, try again\n"
         << "  accept\n"
         << "check_data:\n"
         << "  warn condition = ${if exists{" << here << "/slow}}\n       delay = 30s\n"
         << "  accept\n"
         << "begin routers\nall:\n  driver = accept\n  transport = files\n"
         << "begin transports\nfiles:\n  driver = appendfile\n  directory = " << here
         << "/mail\n  create_directory = false\n  envelope_to_add\n  return_path_add\n"
         << "begin authenticators\nplain:\n  driver = plaintext\n  public_name = PLAIN\n  server_prompts = :\n"
         << "  server_condition = ${if and{{eq{$auth2}{matinee}}{eq{$auth3}{pass-word-1}}}}\n  server_set_id = $auth2\n";
}

void Exim::start()
{
    const Identity who = identity();
    const std::string configuration = folder() + "/exim.conf";
    const std::string program = folder() + "/exim";
    const std::string logFile = folder() + "/output";
    const pid_t pid = fork();
    if (pid < 0)
        throw std::runtime_error("fork failed");
    if (pid == 0) {
        setsid(); // each connection has a process: they are ended together
        const int out = ::open(logFile.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(out, 1);
        dup2(out, 2);
        // Its own group must be among the further ones, by which Exim knows who may start it.
        if (geteuid() == 0 && (setgroups(1, &who.gid) != 0 || setgid(who.gid) != 0 || setuid(who.uid) != 0))
            _exit(126);
        prctl(PR_SET_PDEATHSIG, SIGKILL); // after setuid, which clears it
        execl(program.c_str(), program.c_str(), "-C", configuration.c_str(), "-bdf", "-q30m", nullptr);
        _exit(127);
    }
    m_pid = pid;
    for (int i = 0; i < 500; ++i) {
        if (answers(m_port))
            return;
        if (waitpid(pid, nullptr, WNOHANG) == pid) {
            m_pid = -1;
            break;
        }
        std::this_thread::sleep_for(20ms);
    }
    std::ifstream file(logFile);
    std::stringstream said;
    said << file.rdbuf();
    throw std::runtime_error("Exim did not start: " + said.str());
}

void Exim::kill()
{
    if (m_pid <= 0)
        return;
    ::kill(-m_pid, SIGKILL);
    waitpid(m_pid, nullptr, 0);
    m_pid = -1;
}

mail::SmtpServer Exim::server() const
{
    return {"localhost",
            static_cast<std::uint16_t>(m_port),
            m_tlsFromStart ? mail::Security::Tls : mail::Security::StartTls,
            "matinee",
            "pass-word-1",
            folder() + "/server.pem"};
}

std::string Exim::otherAuthority() const
{
    return folder() + "/other.pem";
}

void Exim::setFlag(const char *name, bool on) const
{
    const fs::path path = m_folder.path() / name;
    if (on)
        std::ofstream(path) << "on\n";
    else
        fs::remove(path);
}

bool Exim::isReceiving() const
{
    std::error_code ignored;
    for (const auto &entry : fs::recursive_directory_iterator(m_folder.path() / "spool" / "input", ignored)) {
        if (entry.path().filename().string().ends_with("-D") && entry.file_size(ignored) > 0)
            return true;
    }
    return false;
}

std::vector<boost::json::object> Exim::mails(std::size_t expected) const
{
    std::string files;
    for (int i = 0; i < 1000; ++i) {
        files.clear();
        std::size_t count = 0;
        for (const auto &entry : fs::directory_iterator(m_folder.path() / "mail")) {
            // While it is written it has another name, which begins with "temp".
            if (!entry.path().filename().string().starts_with("q"))
                continue;
            files += " " + entry.path().string();
            ++count;
        }
        if (count >= expected)
            break;
        std::this_thread::sleep_for(20ms);
    }
    std::vector<boost::json::object> all;
    if (files.empty())
        return all;
    std::istringstream lines(output("python3 " + dataFolder() + "/protocol/mail/read_mail.py" + files));
    for (std::string line; std::getline(lines, line);)
        all.push_back(boost::json::parse(line).as_object());
    return all;
}

std::string Exim::log() const
{
    std::ifstream file(folder() + "/mainlog");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace matinee::test
