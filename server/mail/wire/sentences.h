// What each mail says, before it becomes text or HTML. One source for each language. Pure; any thread.
#pragma once

#include "mail/wire/templates.h"

#include <array>
#include <utility>
#include <vector>

namespace matinee::mail {

struct Block
{
    enum Shape
    {
        Paragraph, ///< `text`.
        Link,      ///< `text` is the label, `target` where it leads.
        Code,      ///< `text`, large.
        Facts,     ///< `facts`, a line each.
        Footer     ///< `text`, small.
    };
    Shape shape;
    std::string text{};
    std::string target{};
    std::vector<std::pair<std::string, std::string>> facts{};
};

struct Sentences
{
    std::string subject;
    std::vector<Block> blocks;
};

/// `values` are cleaned already: one line each, of a bounded length.
[[nodiscard]] Sentences englishSentences(Kind kind, const Values &values);
[[nodiscard]] Sentences chineseSentences(Kind kind, const Values &values);

/// Labels of device, address and time; a device or address that is not known has no line.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> placeAndTime(const Values &values,
                                                                            const std::array<const char *, 3> &labels);

/// "2026-11-22 08:00 UTC".
[[nodiscard]] std::string minuteText(std::chrono::system_clock::time_point when);

} // namespace matinee::mail
