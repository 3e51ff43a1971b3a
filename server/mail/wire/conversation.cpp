#include "mail/wire/conversation.h"

#include "mail/wire/utf8.h"

#include <algorithm>
#include <array>
#include <utility>

namespace matinee::mail {

namespace {

using Stage = Conversation::Stage;

constexpr std::array<std::pair<std::string_view, Stage>, 7> kCommands{{{"EHLO", Stage::Hello},
                                                                       {"HELO", Stage::Hello},
                                                                       {"STARTTLS", Stage::StartTls},
                                                                       {"AUTH", Stage::SignIn},
                                                                       {"MAIL", Stage::Sender},
                                                                       {"RCPT", Stage::Recipient},
                                                                       {"DATA", Stage::Content}}};

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

} // namespace

void Conversation::sent(std::string_view line)
{
    // What has been said until then counts, not the goodbye.
    m_over = m_over || m_stage == Stage::Accepted || line == "QUIT\r\n";
    if (m_over)
        return;
    for (const auto &[command, stage] : kCommands) {
        if (line.starts_with(command) && (line.size() == command.size() || line[command.size()] == ' ' || line[command.size()] == '\r')) {
            if (m_stage == Stage::StartTls && stage == Stage::Hello)
                m_steps.emplace_back("The connection is encrypted, and the certificate is the server's.");
            m_stage = stage;
            break;
        }
    }
    m_waiting = true;
    m_lines.clear();
}

void Conversation::received(std::string_view line)
{
    if (m_over)
        return;
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
        line.remove_suffix(1);
    if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, isDigit))
        return;
    if (m_lines.size() < kMaxServerWords * 4)
        m_lines += (m_lines.empty() ? "" : " ") + std::string(m_lines.empty() ? line : line.substr(std::min<std::size_t>(4, line.size())));
    if (line.size() > 3 && line[3] == '-')
        return;
    m_code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    m_words = std::move(m_lines);
    m_lines.clear();
    m_waiting = false;
    answered();
}

void Conversation::answered()
{
    const bool good = m_code >= 200 && m_code < 300;
    if (!good)
        return;
    switch (m_stage) {
    case Stage::Greeting:
        m_steps.push_back((m_encrypted ? "Connected by TLS, and the certificate is the server's: " : "Connected: ") + words());
        break;
    case Stage::SignIn:
        m_steps.emplace_back("Signed in.");
        break;
    case Stage::Sender:
        m_steps.emplace_back("The sender's address is accepted.");
        break;
    case Stage::Recipient:
        m_steps.emplace_back("The recipient's address is accepted.");
        break;
    case Stage::Content:
        m_stage = Stage::Accepted;
        m_steps.push_back("The mail is accepted: " + words());
        break;
    case Stage::Hello:
    case Stage::StartTls:
    case Stage::Accepted:
        break;
    }
}

std::string Conversation::words() const
{
    return oneLine(m_words, kMaxServerWords);
}

} // namespace matinee::mail
