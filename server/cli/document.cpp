#include "cli/document.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>

namespace matinee::cli {

namespace {

namespace json = boost::json;

void writeJson(std::string &out, const json::value &value, std::size_t indent)
{
    const std::string inner(indent + 2, ' ');
    if (const auto *object = value.if_object(); object != nullptr && !object->empty()) {
        out += "{";
        for (const auto &[key, member] : *object) {
            out += (&member == &object->begin()->value() ? "\n" : ",\n") + inner + json::serialize(json::string(key)) + ": ";
            writeJson(out, member, indent + 2);
        }
        out += "\n" + std::string(indent, ' ') + "}";
    } else if (const auto *array = value.if_array(); array != nullptr && !array->empty()) {
        out += "[";
        for (const json::value &entry : *array) {
            out += (&entry == array->data() ? "\n" : ",\n") + inner;
            writeJson(out, entry, indent + 2);
        }
        out += "\n" + std::string(indent, ' ') + "]";
    } else {
        out += json::serialize(value);
    }
}

/// `out` stands behind "key:" or "-".
void writeYaml(std::string &out, const json::value &value, std::size_t indent)
{
    const std::string before(indent, ' ');
    if (const auto *object = value.if_object(); object != nullptr && !object->empty()) {
        bool first = out.ends_with("-"); // the first key of a list entry stands on the line of its dash
        for (const auto &[key, member] : *object) {
            out += first ? " " : (out.empty() ? "" : "\n") + before;
            first = false;
            out.append(key.data(), key.size()).append(":");
            writeYaml(out, member, indent + 2);
        }
    } else if (const auto *array = value.if_array(); array != nullptr && !array->empty()) {
        for (const json::value &entry : *array) {
            out += (out.empty() ? "" : "\n") + before + "-";
            writeYaml(out, entry, indent + 2);
        }
    } else {
        out += (out.empty() ? "" : " ") + json::serialize(value); // JSON's scalars are YAML's
    }
}

/// Columns that a terminal gives to the text.
std::size_t width(std::string_view text)
{
    std::size_t columns = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0) == 0x80) // the rest of a character
            continue;
        // U+1100 to U+FFDC and beyond the first plane: near enough to what is shown wide.
        columns += byte >= 0xF0 || (byte >= 0xE1 && byte != 0xE2) ? 2 : 1;
    }
    return columns;
}

/// How many bytes at `at` are one character that a terminal acts on; `code` is that character. 0: none.
std::size_t actingBytes(std::string_view text, std::size_t at, unsigned &code)
{
    const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
    code = byte(0);
    if (code < 0x20 || code == 0x7F)
        return 1;
    if (code == 0xC2 && byte(1) >= 0x80 && byte(1) <= 0x9F) { // C1
        code = byte(1);
        return 2;
    }
    if (code != 0xE2 || byte(1) < 0x80 || byte(1) > 0x81 || byte(2) < 0x80)
        return 0;
    code = 0x2000U | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    const bool acts = code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return acts ? 3 : 0;
}

std::string escaped(std::string_view text, bool keepsLines)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        unsigned code = 0;
        const std::size_t size = actingBytes(text, i, code);
        if (size == 0 || (keepsLines && (code == '\n' || code == '\t'))) {
            out += text[i++];
            continue;
        }
        constexpr char digits[] = "0123456789abcdef";
        out += {'\\', 'u', digits[code >> 12 & 15], digits[code >> 8 & 15], digits[code >> 4 & 15], digits[code & 15]};
        i += size;
    }
    return out;
}

} // namespace

std::string printable(std::string_view text)
{
    return escaped(text, false);
}

std::string printableLines(std::string_view text)
{
    return escaped(text, true);
}

std::string toJson(const json::value &document)
{
    std::string out;
    writeJson(out, document, 0);
    return out + "\n";
}

std::string toYaml(const json::value &document)
{
    std::string out;
    writeYaml(out, document, 0);
    return out + "\n";
}

std::string table(const std::vector<std::string> &head, const std::vector<std::vector<std::string>> &rows)
{
    std::vector<std::vector<std::string>> lines{head};
    for (const auto &row : rows) {
        auto &line = lines.emplace_back();
        for (const std::string &cell : row)
            line.push_back(printable(cell));
    }
    std::vector<std::size_t> widths(head.size());
    for (const auto &line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], width(line[i]));
    }
    std::string out;
    for (const auto &line : lines) {
        std::string text;
        for (std::size_t i = 0; i < line.size(); ++i)
            text += line[i] + std::string(widths[i] - width(line[i]) + 2, ' ');
        text.erase(text.find_last_not_of(' ') + 1);
        out += text + "\n";
    }
    return out;
}

} // namespace matinee::cli
