// One call as its .proto declares it: route, permission, rate, limits. Read from the descriptors at start and by the generator of
// the reference; a value, read-only afterwards, any thread.
#pragma once

#include "api/rate_limit.h"
#include "http/exchange.h"

#include "common/protocol/result.h"

#include "matinee/v1/options.pb.h"

#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::api {

/// Largest request message of a call that declares no `max_body`.
inline constexpr std::size_t kMaxMessageBytes = 1 << 20;

struct DeclaredCall
{
    const google::protobuf::MethodDescriptor *method = nullptr;
    std::string name; ///< "matinee.v1.StreamService/CreateStream"
    http::Method verb = http::Method::Get;
    std::string path;                                                  ///< "/api/v1/streams/{name}"
    std::vector<const google::protobuf::FieldDescriptor *> pathFields; ///< Filled from the path, in its order.
    v1::Permission needs = v1::PERMISSION_UNSPECIFIED;
    Rate rate;
    bool audit = false;
    bool fresh = false; ///< A person must have proved lately who they are.
    std::size_t maxBody = kMaxMessageBytes;
    int successStatus = 200;

    /// POST, PUT and PATCH take their fields from a JSON body, GET and DELETE from the query.
    [[nodiscard]] bool hasBody() const { return verb == http::Method::Post || verb == http::Method::Put || verb == http::Method::Patch; }
    [[nodiscard]] bool isPathField(const google::protobuf::FieldDescriptor *field) const;
};

/// "20/min". Units: s, min, h. The error says what was wrong with it.
[[nodiscard]] Result<Rate> parseRate(std::string_view text);

/// Reads (matinee.v1.call) of one method; the error names the method and what is wrong with its declaration.
[[nodiscard]] Result<DeclaredCall> readDeclaration(const google::protobuf::MethodDescriptor &method);

/// Every service of common/proto/matinee, in the order of the files. A file that is not linked in is an error.
[[nodiscard]] Result<std::vector<const google::protobuf::ServiceDescriptor *>> declaredServices();

} // namespace matinee::api
