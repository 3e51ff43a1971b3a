#include "api/reference.h"

#include <algorithm>

namespace matinee::api {

namespace pb = google::protobuf;

namespace {

void addMessage(std::vector<const pb::Descriptor *> &messages, const pb::Descriptor &message)
{
    if (std::find(messages.begin(), messages.end(), &message) != messages.end())
        return;
    messages.push_back(&message);
    for (int i = 0; i < message.field_count(); ++i) {
        const pb::FieldDescriptor &field = *message.field(i);
        if (field.message_type() && !isTimestamp(field))
            addMessage(messages, *field.message_type());
    }
}

} // namespace

Result<Reference> readReference(const pb::FileDescriptorSet &set)
{
    Reference reference{std::make_shared<pb::DescriptorPool>(), {}};
    for (const auto &proto : set.file()) {
        const pb::FileDescriptor *file = reference.pool->BuildFile(proto);
        if (!file)
            return fail(ErrorCode::InvalidArgument, "The descriptors of " + proto.name() + " do not fit together.");
        if (!proto.name().starts_with("matinee/"))
            continue;
        for (int s = 0; s < file->service_count(); ++s) {
            for (int m = 0; m < file->service(s)->method_count(); ++m) {
                Result<DeclaredCall> call = readDeclaration(*file->service(s)->method(m));
                if (!call)
                    return call.error();
                if (commentOf(*call->method).empty())
                    return fail(ErrorCode::InvalidArgument, "The call " + call->name + " has no comment to document it by.");
                reference.calls.push_back(std::move(*call));
            }
        }
    }
    return reference;
}

std::string permissionText(v1::Permission permission)
{
    std::string name = v1::Permission_Name(permission);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name;
}

std::string rateText(Rate rate)
{
    const char *unit = rate.period == std::chrono::seconds(1) ? "/s" : rate.period == std::chrono::minutes(1) ? "/min" : "/h";
    return std::to_string(rate.count) + unit;
}

std::string_view verbText(http::Method verb)
{
    switch (verb) {
    case http::Method::Get:
        return "GET";
    case http::Method::Head:
        return "HEAD";
    case http::Method::Post:
        return "POST";
    case http::Method::Put:
        return "PUT";
    case http::Method::Patch:
        return "PATCH";
    case http::Method::Delete:
        return "DELETE";
    case http::Method::Options:
        return "OPTIONS";
    }
    return "";
}

bool isTimestamp(const pb::FieldDescriptor &field)
{
    return field.message_type() && field.message_type()->full_name() == "google.protobuf.Timestamp";
}

std::vector<const pb::Descriptor *> messagesOf(const Reference &reference, bool requests)
{
    std::vector<const pb::Descriptor *> messages;
    for (const DeclaredCall &call : reference.calls)
        addMessage(messages, requests ? *call.method->input_type() : *call.method->output_type());
    return messages;
}

} // namespace matinee::api
