#include "api/query.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <cmath>

namespace matinee::api {

namespace {

using google::protobuf::FieldDescriptor;

constexpr std::size_t kMaxQueryPairs = 64;

Result<std::string> decodePercent(std::string_view text)
{
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9')
            return c - '0';
        if (c >= 'a' && c <= 'f')
            return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return fail(ErrorCode::InvalidArgument, "The query has a '%' that is not followed by two hexadecimal digits.");
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return decoded;
}

template <class T> bool parseNumber(const std::string &text, T &value)
{
    const char *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    return parsed.ec == std::errc() && parsed.ptr == end && !text.empty();
}

bool isUtf8(const std::string &text)
{
    // Boost.JSON checks the encoding of strings while it parses; everything but the quoting is its own concern.
    boost::system::error_code ec;
    const std::string quoted = boost::json::serialize(boost::json::string_view(text));
    (void)boost::json::parse(quoted, ec);
    return !ec;
}

/// Calls set(value) or add(value) of the reflection.
template <class T, class Setter, class Adder>
void put(google::protobuf::Message &message, const FieldDescriptor &field, T value, Setter set, Adder add)
{
    const auto *reflection = message.GetReflection();
    if (field.is_repeated())
        (reflection->*add)(&message, &field, value);
    else
        (reflection->*set)(&message, &field, value);
}

} // namespace

Result<std::vector<std::pair<std::string, std::string>>> parseQuery(std::string_view query)
{
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view part = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
        if (part.empty())
            continue;
        if (pairs.size() == kMaxQueryPairs)
            return fail(ErrorCode::InvalidArgument, "The query has more than 64 parts.");
        const auto equals = part.find('=');
        Result<std::string> key = decodePercent(part.substr(0, equals));
        if (!key)
            return key.error();
        Result<std::string> value = decodePercent(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1));
        if (!value)
            return value.error();
        pairs.emplace_back(std::move(*key), std::move(*value));
    }
    return pairs;
}

Result<void> setFromText(google::protobuf::Message &message, const FieldDescriptor &field, const std::string &text)
{
    using R = google::protobuf::Reflection;
    const auto number = [&]<class T>(T value, auto set, auto add) {
        if (!parseNumber(text, value))
            return false;
        put(message, field, value, set, add);
        return true;
    };
    bool good = false;
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        good = number(std::int32_t{}, &R::SetInt32, &R::AddInt32);
        break;
    case FieldDescriptor::CPPTYPE_INT64:
        good = number(std::int64_t{}, &R::SetInt64, &R::AddInt64);
        break;
    case FieldDescriptor::CPPTYPE_UINT32:
        good = number(std::uint32_t{}, &R::SetUInt32, &R::AddUInt32);
        break;
    case FieldDescriptor::CPPTYPE_UINT64:
        good = number(std::uint64_t{}, &R::SetUInt64, &R::AddUInt64);
        break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
        good = number(double{}, &R::SetDouble, &R::AddDouble);
        break;
    case FieldDescriptor::CPPTYPE_FLOAT:
        good = number(float{}, &R::SetFloat, &R::AddFloat);
        break;
    case FieldDescriptor::CPPTYPE_BOOL:
        good = text == "true" || text == "false";
        if (good)
            put(message, field, text == "true", &R::SetBool, &R::AddBool);
        break;
    case FieldDescriptor::CPPTYPE_ENUM:
        if (const auto *value = field.enum_type()->FindValueByName(text)) {
            put(message, field, value, &R::SetEnum, &R::AddEnum);
            good = true;
        }
        break;
    case FieldDescriptor::CPPTYPE_STRING:
        good = isUtf8(text);
        if (good && field.is_repeated())
            message.GetReflection()->AddString(&message, &field, text);
        else if (good)
            message.GetReflection()->SetString(&message, &field, text);
        break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
    if (!good)
        return fail(ErrorCode::InvalidArgument, "`" + field.name() + "` must be " + expectationOf(field) + ".", field.name());
    return {};
}

std::string expectationOf(const FieldDescriptor &field)
{
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return "a whole number from -2147483648 to 2147483647";
    case FieldDescriptor::CPPTYPE_UINT32:
        return "a whole number from 0 to 4294967295";
    case FieldDescriptor::CPPTYPE_INT64:
        return "a whole number of at most 64 bits";
    case FieldDescriptor::CPPTYPE_UINT64:
        return "a whole number of at most 64 bits, not negative";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
        return "a number";
    case FieldDescriptor::CPPTYPE_BOOL:
        return "true or false";
    case FieldDescriptor::CPPTYPE_STRING:
        return field.type() == FieldDescriptor::TYPE_BYTES ? "bytes in base64" : "text in UTF-8";
    case FieldDescriptor::CPPTYPE_ENUM: {
        std::string names;
        for (int i = 0; i < field.enum_type()->value_count(); ++i)
            names += (i ? ", " : "one of ") + field.enum_type()->value(i)->name();
        return names;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
        return field.message_type()->full_name() == "google.protobuf.Timestamp" ? "a time such as \"2026-01-31T20:15:00Z\"" : "an object";
    }
    return "something else";
}

} // namespace matinee::api
