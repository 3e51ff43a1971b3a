// The answers of the two services that gRPC clients expect everywhere: health and reflection. Pure.
#pragma once

#include "grpc/reflection/v1alpha/reflection.pb.h"

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace matinee::api {

inline constexpr const char *kHealthService = "grpc.health.v1.Health";
inline constexpr const char *kReflectionService = "grpc.reflection.v1.ServerReflection";
inline constexpr const char *kReflectionAlphaService = "grpc.reflection.v1alpha.ServerReflection"; // the same messages

/// One question, one answer, from the descriptors in the program. `services` are the names that may be listed.
[[nodiscard]] grpc::reflection::v1alpha::ServerReflectionResponse
answerReflection(const grpc::reflection::v1alpha::ServerReflectionRequest &request, const std::vector<std::string> &services,
                 const google::protobuf::DescriptorPool &pool);

} // namespace matinee::api
