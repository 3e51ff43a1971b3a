// Why something of the protocol did not work, in no more detail than anybody may know.
#pragma once

namespace matinee::opaque {

enum class OpaqueError
{
    Malformed, ///< Not a message of this protocol: a wrong length, or a group element that is none, is the identity or is not in its one
               ///< form.
    Rejected,  ///< Wrong password, no such account, another server, or somebody in between. Which one of these is not told apart.
    TooLong,   ///< Password, identifier, identity or context longer than the protocol carries.
    NoMemory,  ///< The memory that key stretching needs could not be had.
};

} // namespace matinee::opaque
