#include "common/protocol/error.h"

namespace matinee {

namespace {

struct Row
{
    std::string_view name;
    std::string_view title;
    int http;
    int grpc;
};

Row row(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Cancelled:
        return {"cancelled", "Cancelled", 499, 1};
    case ErrorCode::InvalidArgument:
        return {"invalid_argument", "Invalid request", 400, 3};
    case ErrorCode::Unauthenticated:
        return {"unauthenticated", "Sign-in needed", 401, 16};
    case ErrorCode::PermissionDenied:
        return {"permission_denied", "Not allowed", 403, 7};
    case ErrorCode::StepUpRequired:
        return {"step_up_required", "Proof needed", 403, 7};
    case ErrorCode::NotFound:
        return {"not_found", "Not found", 404, 5};
    case ErrorCode::AlreadyExists:
        return {"already_exists", "Already exists", 409, 6};
    case ErrorCode::FailedPrecondition:
        return {"failed_precondition", "Not possible now", 409, 9};
    case ErrorCode::PayloadTooLarge:
        return {"payload_too_large", "Too large", 413, 8};
    case ErrorCode::UnsupportedMediaType:
        return {"unsupported_media_type", "Unsupported media type", 415, 3};
    case ErrorCode::RateLimited:
        return {"rate_limited", "Too many requests", 429, 8};
    case ErrorCode::Internal:
        return {"internal", "Internal error", 500, 13};
    case ErrorCode::Unimplemented:
        return {"unimplemented", "No such call", 501, 12};
    case ErrorCode::Unavailable:
        return {"unavailable", "Temporarily unavailable", 503, 14};
    case ErrorCode::DeadlineExceeded:
        return {"deadline_exceeded", "Took too long", 504, 4};
    }
    return {"internal", "Internal error", 500, 13};
}

} // namespace

std::string_view codeName(ErrorCode code)
{
    return row(code).name;
}
std::string_view codeTitle(ErrorCode code)
{
    return row(code).title;
}
int httpStatus(ErrorCode code)
{
    return row(code).http;
}
int grpcStatus(ErrorCode code)
{
    return row(code).grpc;
}

} // namespace matinee
