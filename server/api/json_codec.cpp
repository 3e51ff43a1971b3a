#include "api/json_codec.h"

#include "api/query.h"

#include <boost/json.hpp>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <set>

namespace matinee::api {

namespace {

namespace json = boost::json;
namespace pb = google::protobuf;

constexpr std::size_t kMaxDepth = 32;

bool isJson(std::string_view contentType)
{
    std::string type(contentType.substr(0, contentType.find(';')));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t'))
        type.pop_back();
    std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return std::tolower(c); });
    return type == "application/json";
}

/// A name from outside as it may stand in an error: short and printable.
std::string inQuotes(std::string_view name)
{
    std::string clean;
    for (const char c : name.substr(0, 64))
        clean += c >= 0x20 && c < 0x7f && c != '`' ? c : '?';
    return "`" + clean + "`";
}

Error unknownField(const pb::Descriptor &type, std::string_view name, const std::string &path)
{
    std::string message = "There is no field " + inQuotes(name) + ".";
    for (int i = 0; i < type.field_count(); ++i) {
        if (type.field(i)->json_name() == name)
            message = "There is no field " + inQuotes(name) + "; it is called `" + type.field(i)->name() + "`.";
    }
    return fail(ErrorCode::InvalidArgument, std::move(message), path + std::string(name.substr(0, 64)));
}

/// Stricter than protobuf, which takes camelCase and single values for lists too and reports unknown names without saying where.
Result<void> checkShape(const json::value &value, const pb::Descriptor &type, const std::string &path)
{
    const json::object *object = value.if_object();
    if (!object || type.full_name().starts_with("google.protobuf."))
        return {};
    for (const auto &member : *object) {
        const std::string name(member.key());
        const pb::FieldDescriptor *field = type.FindFieldByName(name);
        if (!field)
            return unknownField(type, name, path);
        if (field->is_repeated() && !field->is_map() && !member.value().is_array() && !member.value().is_null())
            return fail(ErrorCode::InvalidArgument, "`" + name + "` must be a list, each " + expectationOf(*field) + ".", path + name);
        if (field->is_map() || field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE)
            continue;
        if (const json::array *items = member.value().if_array()) {
            for (const auto &item : *items) {
                if (Result<void> good = checkShape(item, *field->message_type(), path + name + "."); !good)
                    return good;
            }
        } else if (Result<void> good = checkShape(member.value(), *field->message_type(), path + name + "."); !good) {
            return good;
        }
    }
    return {};
}

bool decodeInto(const std::string &text, pb::Message &into)
{
    pb::util::JsonParseOptions options;
    options.ignore_unknown_fields = false;
    return pb::util::JsonStringToMessage(text, &into, options).ok();
}

/// Which field protobuf did not like: the first that fails alone.
Error wrongField(const json::object &object, const pb::Message &like)
{
    for (const auto &member : object) {
        const std::unique_ptr<pb::Message> alone(like.New());
        json::object single;
        single[member.key()] = member.value();
        if (decodeInto(json::serialize(single), *alone))
            continue;
        const std::string name(member.key());
        const pb::FieldDescriptor *field = like.GetDescriptor()->FindFieldByName(name);
        const std::string expected = (field->is_repeated() ? "a list, each " : "") + expectationOf(*field);
        return fail(ErrorCode::InvalidArgument, "`" + name + "` must be " + expected + ".", name);
    }
    return fail(ErrorCode::InvalidArgument, "The request does not fit " + like.GetDescriptor()->name() + ".");
}

Result<void> decodeQuery(const DeclaredCall &call, const std::string &query, pb::Message &into)
{
    const auto pairs = parseQuery(query);
    if (!pairs)
        return pairs.error();
    std::set<std::string_view> seen;
    for (const auto &[key, value] : *pairs) {
        const pb::FieldDescriptor *field = call.method->input_type()->FindFieldByName(key);
        if (!field || call.hasBody() || call.isPathField(field)) {
            const std::string where = call.hasBody() && field ? " in the query; put it into the body." : " in the query.";
            return fail(ErrorCode::InvalidArgument, "There is no field " + inQuotes(key) + where, key.substr(0, 64));
        }
        if (!field->is_repeated() && !seen.insert(key).second)
            return fail(ErrorCode::InvalidArgument, inQuotes(key) + " is in the query twice.", key.substr(0, 64));
        if (Result<void> good = setFromText(into, *field, value); !good)
            return good;
    }
    return {};
}

std::string valueOf(const pb::Message &message, const pb::FieldDescriptor *field)
{
    std::string text;
    pb::TextFormat::PrintFieldValueToString(message, field, -1, &text);
    return text;
}

} // namespace

Result<void> decodeJson(std::string_view what, const std::string &text, pb::Message &into)
{
    json::parse_options strict;
    strict.max_depth = kMaxDepth;
    boost::system::error_code ec;
    json::stream_parser parser({}, strict);
    const std::size_t used = parser.write_some(text, ec);
    if (!ec && used == text.size())
        parser.finish(ec);
    if (ec || used != text.size())
        return fail(ErrorCode::InvalidArgument, std::string(what) + " is not valid JSON, see byte " + std::to_string(used) + ".");
    const json::value value = parser.release();
    const json::object *object = value.if_object();
    if (!object)
        return fail(ErrorCode::InvalidArgument, std::string(what) + " must be a JSON object, e.g. {}.");
    if (Result<void> names = checkShape(value, *into.GetDescriptor(), ""); !names)
        return names;
    if (!decodeInto(text, into))
        return wrongField(*object, into);
    return {};
}

Result<void> decodeJsonCall(const DeclaredCall &call, const JsonRequest &request, pb::Message &into)
{
    if (call.hasBody() && !request.body.empty()) {
        if (!isJson(request.contentType))
            return fail(ErrorCode::UnsupportedMediaType, "Send the body as JSON with the header Content-Type: application/json.");
        if (Result<void> good = decodeJson("The body", request.body, into); !good)
            return good;
    } else if (!request.body.empty()) {
        return fail(ErrorCode::InvalidArgument, "This call takes no body; its fields belong into the query.");
    }
    if (Result<void> good = decodeQuery(call, request.query, into); !good)
        return good;

    for (const pb::FieldDescriptor *field : call.pathFields) {
        const auto found = request.parameters.find(field->name());
        if (found == request.parameters.end())
            return fail(ErrorCode::Internal, "The route of " + call.name + " has no {" + field->name() + "}.");
        const std::unique_ptr<pb::Message> path(into.New());
        if (Result<void> good = setFromText(*path, *field, found->second); !good)
            return good;
        // A body may repeat what the path says, since it may be the whole message, but not contradict it.
        if (into.GetReflection()->HasField(into, field) && valueOf(into, field) != valueOf(*path, field))
            return fail(ErrorCode::InvalidArgument, "`" + field->name() + "` in the body differs from the path.", field->name());
        into.MergeFrom(*path);
    }
    return {};
}

Result<std::string> encodeJson(const pb::Message &message)
{
    pb::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string text;
    if (const auto status = pb::util::MessageToJsonString(message, &text, options); !status.ok())
        return fail(ErrorCode::Internal, "The answer could not be written as JSON.");
    return text;
}

} // namespace matinee::api
