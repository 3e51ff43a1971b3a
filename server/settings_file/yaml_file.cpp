#include "settings_file/yaml_file.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace matinee::settings_file {

namespace {

/// Ends the parse where going on makes no sense; caught in readYaml, since yaml-cpp reports by exceptions itself.
struct Stop
{
};

/// Follows the events of the parser. Events are used instead of YAML::Load because they tell of anchors and duplicate keys, and build
/// nothing that an alias could multiply.
class Reader final : public YAML::EventHandler
{
public:
    Reader(YamlFile &file, const std::string &source, std::string_view content) : m_file(file), m_source(source), m_content(content) {}

    void OnDocumentStart(const YAML::Mark &) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override { scalar(mark, "", anchor, std::nullopt); }
    void OnAlias(const YAML::Mark &mark, YAML::anchor_t) override
    {
        problem(mark, here(), "refers to an anchor (*name); write the value itself");
        throw Stop();
    }
    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor, const std::string &value) override
    {
        scalar(mark, tag, anchor, value);
    }
    void OnSequenceStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override
    {
        refuseDecoration(mark, tag, anchor);
        if (m_frames.empty()) {
            problem(mark, "", "is a list; expected keys and values such as \"server:\"");
            throw Stop();
        }
        Frame &frame = m_frames.back();
        if (frame.isList || !frame.key) {
            problem(mark, here(), frame.isList ? "has a list inside a list" : "has a list in the place of a key");
            throw Stop();
        }
        begin(mark, Frame{.isList = true, .prefix = here(), .line = m_keyLine});
    }
    void OnSequenceEnd() override
    {
        Frame done = std::move(m_frames.back());
        m_frames.pop_back();
        add(Entry{done.prefix, done.line, Entry::List, {}, std::move(done.list)});
    }
    void OnMapStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override
    {
        refuseDecoration(mark, tag, anchor);
        if (!m_frames.empty() && (m_frames.back().isList || !m_frames.back().key)) {
            problem(mark, here(), m_frames.back().isList ? "has keys inside a list; expected texts" : "has a map in the place of a key");
            throw Stop();
        }
        begin(mark, Frame{.isList = false, .prefix = here(), .line = lineOf(mark)});
    }
    void OnMapEnd() override
    {
        m_frames.pop_back();
        if (!m_frames.empty())
            m_frames.back().key.reset();
    }

    void problem(const YAML::Mark &mark, std::string key, std::string what)
    {
        if (m_file.problems.size() < kMaxProblems)
            m_file.problems.push_back({m_source, lineOf(mark), std::move(key), std::move(what)});
    }
    [[nodiscard]] static int lineOf(const YAML::Mark &mark) { return mark.is_null() ? 0 : mark.line + 1; }

private:
    struct Frame
    {
        bool isList;
        std::string prefix; // key of the map or list itself
        int line;
        std::optional<std::string> key; // map: the key whose value comes next
        std::vector<std::string> list;
        std::map<std::string, int> keys{}; // map: with their lines
        bool repeated = false;             // map: `key` was there before, so its value does not count
    };

    [[nodiscard]] std::string here() const
    {
        if (m_frames.empty())
            return {};
        const Frame &frame = m_frames.back();
        if (frame.isList || !frame.key)
            return frame.prefix;
        return frame.prefix.empty() ? *frame.key : frame.prefix + "." + *frame.key;
    }

    void refuseDecoration(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor) {
            problem(mark, here(), "has an anchor (&name); anchors are not supported here");
            throw Stop();
        }
        if (!tag.empty() && tag != "?" && tag != "!") {
            problem(mark, here(), "has a type tag (!...); write the plain value");
            throw Stop();
        }
    }

    void begin(const YAML::Mark &mark, Frame frame)
    {
        if (m_frames.size() >= kMaxDepth) {
            problem(mark, frame.prefix, "is nested deeper than " + std::to_string(kMaxDepth) + " levels");
            throw Stop();
        }
        m_frames.push_back(std::move(frame));
    }

    /// yaml-cpp takes a quote that is never closed as one that ends with the file, and YAML lets a quoted text run over lines: the keys
    /// in between would be lost without a word. No setting has line breaks, so a quote ends on its line.
    void refuseOpenQuote(const YAML::Mark &mark)
    {
        auto at = static_cast<std::size_t>(mark.pos);
        if (mark.pos < 0 || at >= m_content.size() || (m_content[at] != '"' && m_content[at] != '\''))
            return;
        const char quote = m_content[at];
        for (++at; at < m_content.size() && m_content[at] != '\n'; ++at) {
            if (quote == '"' && m_content[at] == '\\')
                ++at; // whatever follows is part of the text
            else if (m_content[at] == quote && quote == '\'' && m_content.substr(at + 1, 1) == "'")
                ++at; // '' stands for one '
            else if (m_content[at] == quote)
                return;
        }
        problem(mark, here(), "has a quote that is not closed on its line");
        throw Stop();
    }

    void scalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor, const std::optional<std::string> &value)
    {
        refuseDecoration(mark, tag, anchor);
        if (tag == "!")
            refuseOpenQuote(mark);
        if (m_frames.empty()) {
            if (!value) // an empty file, or comments only
                return;
            problem(mark, "", "holds no keys; expected lines such as \"server:\" and, indented below it, \"port: 8080\"");
            throw Stop();
        }
        Frame &frame = m_frames.back();
        if (frame.isList) {
            if (value)
                frame.list.push_back(*value);
            else
                problem(mark, frame.prefix, "has an empty entry in its list");
            return;
        }
        if (frame.key) {
            add(Entry{here(), m_keyLine, value ? Entry::Text : Entry::Nothing, value.value_or(""), {}});
            return;
        }
        if (!value || value->empty() || value->size() > 100) {
            problem(mark, frame.prefix, value && !value->empty() ? "has a key of more than 100 characters" : "has an empty key");
            throw Stop();
        }
        frame.key = *value;
        m_keyLine = lineOf(mark);
        const auto [first, fresh] = frame.keys.try_emplace(*value, m_keyLine);
        frame.repeated = !fresh;
        if (!fresh)
            givenTwice(here(), m_keyLine, first->second);
    }

    void givenTwice(const std::string &key, int line, int firstLine)
    {
        if (m_file.problems.size() < kMaxProblems)
            m_file.problems.push_back({m_source, line, key, "is given twice; it is already in line " + std::to_string(firstLine)});
    }

    /// Takes the value of the key of the innermost map, which is complete with it.
    void add(Entry entry)
    {
        Frame &frame = m_frames.back();
        frame.key.reset();
        if (frame.repeated)
            return;
        // "server.port" and "port" below "server" are the same key, too.
        const auto [first, fresh] = m_lines.try_emplace(entry.key, entry.line);
        if (!fresh) {
            givenTwice(entry.key, entry.line, first->second);
            return;
        }
        if (m_file.entries.size() >= kMaxEntries) {
            m_file.problems.push_back({m_source, entry.line, "", "has more than " + std::to_string(kMaxEntries) + " values"});
            throw Stop();
        }
        m_file.entries.push_back(std::move(entry));
    }

    YamlFile &m_file;
    const std::string &m_source;
    const std::string_view m_content; // valid UTF-8 without a mark at its beginning, so that positions are those of the parser
    std::vector<Frame> m_frames;
    std::map<std::string, int> m_lines; // of the entries, by key
    int m_keyLine = 0;
};

/// yaml-cpp's own words, without its "yaml-cpp: error at line ..." around them.
std::string reason(const YAML::Exception &error)
{
    std::string what = error.msg.empty() ? "cannot be read" : error.msg;
    if (what.find("tab") != std::string::npos)
        return "has a tab in its indentation; YAML wants spaces";
    return "is not YAML here: " + what + " (look at the indentation, and at quotes and brackets that are not closed)";
}

/// The offset of the first byte that is not UTF-8 (RFC 3629), or npos.
std::size_t firstInvalid(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
        const unsigned first = byte(0);
        const std::size_t length = first < 0x80 ? 1 : first >= 0xC2 && first < 0xE0 ? 2 : first >= 0xE0 && first < 0xF0 ? 3 : 4;
        // The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF.
        const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || (length > 1 && (byte(1) < low || byte(1) > high)))
            return at;
        for (std::size_t i = 2; i < length; ++i) {
            if ((byte(i) & 0xC0) != 0x80)
                return at;
        }
        at += length;
    }
    return std::string_view::npos;
}

} // namespace

YamlFile readYaml(std::string_view content, const std::string &source)
{
    YamlFile file;
    if (content.size() > kMaxFileBytes) {
        file.problems.push_back({source, 0, "", "is larger than 1 MiB"});
        return file;
    }
    if (const auto nul = content.find('\0'); nul != std::string_view::npos) {
        file.problems.push_back({source, 0, "", "is not a text file (it has a zero byte in it)"});
        return file;
    }
    if (content.starts_with("\xEF\xBB\xBF"))
        content.remove_prefix(3);
    if (const auto invalid = firstInvalid(content); invalid != std::string_view::npos) {
        const auto line = 1 + std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(invalid), '\n');
        file.problems.push_back({source, static_cast<int>(line), "", "is not UTF-8 text"});
        return file;
    }
    std::istringstream stream{std::string(content)};
    Reader reader(file, source, content);
    try {
        YAML::Parser parser(stream);
        if (parser.HandleNextDocument(reader)) {
            YamlFile rest;
            Reader ignored(rest, source, content);
            if (parser.HandleNextDocument(ignored) && (!rest.entries.empty() || !rest.problems.empty()))
                file.problems.push_back({source, rest.entries.empty() ? rest.problems.front().line : rest.entries.front().line, "",
                                         "belongs to a second document (after a line \"---\"); only one is read"});
        }
    } catch (const Stop &) {
        // The problem is in the list.
    } catch (const YAML::Exception &error) {
        reader.problem(error.mark, "", reason(error));
    }
    return file;
}

} // namespace matinee::settings_file
