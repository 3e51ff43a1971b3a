#include "net/sealed_file.h"

#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace matinee::net {

namespace {

std::atomic<std::size_t> alive{0};

/// Connections need descriptors too.
std::size_t mostAlive()
{
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<std::size_t>(limit.rlim_cur) / 4 : 256;
}

bool writeWhole(int descriptor, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

} // namespace

std::shared_ptr<const SealedFile> SealedFile::make(std::string_view bytes)
{
    if (alive.load(std::memory_order_relaxed) >= mostAlive())
        return nullptr;
    const int descriptor = ::memfd_create("matinee", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0)
        return nullptr;
    ++alive;
    std::shared_ptr<SealedFile> file(new SealedFile(descriptor, bytes.size()));
    constexpr int kForEver = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (!writeWhole(descriptor, bytes) || ::fcntl(descriptor, F_ADD_SEALS, kForEver) != 0)
        return nullptr;
    return file;
}

SealedFile::~SealedFile()
{
    if (m_mapped)
        ::munmap(const_cast<char *>(m_mapped), m_size);
    ::close(m_descriptor);
    --alive;
}

std::string_view SealedFile::view() const
{
    std::call_once(m_mapOnce, [this] {
        void *const mapped = m_size > 0 ? ::mmap(nullptr, m_size, PROT_READ, MAP_SHARED, m_descriptor, 0) : MAP_FAILED;
        if (mapped != MAP_FAILED)
            m_mapped = static_cast<const char *>(mapped);
    });
    return m_mapped ? std::string_view(m_mapped, m_size) : std::string_view();
}

} // namespace matinee::net
