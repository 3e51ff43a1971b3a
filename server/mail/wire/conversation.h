// What is said between us and a mail server, followed line by line: how far it got, the server's last words, and what they mean for the
// mail. Knows the names of commands only, so no password gets in here. A value; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace matinee::mail {

inline constexpr std::size_t kMaxServerWords = 300; ///< Characters kept of a server's answer.

class Conversation
{
public:
    enum class Stage
    {
        Greeting, ///< Connected, or not even that.
        Hello,
        StartTls,
        SignIn,
        Sender,
        Recipient,
        Content,
        Accepted
    };

    /// `encrypted`: TLS from the start.
    explicit Conversation(bool encrypted = false) : m_encrypted(encrypted) {}

    /// What was sent: one command or a piece of it, or the mail itself.
    void sent(std::string_view line);
    /// One line of the server's ("250-STARTTLS").
    void received(std::string_view line);

    [[nodiscard]] Stage stage() const { return m_stage; }
    [[nodiscard]] int code() const { return m_code; } ///< Of the last whole answer; 0 without one.
    /// "550 5.1.1 No such user": the last answer, in one line, without control characters.
    [[nodiscard]] std::string words() const;
    /// What has been done so far, one sentence each, for people.
    [[nodiscard]] const std::vector<std::string> &steps() const { return m_steps; }
    [[nodiscard]] bool waiting() const { return m_waiting; } ///< A command is not answered yet.

private:
    void answered();

    bool m_encrypted;
    Stage m_stage = Stage::Greeting;
    bool m_waiting = true;
    bool m_over = false;
    int m_code = 0;
    std::string m_lines; // of the answer that is coming in
    std::string m_words; // of the last whole one
    std::vector<std::string> m_steps;
};

} // namespace matinee::mail
