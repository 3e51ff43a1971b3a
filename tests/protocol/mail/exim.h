// A mail server of the system (Debian: exim4-daemon-light) with a folder, a port and a certificate of its own, as an ordinary user.
#pragma once

#include "mail/smtp.h"
#include "tests/support/database_test.h"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace matinee::test {

class Exim
{
public:
    struct Offers
    {
        bool startTls = true;
        bool tlsFromStart = false;
    };

    Exim() : Exim(Offers{}) {}
    explicit Exim(Offers offers);
    ~Exim();
    Exim(const Exim &) = delete;
    Exim &operator=(const Exim &) = delete;

    void start();
    void kill(); ///< All its processes, at once.

    /// With the right name, password and authority. It knows recipients of all names but "unknown", and defers "later" while busy().
    [[nodiscard]] mail::SmtpServer server() const;
    [[nodiscard]] std::string folder() const { return m_folder.path().string(); }
    [[nodiscard]] std::string otherAuthority() const; ///< PEM file of somebody else's certificate.
    void setBusy(bool busy) const { setFlag("busy", busy); }
    /// It greets nobody.
    void setClosed(bool closed) const { setFlag("closed", closed); }
    /// It takes a mail's content and then thinks about it.
    void setSlow(bool slow) const { setFlag("slow", slow); }
    [[nodiscard]] bool isReceiving() const; ///< The content of a mail has begun to arrive.

    /// What has been delivered, read by Python's email package; waits until there are so many, up to 20 s.
    [[nodiscard]] std::vector<boost::json::object> mails(std::size_t expected) const;
    [[nodiscard]] std::string log() const;

private:
    void setFlag(const char *name, bool on) const;
    void writeConfiguration(const Offers &offers) const;
    void makeCertificate(const std::string &name) const;

    TemporaryFolder m_folder;
    int m_port;
    bool m_tlsFromStart;
    pid_t m_pid = -1;
};

} // namespace matinee::test
