// Our connect() in place of libc's: the executable's symbols come first when a shared library looks one up, so libavformat and whatever
// it pulls in call this one. Until the guard is armed it only passes on. The resolver inside libc does not come this way.
#include "net/address_guard.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

namespace matinee::net {

namespace {

using Connect = int (*)(int, const sockaddr *, socklen_t);

std::atomic<const AddressGuard *> g_guard{nullptr}; // set once, never freed
std::mutex g_refusedMutex;
std::string g_refused;

Connect realConnect()
{
    static const auto real = reinterpret_cast<Connect>(dlsym(RTLD_NEXT, "connect"));
    return real;
}

std::optional<Address> addressOf(const sockaddr *where, socklen_t size)
{
    char text[INET6_ADDRSTRLEN] = {};
    if (where->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
        sockaddr_in v4;
        std::memcpy(&v4, where, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    } else if (where->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
        sockaddr_in6 v6;
        std::memcpy(&v6, where, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
    return Address::parse(text);
}

bool isResolver(const sockaddr *where, socklen_t size)
{
    constexpr std::string_view kResolver = "/run/systemd/resolve/";
    if (where->sa_family != AF_UNIX || size <= offsetof(sockaddr_un, sun_path) + kResolver.size())
        return false;
    return std::memcmp(reinterpret_cast<const char *>(where) + offsetof(sockaddr_un, sun_path), kResolver.data(), kResolver.size()) == 0;
}

int refuse(std::string what)
{
    const std::lock_guard lock(g_refusedMutex);
    g_refused = std::move(what);
    errno = EACCES;
    return -1;
}

int guarded(const AddressGuard &guard, int descriptor, const sockaddr *where, socklen_t size)
{
    if (!where || size < sizeof(sa_family_t)) {
        errno = EINVAL;
        return -1;
    }
    if (where->sa_family == AF_UNIX)
        return isResolver(where, size) ? realConnect()(descriptor, where, size) : refuse("a local socket");
    const auto address = addressOf(where, size);
    if (!address)
        return refuse("an address of an unknown family");
    int type = 0;
    socklen_t typeSize = sizeof type;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &typeSize) != 0)
        return -1;
    if (type != SOCK_STREAM)
        return refuse(address->toString() + " by something else than TCP");
    if (const auto refusal = guard.check(*address))
        return refuse(address->toString() + ", " + std::string(describe(*refusal)));
    {
        const std::lock_guard lock(g_refusedMutex);
        g_refused.clear(); // a name with an inner and an outer address: the outer one goes on
    }
    return realConnect()(descriptor, where, size);
}

} // namespace

void armAddressGuard(AddressGuard guard)
{
    g_guard.store(new AddressGuard(std::move(guard)), std::memory_order_release);
}

std::string lastRefusedAddress()
{
    const std::lock_guard lock(g_refusedMutex);
    return g_refused;
}

} // namespace matinee::net

extern "C" __attribute__((visibility("default"))) int connect(int descriptor, const sockaddr *where, socklen_t size)
{
    const auto *const guard = matinee::net::g_guard.load(std::memory_order_acquire);
    return guard ? matinee::net::guarded(*guard, descriptor, where, size) : matinee::net::realConnect()(descriptor, where, size);
}
