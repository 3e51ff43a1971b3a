#include "api/declared_call.h"

#include "matinee/proto_files.h"

#include <algorithm>
#include <charconv>

namespace matinee::api {

namespace {

using google::protobuf::FieldDescriptor;

Error wrong(const google::protobuf::MethodDescriptor &method, std::string what)
{
    return fail(ErrorCode::Internal, "The declaration of " + method.full_name() + " is wrong: " + std::move(what));
}

Result<http::Method> parseVerb(std::string_view text)
{
    if (text == "GET")
        return http::Method::Get;
    if (text == "POST")
        return http::Method::Post;
    if (text == "PUT")
        return http::Method::Put;
    if (text == "PATCH")
        return http::Method::Patch;
    if (text == "DELETE")
        return http::Method::Delete;
    return fail(ErrorCode::Internal, "the method must be GET, POST, PUT, PATCH or DELETE");
}

bool isLiteral(std::string_view segment)
{
    return !segment.empty() && std::all_of(segment.begin(), segment.end(),
                                           [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

/// Fits in one path segment or one query value.
bool isScalar(const FieldDescriptor &field)
{
    return field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
}

/// Splits "/api/v1/streams/{name}" and looks its fields up in the request.
Result<void> readPath(DeclaredCall &call)
{
    const auto *request = call.method->input_type();
    std::string_view rest = call.path;
    if (!rest.starts_with("/api/"))
        return wrong(*call.method, "the path must begin with /api/");
    while (!rest.empty()) {
        rest.remove_prefix(1); // the slash
        const auto end = rest.find('/');
        const std::string_view segment = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
        if (segment.size() > 2 && segment.front() == '{' && segment.back() == '}') {
            const std::string name(segment.substr(1, segment.size() - 2));
            const auto *field = request->FindFieldByName(name);
            if (!field || field->is_repeated() || !isScalar(*field))
                return wrong(*call.method, "{" + name + "} is no single plain field of " + request->full_name());
            if (call.isPathField(field))
                return wrong(*call.method, "{" + name + "} is in the path twice");
            call.pathFields.push_back(field);
        } else if (!isLiteral(segment)) {
            return wrong(*call.method, "the path segment '" + std::string(segment) + "' is neither a-z, 0-9, '-', '.' nor {field}");
        }
    }
    return {};
}

} // namespace

bool DeclaredCall::isPathField(const FieldDescriptor *field) const
{
    return std::find(pathFields.begin(), pathFields.end(), field) != pathFields.end();
}

Result<Rate> parseRate(std::string_view text)
{
    const auto slash = text.find('/');
    const std::string_view number = text.substr(0, slash);
    const std::string_view unit = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
    Rate rate;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), rate.count);
    if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size() || rate.count == 0)
        return fail(ErrorCode::Internal, "the rate '" + std::string(text) + "' must be like \"20/min\"");
    if (unit == "s")
        rate.period = std::chrono::seconds(1);
    else if (unit == "min")
        rate.period = std::chrono::minutes(1);
    else if (unit == "h")
        rate.period = std::chrono::hours(1);
    else
        return fail(ErrorCode::Internal, "the rate '" + std::string(text) + "' must end in /s, /min or /h");
    return rate;
}

Result<DeclaredCall> readDeclaration(const google::protobuf::MethodDescriptor &method)
{
    if (method.client_streaming() || method.server_streaming())
        return wrong(method, "calls have one request and one response; events go through topics");
    if (!method.options().HasExtension(v1::call))
        return wrong(method, "it has no option (call)");
    const v1::Call &declared = method.options().GetExtension(v1::call);

    DeclaredCall call;
    call.method = &method;
    call.name = method.service()->full_name() + "/" + method.name();
    call.needs = declared.needs();
    if (call.needs == v1::PERMISSION_UNSPECIFIED || !v1::Permission_IsValid(call.needs))
        return wrong(method, "it declares no `needs`");

    const auto space = declared.http().find(' ');
    if (space == std::string::npos)
        return wrong(method, "`http` must be like \"GET /api/v1/streams/{name}\"");
    const Result<http::Method> verb = parseVerb(std::string_view(declared.http()).substr(0, space));
    if (!verb)
        return wrong(method, verb.error().message);
    call.verb = *verb;
    call.path = declared.http().substr(space + 1);
    if (Result<void> path = readPath(call); !path)
        return path.error();
    if (!call.hasBody()) {
        for (int i = 0; i < method.input_type()->field_count(); ++i) {
            if (!isScalar(*method.input_type()->field(i)))
                return wrong(method, "the field `" + method.input_type()->field(i)->name() + "` does not fit into a query");
        }
    }

    const Result<Rate> rate = parseRate(declared.rate());
    if (!rate)
        return wrong(method, rate.error().message);
    call.rate = *rate;
    call.audit = declared.audit();
    call.fresh = declared.fresh();
    if (call.fresh && call.needs == v1::PUBLIC)
        return wrong(method, "a call for everybody cannot be `fresh`: there is nobody to ask");
    if (declared.max_body() != 0)
        call.maxBody = declared.max_body();
    if (declared.success_status() != 0)
        call.successStatus = static_cast<int>(declared.success_status());
    if (call.successStatus < 200 || call.successStatus > 299 || call.successStatus == 204)
        return wrong(method, "success_status must be from 200 to 299 and not 204, since an answer has a body");
    return call;
}

Result<std::vector<const google::protobuf::ServiceDescriptor *>> declaredServices()
{
    std::vector<const google::protobuf::ServiceDescriptor *> services;
    for (const char *name : kProtoFiles) {
        const auto *file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(name);
        if (!file)
            return fail(ErrorCode::Internal, std::string("The calls of ") + name + " are not in this program: nothing handles them.");
        for (int i = 0; i < file->service_count(); ++i)
            services.push_back(file->service(i));
    }
    return services;
}

} // namespace matinee::api
