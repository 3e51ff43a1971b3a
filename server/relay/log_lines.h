// What a child says on standard error, made fit for our log: whole lines, printable, bounded in length and number.
// A value; pure, any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::relay {

class LogLines
{
public:
    static constexpr std::size_t kMaxLine = 300;  ///< The rest of a longer line is left out.
    static constexpr std::size_t kMaxLines = 100; ///< Of one process; further ones are counted.

    /// The lines that are whole by now.
    [[nodiscard]] std::vector<std::string> feed(std::string_view text)
    {
        std::vector<std::string> lines;
        for (const char c : text) {
            if (c != '\n') {
                if (m_line.size() < kMaxLine)
                    m_line.push_back(c >= ' ' && c < 0x7f ? c : '?');
                continue;
            }
            if (m_line.empty())
                continue;
            if (m_taken < kMaxLines) {
                ++m_taken;
                lines.push_back(std::move(m_line));
            } else {
                ++m_leftOut;
            }
            m_line.clear();
        }
        return lines;
    }
    [[nodiscard]] std::size_t leftOut() const { return m_leftOut; }

private:
    std::string m_line;
    std::size_t m_taken = 0;
    std::size_t m_leftOut = 0;
};

} // namespace matinee::relay
