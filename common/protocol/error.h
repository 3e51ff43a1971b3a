// Errors that reach a person or a program outside: one stable code for each, the same on every face.
// REST sends them as RFC 9457 problem documents, gRPC as its status, the WebSocket as matinee.v1.Status.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace matinee {

enum class ErrorCode
{
    Cancelled,            ///< The caller went away or the server is draining. HTTP 499.
    InvalidArgument,      ///< The request is wrong whatever the state; `field` names what. HTTP 400.
    Unauthenticated,      ///< No credential, or one that is unknown, expired or revoked. HTTP 401.
    PermissionDenied,     ///< The credential is good and does not allow this. HTTP 403.
    StepUpRequired,       ///< It would, to who proves once more who they are. HTTP 403.
    NotFound,             ///< No such thing, or none that this caller may know of. HTTP 404.
    AlreadyExists,        ///< The name is taken. HTTP 409.
    FailedPrecondition,   ///< Not in the state that this needs. HTTP 409.
    PayloadTooLarge,      ///< Over the size limit of the call. HTTP 413.
    UnsupportedMediaType, ///< A body that is not JSON. HTTP 415.
    RateLimited,          ///< Too often; `retryAfter` says when to try again. HTTP 429.
    Internal,             ///< A defect of ours; the log has the request id. HTTP 500.
    Unimplemented,        ///< No such call. HTTP 501 (404 where the path is unknown).
    Unavailable,          ///< The database or another part is away; try again. HTTP 503.
    DeadlineExceeded,     ///< Took longer than allowed. HTTP 504.
};

/// An expected failure with a sentence for people. `message` must not hold secrets or internals: it is sent as it is.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    std::string field{};                ///< The request field or setting that was wrong, or empty.
    std::chrono::seconds retryAfter{0}; ///< With RateLimited and Unavailable.
};

/// "not_found": what clients switch on. Never changes once released.
[[nodiscard]] std::string_view codeName(ErrorCode code);
[[nodiscard]] int httpStatus(ErrorCode code);
/// The number of the gRPC status (grpc::StatusCode), without its header.
[[nodiscard]] int grpcStatus(ErrorCode code);
/// Short title of the problem document: "Not found".
[[nodiscard]] std::string_view codeTitle(ErrorCode code);

} // namespace matinee
