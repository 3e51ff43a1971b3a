#include "http/exchange.h"

#include "http/problem.h"
#include "http/response_head.h"
#include "http/wire/text.h"

namespace matinee::http {

namespace {

void appendJson(std::string &json, std::string_view text)
{
    static constexpr char kHex[] = "0123456789abcdef";
    json += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            json += "\\u00";
            json += kHex[static_cast<unsigned char>(c) >> 4];
            json += kHex[static_cast<unsigned char>(c) & 0x0f];
        } else {
            json += c;
        }
    }
    json += '"';
}

void appendMember(std::string &json, std::string_view name, std::string_view value)
{
    json += json.size() == 1 ? "\"" : ",\"";
    json += name;
    json += "\":";
    appendJson(json, wire::isUtf8(value) ? value : "(not valid UTF-8)");
}

} // namespace

std::string_view Request::header(std::string_view lowerCaseName) const
{
    for (const auto &[name, value] : headers)
        if (name == lowerCaseName)
            return value;
    return {};
}

std::string Request::queryValue(std::string_view key) const
{
    std::string_view rest = query;
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        const auto equals = pair.find('=');
        if (wire::percentDecoded(pair.substr(0, equals), true) == key)
            return equals == std::string_view::npos ? std::string() : wire::percentDecoded(pair.substr(equals + 1), true).value_or("");
    }
    return {};
}

Response problemWith(int status, std::string_view code, std::string_view title, std::string_view detail, std::string_view requestId,
                     std::string_view field)
{
    Response response;
    response.status = status;
    response.headers.emplace_back("Content-Type", "application/problem+json");
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = "{";
    appendMember(response.body, "type", "urn:matinee:problem:" + std::string(code));
    appendMember(response.body, "title", title);
    response.body += ",\"status\":" + std::to_string(status);
    appendMember(response.body, "code", code);
    appendMember(response.body, "detail", detail);
    if (!field.empty())
        appendMember(response.body, "field", field);
    if (!requestId.empty())
        appendMember(response.body, "request_id", requestId);
    response.body += "}\n";
    return response;
}

Response problem(const Error &error, std::string_view requestId)
{
    Response response =
        problemWith(httpStatus(error.code), codeName(error.code), codeTitle(error.code), error.message, requestId, error.field);
    if (error.retryAfter.count() > 0)
        response.headers.emplace_back("Retry-After", std::to_string(error.retryAfter.count()));
    if (error.code == ErrorCode::Unauthenticated)
        response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"matinee\"");
    return response;
}

Response text(int status, std::string body, std::string_view contentType)
{
    Response response;
    response.status = status;
    response.headers.emplace_back("Content-Type", contentType);
    response.body = std::move(body);
    return response;
}

std::string_view methodName(Method method)
{
    switch (method) {
    case Method::Get:
        return "GET";
    case Method::Head:
        return "HEAD";
    case Method::Post:
        return "POST";
    case Method::Put:
        return "PUT";
    case Method::Patch:
        return "PATCH";
    case Method::Delete:
        return "DELETE";
    case Method::Options:
        return "OPTIONS";
    }
    return "GET";
}

std::optional<Method> methodFrom(std::string_view name)
{
    for (const Method method : {Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options})
        if (name == methodName(method))
            return method;
    return std::nullopt;
}

} // namespace matinee::http
