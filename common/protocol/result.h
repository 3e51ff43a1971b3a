// Result<T, E>: a value or an expected failure. Wire parsers use their own documented enum as E; services use Error.
// Look before you take: `if (!r) return r.error();` then `*r`. Never call value().
#pragma once

#include "common/protocol/error.h"

#include <boost/system/result.hpp>

namespace matinee {

template <class T, class E = Error>
class [[nodiscard]] Result : public boost::system::result<T, E>
{
public:
    using boost::system::result<T, E>::result;
};

/// Shorthand at the point of failure: `return fail(ErrorCode::NotFound, "There is no stream named x.");`
[[nodiscard]] inline Error fail(ErrorCode code, std::string message, std::string field = {})
{
    return Error{code, std::move(message), std::move(field), {}};
}

} // namespace matinee
