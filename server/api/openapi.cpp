// The OpenAPI half of reference.h.
#include "api/reference.h"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace matinee::api {

namespace {

namespace json = boost::json;
namespace pb = google::protobuf;
using pb::FieldDescriptor;

json::object scalarSchema(const FieldDescriptor &field)
{
    if (isTimestamp(field))
        return {{"type", "string"}, {"format", "date-time"}};
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return {{"type", "integer"}, {"format", "int32"}};
    case FieldDescriptor::CPPTYPE_UINT32:
        return {{"type", "integer"}, {"minimum", 0}, {"maximum", 4294967295}};
    // As protobuf's JSON has them: beyond what a JavaScript number holds.
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
        return {{"type", "string"}, {"pattern", "^-?[0-9]+$"}};
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
        return {{"type", "number"}};
    case FieldDescriptor::CPPTYPE_BOOL:
        return {{"type", "boolean"}};
    case FieldDescriptor::CPPTYPE_STRING:
        if (field.type() == FieldDescriptor::TYPE_BYTES)
            return {{"type", "string"}, {"contentEncoding", "base64"}};
        return {{"type", "string"}};
    case FieldDescriptor::CPPTYPE_ENUM: {
        json::array names;
        for (int i = 0; i < field.enum_type()->value_count(); ++i)
            names.emplace_back(field.enum_type()->value(i)->name());
        return {{"type", "string"}, {"enum", std::move(names)}};
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
        return {{"$ref", "#/components/schemas/" + field.message_type()->name()}};
    }
    return {};
}

json::object fieldSchema(const FieldDescriptor &field)
{
    json::object schema = field.is_repeated() ? json::object{{"type", "array"}, {"items", scalarSchema(field)}} : scalarSchema(field);
    if (const std::string comment = commentOf(field); !comment.empty())
        schema["description"] = comment;
    return schema;
}

/// `without`: fields that come by the path.
json::object messageSchema(const pb::Descriptor &message, bool isRequest, const std::vector<const FieldDescriptor *> &without = {})
{
    json::object properties;
    json::array required;
    for (int i = 0; i < message.field_count(); ++i) {
        const FieldDescriptor &field = *message.field(i);
        if (std::find(without.begin(), without.end(), &field) != without.end())
            continue;
        properties[field.name()] = fieldSchema(field);
        // In answers every plain field is present; in requests the default stands in.
        const bool alwaysThere = field.is_repeated() || (!field.message_type() && !field.has_optional_keyword());
        if (!isRequest && alwaysThere)
            required.emplace_back(field.name());
    }
    json::object schema{{"type", "object"}};
    if (const std::string comment = commentOf(message); !comment.empty())
        schema["description"] = comment;
    schema["properties"] = std::move(properties);
    if (!required.empty())
        schema["required"] = std::move(required);
    if (isRequest)
        schema["additionalProperties"] = false;
    return schema;
}

json::object problemSchema()
{
    json::array codes;
    for (int code = 0; code <= static_cast<int>(ErrorCode::DeadlineExceeded); ++code)
        codes.emplace_back(codeName(static_cast<ErrorCode>(code)));
    return {{"type", "object"},
            {"description", "An error (RFC 9457)."},
            {"properties",
             {{"type", {{"type", "string"}}},
              {"title", {{"type", "string"}, {"description", "Short, the same for all errors of this code."}}},
              {"status", {{"type", "integer"}, {"description", "The HTTP status."}}},
              {"detail", {{"type", "string"}, {"description", "One sentence for people."}}},
              {"code", {{"type", "string"}, {"enum", std::move(codes)}, {"description", "What programs switch on. It never changes."}}},
              {"field", {{"type", "string"}, {"description", "The request field that was wrong, if one was."}}},
              {"request_id", {{"type", "string"}, {"description", "Under this the server's log has more."}}}}},
            {"required", {"title", "status", "detail", "code", "request_id"}}};
}

json::object problemResponse(const char *description, bool retryAfter = false)
{
    json::object response{{"description", description},
                          {"content", {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
    if (retryAfter)
        response["headers"] = {{"Retry-After", {{"description", "Seconds until the next try."}, {"schema", {{"type", "integer"}}}}}};
    return response;
}

json::object responseRef(const char *name)
{
    return {{"$ref", std::string("#/components/responses/") + name}};
}

std::string firstSentence(const std::string &text)
{
    const auto end = text.find(". ");
    std::string sentence = end == std::string::npos ? text : text.substr(0, end);
    if (!sentence.empty() && sentence.back() == '.')
        sentence.pop_back();
    return sentence;
}

json::array parametersOf(const DeclaredCall &call)
{
    json::array parameters;
    const auto add = [&](const FieldDescriptor &field, const char *in) {
        json::object parameter{{"name", field.name()}, {"in", in}};
        if (std::string_view(in) == "path")
            parameter["required"] = true;
        json::object schema = fieldSchema(field);
        if (const auto *comment = schema.if_contains("description")) {
            parameter["description"] = *comment;
            schema.erase("description");
        }
        parameter["schema"] = std::move(schema);
        parameters.push_back(std::move(parameter));
    };
    for (const FieldDescriptor *field : call.pathFields)
        add(*field, "path");
    for (int i = 0; !call.hasBody() && i < call.method->input_type()->field_count(); ++i) {
        if (!call.isPathField(call.method->input_type()->field(i)))
            add(*call.method->input_type()->field(i), "query");
    }
    return parameters;
}

json::object operationOf(const DeclaredCall &call)
{
    const std::string comment = commentOf(*call.method);
    std::string id = call.method->name();
    id[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(id[0])));
    const bool isPublic = call.needs == v1::PUBLIC;
    const auto plainFields = call.method->input_type()->field_count() - static_cast<int>(call.pathFields.size());

    json::object operation{
        {"operationId", id}, {"tags", {call.method->service()->name()}}, {"summary", firstSentence(comment)}, {"description", comment}};
    if (json::array parameters = parametersOf(call); !parameters.empty())
        operation["parameters"] = std::move(parameters);
    if (call.hasBody() && plainFields > 0) {
        const std::string schema = "#/components/schemas/" + call.method->input_type()->name();
        operation["requestBody"] = {{"content", {{"application/json", {{"schema", {{"$ref", schema}}}}}}}};
    }
    json::object responses;
    responses[std::to_string(call.successStatus)] = {
        {"description", "Done."},
        {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/" + call.method->output_type()->name()}}}}}}}};
    responses["400"] = responseRef("BadRequest");
    responses["401"] = responseRef("Unauthenticated");
    if (!isPublic)
        responses["403"] = responseRef("Forbidden");
    responses["429"] = responseRef("TooManyRequests");
    responses["default"] = responseRef("Problem");
    operation["responses"] = std::move(responses);
    operation["security"] = isPublic ? json::array{} : json::array{{{"apiKey", json::array{}}}};
    operation["x-permission"] = permissionText(call.needs);
    operation["x-rate"] = rateText(call.rate);
    if (call.fresh)
        operation["x-fresh"] = true;
    operation["x-grpc"] = call.name;
    return operation;
}

json::object schemasOf(const Reference &reference)
{
    json::object schemas;
    for (const DeclaredCall &call : reference.calls) {
        const pb::Descriptor &request = *call.method->input_type();
        if (call.hasBody() && request.field_count() > static_cast<int>(call.pathFields.size()))
            schemas[request.name()] = messageSchema(request, true, call.pathFields);
    }
    for (const pb::Descriptor *message : messagesOf(reference, true)) {
        const bool isRequest = std::any_of(reference.calls.begin(), reference.calls.end(),
                                           [&](const DeclaredCall &call) { return call.method->input_type() == message; });
        if (!isRequest)
            schemas[message->name()] = messageSchema(*message, true);
    }
    for (const pb::Descriptor *message : messagesOf(reference, false))
        schemas[message->name()] = messageSchema(*message, false);
    schemas["Problem"] = problemSchema();
    return schemas;
}

void writePretty(std::string &out, const json::value &value, std::size_t depth)
{
    const auto line = [&out](std::size_t indent) { out += "\n" + std::string(indent * 2, ' '); };
    if (const json::object *object = value.if_object(); object && !object->empty()) {
        out += '{';
        for (auto member = object->begin(); member != object->end(); ++member) {
            out += member == object->begin() ? "" : ",";
            line(depth + 1);
            out += json::serialize(member->key()) + ": ";
            writePretty(out, member->value(), depth + 1);
        }
        line(depth);
        out += '}';
    } else if (const json::array *array = value.if_array(); array && !array->empty()) {
        out += '[';
        for (auto item = array->begin(); item != array->end(); ++item) {
            out += item == array->begin() ? "" : ",";
            line(depth + 1);
            writePretty(out, *item, depth + 1);
        }
        line(depth);
        out += ']';
    } else {
        out += json::serialize(value);
    }
}

} // namespace

std::string toOpenApi(const Reference &reference, std::string_view version)
{
    json::array tags;
    json::object paths;
    std::set<std::string> services;
    for (const DeclaredCall &call : reference.calls) {
        const pb::ServiceDescriptor &service = *call.method->service();
        if (services.insert(service.name()).second) {
            json::object tag{{"name", service.name()}};
            if (const std::string comment = commentOf(service); !comment.empty())
                tag["description"] = comment;
            tags.push_back(std::move(tag));
        }
        std::string verb(verbText(call.verb));
        std::transform(verb.begin(), verb.end(), verb.begin(), [](unsigned char c) { return std::tolower(c); });
        if (!paths.contains(call.path))
            paths[call.path] = json::object();
        paths[call.path].as_object()[verb] = operationOf(call);
    }
    const json::object document{
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "Matinee"},
          {"version", json::string_view(version.data(), version.size())},
          {"summary", "Watch together and go live, on your own server."},
          {"description",
           "The same calls are served by gRPC on the same port, with reflection. An API key or access token goes into the header "
           "`Authorization: Bearer KEY`; make a key with `matinee api-key create`."},
          {"license", {{"name", "GNU General Public License v3.0 or later"}, {"identifier", "GPL-3.0-or-later"}}}}},
        {"servers", {{{"url", "/"}, {"description", "This server"}}}},
        {"tags", std::move(tags)},
        {"paths", std::move(paths)},
        {"components",
         {{"schemas", schemasOf(reference)},
          {"responses",
           {{"BadRequest", problemResponse("The request is wrong; `field` names what.")},
            {"Unauthenticated", problemResponse("Nobody is signed in and there is no API key, or it is unknown, expired or revoked.")},
            {"Forbidden", problemResponse("The account or API key does not allow this.")},
            {"TooManyRequests", problemResponse("Too often.", true)},
            {"Problem", problemResponse("Any other error; `code` says which.")}}},
          {"securitySchemes",
           {{"apiKey",
             {{"type", "http"},
              {"scheme", "bearer"},
              {"description", "An API key of this server, or the access token of a person who is signed in."}}}}}}}};
    std::string text;
    writePretty(text, document, 0);
    return text + "\n";
}

} // namespace matinee::api
