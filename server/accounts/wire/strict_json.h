// JSON objects that strangers send and signatures cover: one reading only. A member that is there twice is refused, since two
// readers may take different ones (RFC 7515, 4; RFC 7519, 4). Any thread.
#pragma once

#include "common/protocol/result.h"

#include <boost/json/object.hpp>

#include <string_view>

namespace matinee::accounts {

enum class JsonFault
{
    TooLong,         ///< More bytes than the limit.
    Malformed,       ///< Not JSON, not UTF-8, too deep, or something follows it.
    NotAnObject,     ///< JSON of another kind.
    DuplicateMember, ///< A name is there twice within one object, at any depth; escapes do not hide it.
};

struct JsonLimits
{
    std::size_t bytes = 8192;
    unsigned depth = 8; ///< Objects and arrays within each other, the outermost included.
};

[[nodiscard]] Result<boost::json::object, JsonFault> strictObject(std::string_view text, JsonLimits limits = {});

/// The text of a member; null where it is absent or of another kind. Valid as long as the object.
[[nodiscard]] const boost::json::string *textMember(const boost::json::object &object, std::string_view name);

} // namespace matinee::accounts
