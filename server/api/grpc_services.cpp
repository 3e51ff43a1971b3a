#include "api/grpc_services.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <set>

namespace matinee::api {

namespace {

namespace pb = google::protobuf;
namespace wire = grpc::reflection::v1alpha;

constexpr int kInvalidArgument = 3; // gRPC status codes
constexpr int kNotFound = 5;

void setError(wire::ServerReflectionResponse &answer, int code, const char *message)
{
    answer.mutable_error_response()->set_error_code(code);
    answer.mutable_error_response()->set_error_message(message);
}

/// The file and all that it imports: clients cannot use it without.
void addFile(wire::FileDescriptorResponse &answer, const pb::FileDescriptor &file, std::set<const pb::FileDescriptor *> &added)
{
    if (!added.insert(&file).second)
        return;
    pb::FileDescriptorProto proto;
    file.CopyTo(&proto);
    answer.add_file_descriptor_proto(proto.SerializeAsString());
    for (int i = 0; i < file.dependency_count(); ++i)
        addFile(answer, *file.dependency(i), added);
}

void setFile(wire::ServerReflectionResponse &answer, const pb::FileDescriptor *file)
{
    if (!file)
        return setError(answer, kNotFound, "There is nothing of that name.");
    std::set<const pb::FileDescriptor *> added;
    addFile(*answer.mutable_file_descriptor_response(), *file, added);
}

} // namespace

wire::ServerReflectionResponse answerReflection(const wire::ServerReflectionRequest &request, const std::vector<std::string> &services,
                                                const pb::DescriptorPool &pool)
{
    using Request = wire::ServerReflectionRequest;
    wire::ServerReflectionResponse answer;
    answer.set_valid_host(request.host());
    *answer.mutable_original_request() = request;
    switch (request.message_request_case()) {
    case Request::kListServices:
        for (const auto &service : services)
            answer.mutable_list_services_response()->add_service()->set_name(service);
        break;
    case Request::kFileByFilename:
        setFile(answer, pool.FindFileByName(request.file_by_filename()));
        break;
    case Request::kFileContainingSymbol:
        setFile(answer, pool.FindFileContainingSymbol(request.file_containing_symbol()));
        break;
    case Request::kFileContainingExtension: {
        const auto &wanted = request.file_containing_extension();
        const pb::Descriptor *type = pool.FindMessageTypeByName(wanted.containing_type());
        const pb::FieldDescriptor *extension = type ? pool.FindExtensionByNumber(type, wanted.extension_number()) : nullptr;
        setFile(answer, extension ? extension->file() : nullptr);
        break;
    }
    case Request::kAllExtensionNumbersOfType: {
        const pb::Descriptor *type = pool.FindMessageTypeByName(request.all_extension_numbers_of_type());
        if (!type) {
            setError(answer, kNotFound, "There is no message type of that name.");
            break;
        }
        std::vector<const pb::FieldDescriptor *> extensions;
        pool.FindAllExtensions(type, &extensions);
        auto &numbers = *answer.mutable_all_extension_numbers_response();
        numbers.set_base_type_name(type->full_name());
        for (const auto *extension : extensions)
            numbers.add_extension_number(extension->number());
        break;
    }
    case Request::MESSAGE_REQUEST_NOT_SET:
        setError(answer, kInvalidArgument, "The request asks for nothing.");
        break;
    }
    return answer;
}

} // namespace matinee::api
