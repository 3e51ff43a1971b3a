#include "mail/wire/templates.h"

#include "mail/wire/sentences.h"
#include "mail/wire/utf8.h"

#include <algorithm>
#include <array>

namespace matinee::mail {

namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 6> kKinds{{{Kind::VerifyAddress, "verify_address"},
                                                                   {Kind::ResetPassword, "reset_password"},
                                                                   {Kind::NewDevice, "new_device"},
                                                                   {Kind::AccountChange, "account_change"},
                                                                   {Kind::Code, "code"},
                                                                   {Kind::Test, "test"}}};

constexpr std::string_view kHead = "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">";
constexpr std::string_view kBody =
    "font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:36em;margin:1.5em auto;padding:0 1em";
constexpr std::string_view kButton =
    "display:inline-block;background:#1f4fd8;color:#ffffff;padding:.6em 1.2em;border-radius:.4em;text-decoration:none";
constexpr std::string_view kCode = "font-family:monospace;font-size:28px;letter-spacing:.15em";
constexpr std::string_view kFooter = "font-size:13px;color:#5a5a5a";

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

/// What other people can choose must not turn into a link in a mail program: dots before a letter become U+2024, which looks the same.
std::string unlinked(std::string_view text, std::size_t limit)
{
    const std::string line = oneLine(text, limit);
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto next = i + 1 < line.size() ? static_cast<unsigned char>(line[i + 1]) : 0;
        const bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next >= 0x80;
        if (line[i] == '.' && letter)
            out += "\xE2\x80\xA4";
        else if (line[i] == ':' && next == '/')
            out += ": ";
        else
            out += line[i];
    }
    return out;
}

bool leadsSomewhere(std::string_view link)
{
    return (link.starts_with("https://") || link.starts_with("http://")) &&
           std::all_of(link.begin(), link.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string element(std::string_view name, std::string_view style, const std::string &inner)
{
    return "<" + std::string(name) + (style.empty() ? "" : " style=\"" + std::string(style) + "\"") + ">" + inner + "</" +
           std::string(name) + ">\n";
}

std::string htmlOf(const Block &block)
{
    switch (block.shape) {
    case Block::Link: {
        const std::string target = escaped(block.target);
        if (!leadsSomewhere(block.target))
            return element("p", "", target);
        return element("p", "", "<a style=\"" + std::string(kButton) + "\" href=\"" + target + "\">" + escaped(block.text) + "</a>") +
               element("p", kFooter, target);
    }
    case Block::Code:
        return element("p", kCode, escaped(block.text));
    case Block::Facts: {
        std::string lines;
        for (const auto &[label, value] : block.facts)
            lines += (lines.empty() ? "" : "<br>\n") + escaped(label + ": " + value);
        return element("p", "", lines);
    }
    case Block::Footer:
        return element("p", kFooter, escaped(block.text));
    case Block::Paragraph:
        break;
    }
    return element("p", "", escaped(block.text));
}

std::string textOf(const Block &block)
{
    switch (block.shape) {
    case Block::Link:
        return block.text + ":\n" + block.target + "\n";
    case Block::Facts: {
        std::string lines;
        for (const auto &[label, value] : block.facts)
            lines += label + ": " + value + "\n";
        return lines;
    }
    case Block::Footer:
        return "-- \n" + block.text + "\n"; // the signature mark
    case Block::Code:
    case Block::Paragraph:
        break;
    }
    return block.text + "\n";
}

Values cleaned(const Values &values)
{
    Values out = values;
    out.server = oneLine(values.server.empty() ? "Matinee" : values.server, 80);
    out.name = unlinked(values.name, 64);
    out.link = oneLine(values.link, 2000);
    out.code = oneLine(values.code, 40);
    out.device = unlinked(values.device, 120);
    out.address = oneLine(values.address, 64);
    out.detail = unlinked(values.detail, 120);
    return out;
}

} // namespace

std::string minuteText(std::chrono::system_clock::time_point when)
{
    const auto minute = std::chrono::floor<std::chrono::minutes>(when);
    const auto day = std::chrono::floor<std::chrono::days>(minute);
    const std::chrono::year_month_day parts{day};
    const auto two = [](auto number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
    const auto minutes = (minute - day).count();
    return std::to_string(static_cast<int>(parts.year())) + "-" + two(static_cast<unsigned>(parts.month())) + "-" +
           two(static_cast<unsigned>(parts.day())) + " " + two(minutes / 60) + ":" + two(minutes % 60) + " UTC";
}

std::vector<std::pair<std::string, std::string>> placeAndTime(const Values &values, const std::array<const char *, 3> &labels)
{
    std::vector<std::pair<std::string, std::string>> facts;
    if (!values.device.empty())
        facts.emplace_back(labels[0], values.device);
    if (!values.address.empty())
        facts.emplace_back(labels[1], values.address);
    facts.emplace_back(labels[2], minuteText(values.when));
    return facts;
}

Text render(Kind kind, Language language, const Values &values)
{
    const Values clean = cleaned(values);
    const Sentences sentences = language == Language::Chinese ? chineseSentences(kind, clean) : englishSentences(kind, clean);
    Text out;
    out.subject = sentences.subject;
    std::string body;
    for (const Block &block : sentences.blocks) {
        out.text += (out.text.empty() ? "" : "\n") + textOf(block);
        body += htmlOf(block);
    }
    out.html = "<!doctype html>\n<html lang=\"" + std::string(languageTag(language)) + "\">\n<head>" + std::string(kHead) + "<title>" +
               escaped(sentences.subject) + "</title></head>\n<body style=\"" + std::string(kBody) + "\">\n" + body + "</body>\n</html>\n";
    return out;
}

std::string_view kindName(Kind kind)
{
    for (const auto &[known, name] : kKinds) {
        if (known == kind)
            return name;
    }
    return "test";
}

std::optional<Kind> kindNamed(std::string_view name)
{
    for (const auto &[kind, known] : kKinds) {
        if (known == name)
            return kind;
    }
    return std::nullopt;
}

std::string_view languageTag(Language language)
{
    return language == Language::Chinese ? "zh-CN" : "en";
}

Language languageOf(std::string_view tag)
{
    const bool chinese =
        tag.size() >= 2 && (tag[0] | 0x20) == 'z' && (tag[1] | 0x20) == 'h' && (tag.size() == 2 || tag[2] == '-' || tag[2] == '_');
    return chinese ? Language::Chinese : Language::English;
}

} // namespace matinee::mail
