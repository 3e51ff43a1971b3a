#include "api/local_address.h"

#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace matinee::api {

Result<LocalAddress> LocalAddress::of(const std::string &path)
{
    LocalAddress address;
    address.m_address.sun_family = AF_UNIX;
    std::string shortPath = path;
    if (path.size() >= sizeof address.m_address.sun_path) {
        const auto slash = path.rfind('/');
        const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
        address.m_folder = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (address.m_folder < 0)
            return fail(ErrorCode::Unavailable, "The folder " + folder + " cannot be opened: " + std::strerror(errno) + ".");
        shortPath = "/proc/self/fd/" + std::to_string(address.m_folder) + "/" + path.substr(slash + 1);
        if (shortPath.size() >= sizeof address.m_address.sun_path)
            return fail(ErrorCode::InvalidArgument, "The file name of the socket " + path + " is too long.");
    }
    std::memcpy(address.m_address.sun_path, shortPath.c_str(), shortPath.size() + 1);
    return address;
}

LocalAddress::LocalAddress(LocalAddress &&other) noexcept : m_address(other.m_address), m_folder(std::exchange(other.m_folder, -1)) {}

LocalAddress::~LocalAddress()
{
    if (m_folder >= 0)
        ::close(m_folder);
}

} // namespace matinee::api
