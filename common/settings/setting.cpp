#include "common/settings/setting.h"

#include "common/settings/declarations.h" // so that all are declared wherever this file is linked
#include "common/settings/edit_distance.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace matinee::settings {

namespace {

/// A deque, since declarations are pointed to.
struct Registry
{
    std::deque<Declaration> declarations;
    std::vector<const Declaration *> inOrder;
    std::vector<Group> groups;
};

Registry &registry()
{
    static Registry instance;
    return instance;
}

const Declaration *add(Declaration declaration)
{
    Registry &all = registry();
    declaration.index = all.declarations.size();
    all.declarations.push_back(std::move(declaration));
    all.inOrder.push_back(&all.declarations.back());
    return all.inOrder.back();
}

std::string_view lastPart(std::string_view key)
{
    const auto dot = key.rfind('.');
    return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

std::string normalised(std::string_view key)
{
    std::string out(key);
    for (char &c : out) {
        if (c == '-')
            c = '_';
        else if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

} // namespace

const std::vector<const Declaration *> &declarations()
{
    return registry().inOrder;
}

const std::vector<Group> &groups()
{
    return registry().groups;
}

const Declaration *find(std::string_view key)
{
    for (const Declaration *declaration : declarations()) {
        if (declaration->key == key)
            return declaration;
    }
    return nullptr;
}

std::string_view nearest(std::string_view key)
{
    constexpr std::size_t kLongestKey = 80; // longer ones are no typing mistakes
    if (key.empty() || key.size() > kLongestKey)
        return {};
    const std::string wanted = normalised(key);
    std::string_view best;
    std::size_t bestDistance = std::max<std::size_t>(2, wanted.size() / 4) + 1;
    for (const Declaration *declaration : declarations()) {
        // The right word in the wrong group ("server.rtmp_port"), or without its group ("port"), counts as two mistakes.
        std::size_t edits = lastPart(wanted) == lastPart(declaration->key) ? 2 : bestDistance;
        const std::size_t longer = std::max(wanted.size(), declaration->key.size());
        const std::size_t shorter = std::min(wanted.size(), declaration->key.size());
        if (longer - shorter < bestDistance)
            edits = std::min(edits, editDistance(wanted, declaration->key));
        if (edits < bestDistance) {
            bestDistance = edits;
            best = declaration->key;
        }
    }
    return best;
}

namespace declare {

Group group(std::string_view name, std::string_view doc)
{
    registry().groups.push_back({name, doc});
    return registry().groups.back();
}

Setting<bool> toggle(std::string_view key, bool byDefault, Applies applies, std::string_view doc)
{
    return {add({.key = key, .type = Type::Bool, .defaultValue = byDefault, .applies = applies, .doc = doc})};
}

Setting<std::int64_t> integer(std::string_view key, std::int64_t byDefault, Range range, Applies applies, std::string_view doc)
{
    return {add({.key = key, .type = Type::Integer, .defaultValue = byDefault, .range = range, .applies = applies, .doc = doc})};
}

Setting<std::int64_t> bytes(std::string_view key, std::int64_t byDefault, Range range, Applies applies, std::string_view doc)
{
    return {add({.key = key, .type = Type::Bytes, .defaultValue = byDefault, .range = range, .applies = applies, .doc = doc})};
}

Setting<std::chrono::seconds> seconds(std::string_view key, std::int64_t byDefault, Range range, Applies applies, std::string_view doc)
{
    return {add({.key = key, .type = Type::Seconds, .defaultValue = byDefault, .range = range, .applies = applies, .doc = doc})};
}

Setting<std::string> text(std::string_view key, std::string_view byDefault, Rule rule, Applies applies, std::string_view doc)
{
    return {add({.key = key, .type = Type::Text, .defaultValue = std::string(byDefault), .rule = rule, .applies = applies, .doc = doc})};
}

Setting<std::string> choice(std::string_view key, std::vector<std::string_view> choices, Applies applies, std::string_view doc)
{
    std::string byDefault(choices.front());
    return {add({.key = key,
                 .type = Type::Choice,
                 .defaultValue = std::move(byDefault),
                 .choices = std::move(choices),
                 .applies = applies,
                 .doc = doc})};
}

Setting<std::vector<std::string>> list(std::string_view key, std::vector<std::string> byDefault, Rule rule, Applies applies,
                                       std::string_view doc)
{
    return {add({.key = key, .type = Type::List, .defaultValue = std::move(byDefault), .rule = rule, .applies = applies, .doc = doc})};
}

Setting<std::string> secret(std::string_view key, Rule rule, Secrecy secrecy, Applies applies, std::string_view doc)
{
    return {add(
        {.key = key, .type = Type::Text, .defaultValue = std::string(), .rule = rule, .applies = applies, .secrecy = secrecy, .doc = doc})};
}

} // namespace declare

} // namespace matinee::settings
