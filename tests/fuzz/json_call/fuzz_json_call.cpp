// A JSON call as HTTP brings it: what is taken must come out of its own JSON again as the same message.
// Input: which call, size of the path parameter, size of the query; then parameter, query, body.
#include "api/json_codec.h"

#include "tests/unit/api/test_calls.pb.h"

#include <google/protobuf/util/json_util.h>

#include <cstdlib>

using namespace matinee;

namespace {

std::vector<api::DeclaredCall> declaredCalls()
{
    std::vector<api::DeclaredCall> calls;
    const auto *service = test::EchoRequest::descriptor()->file()->FindServiceByName("GoodService");
    for (int i = 0; i < service->method_count(); ++i)
        calls.push_back(*api::readDeclaration(*service->method(i)));
    return calls;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const auto calls = declaredCalls();
    google::protobuf::SetLogHandler(nullptr);
    if (size < 3)
        return 0;
    const api::DeclaredCall &call = calls[data[0] % calls.size()];
    const std::string rest(reinterpret_cast<const char *>(data + 3), size - 3);
    const std::size_t parameter = std::min<std::size_t>(data[1], rest.size());
    const std::size_t query = std::min<std::size_t>(data[2], rest.size() - parameter);

    api::JsonRequest request;
    for (const auto *field : call.pathFields)
        request.parameters[field->name()] = rest.substr(0, parameter);
    request.query = rest.substr(parameter, query);
    request.contentType = "application/json";
    request.body = rest.substr(parameter + query);

    const auto *prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(call.method->input_type());
    const std::unique_ptr<google::protobuf::Message> message(prototype->New());
    const Result<void> decoded = api::decodeJsonCall(call, request, *message);
    if (!decoded) {
        if (decoded.error().message.empty() || decoded.error().message.size() > 2000)
            std::abort();
        return 0;
    }
    const Result<std::string> json = api::encodeJson(*message);
    if (!json)
        std::abort();
    const std::unique_ptr<google::protobuf::Message> again(prototype->New());
    if (!google::protobuf::util::JsonStringToMessage(*json, again.get()).ok())
        std::abort();
    if (again->SerializeAsString() != message->SerializeAsString())
        std::abort();
    return 0;
}
