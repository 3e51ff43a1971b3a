// The socket address of a path, also of one that is longer than the 107 bytes of sockaddr_un.
#pragma once

#include "common/protocol/result.h"

#include <memory>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>

namespace matinee::api {

class LocalAddress
{
public:
    /// Holds the folder open where the path is too long, and reaches it through /proc/self/fd.
    [[nodiscard]] static Result<LocalAddress> of(const std::string &path);
    ~LocalAddress();
    LocalAddress(LocalAddress &&other) noexcept;
    LocalAddress &operator=(LocalAddress &&) = delete;

    [[nodiscard]] const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&m_address); }
    [[nodiscard]] socklen_t size() const { return sizeof m_address; }
    [[nodiscard]] const char *path() const { return m_address.sun_path; }

private:
    LocalAddress() = default;
    sockaddr_un m_address{};
    int m_folder = -1;
};

} // namespace matinee::api
