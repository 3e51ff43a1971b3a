// What is derived from the .proto files and committed: the OpenAPI document and the TypeScript types of the web client.
// Used by matinee-derive at build time only; descriptors there carry the comments, those in the server do not. Pure.
#pragma once

#include "api/declared_call.h"

#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::api {

/// All declared calls and messages, with comments.
struct Reference
{
    std::shared_ptr<google::protobuf::DescriptorPool> pool; ///< Owns what `calls` points to.
    std::vector<DeclaredCall> calls;                        ///< In the order of the files.
};

/// `set` comes from protoc with --include_imports and --include_source_info.
[[nodiscard]] Result<Reference> readReference(const google::protobuf::FileDescriptorSet &set);

/// OpenAPI 3.1, indented JSON, ends in a newline.
[[nodiscard]] std::string toOpenApi(const Reference &reference, std::string_view version);

/// Interfaces for requests and responses, and the list of calls.
[[nodiscard]] std::string toTypeScript(const Reference &reference);

// Shared by the two.

/// The comment above a declaration as one line; empty where there is none.
template <class Descriptor> [[nodiscard]] std::string commentOf(const Descriptor &descriptor)
{
    google::protobuf::SourceLocation location;
    if (!descriptor.GetSourceLocation(&location))
        return {};
    const std::string &comment = location.leading_comments;
    std::string line;
    for (const char c : comment) {
        const bool isSpace = c == '\n' || c == ' ';
        if (!isSpace)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line;
}

/// "manage_streams"
[[nodiscard]] std::string permissionText(v1::Permission permission);
[[nodiscard]] std::string rateText(Rate rate);
[[nodiscard]] std::string_view verbText(http::Method verb);
[[nodiscard]] bool isTimestamp(const google::protobuf::FieldDescriptor &field);
/// Messages in the order in which they are first needed, starting from the requests or the responses of the calls.
[[nodiscard]] std::vector<const google::protobuf::Descriptor *> messagesOf(const Reference &reference, bool requests);

} // namespace matinee::api
