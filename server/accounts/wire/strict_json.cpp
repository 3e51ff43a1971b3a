#include "accounts/wire/strict_json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <limits>
#include <set>
#include <string>
#include <vector>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

/// Sees each name as it is without its escapes; everything else is passed over.
struct DuplicateFinder
{
    using Error = boost::system::error_code;
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    std::vector<std::set<std::string, std::less<>>> names; // of each object that is open
    std::string name;                                      // what has come of it
    bool found = false;

    bool on_object_begin(Error &)
    {
        names.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, Error &)
    {
        names.pop_back();
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, Error &)
    {
        name += std::string_view(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, Error &)
    {
        name += std::string_view(part);
        found |= !names.back().insert(std::move(name)).second;
        name.clear();
        return true;
    }
    bool on_document_begin(Error &) { return true; }
    bool on_document_end(Error &) { return true; }
    bool on_array_begin(Error &) { return true; }
    bool on_array_end(std::size_t, Error &) { return true; }
    bool on_string_part(json::string_view, std::size_t, Error &) { return true; }
    bool on_string(json::string_view, std::size_t, Error &) { return true; }
    bool on_number_part(json::string_view, Error &) { return true; }
    bool on_int64(std::int64_t, json::string_view, Error &) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, Error &) { return true; }
    bool on_double(double, json::string_view, Error &) { return true; }
    bool on_bool(bool, Error &) { return true; }
    bool on_null(Error &) { return true; }
    bool on_comment_part(json::string_view, Error &) { return true; }
    bool on_comment(json::string_view, Error &) { return true; }
};

} // namespace

Result<json::object, JsonFault> strictObject(std::string_view text, JsonLimits limits)
{
    if (text.size() > limits.bytes)
        return JsonFault::TooLong;
    json::parse_options options;
    options.max_depth = limits.depth;
    boost::system::error_code error;
    auto value = json::parse(text, error, {}, options);
    if (error)
        return JsonFault::Malformed;
    if (!value.is_object())
        return JsonFault::NotAnObject;
    // Boost.JSON keeps the last of two, silently: names are looked at in a second pass over what is known to be well formed.
    json::basic_parser<DuplicateFinder> parser(options);
    parser.write_some(false, text.data(), text.size(), error);
    if (error)
        return JsonFault::Malformed;
    if (parser.handler().found)
        return JsonFault::DuplicateMember;
    return std::move(value.as_object());
}

const json::string *textMember(const json::object &object, std::string_view name)
{
    const auto *member = object.if_contains(name);
    return member ? member->if_string() : nullptr;
}

} // namespace matinee::accounts
