// Bytes that never change, in memory that the kernel sends from without copying them: memfd_create(2) for the memory, sendfile(2) for the
// way out. Pages that are still on their way when the last owner goes stay until they have left. Shared by whoever serves them; any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>

namespace matinee::net {

class SealedFile
{
public:
    /// Below, a copy costs less than a file descriptor.
    static constexpr std::size_t kWorthwhile = 64 * 1024;

    /// Null where the system has no descriptor or memory for it, or a quarter of the process's descriptors are used so: keep the bytes otherwise.
    [[nodiscard]] static std::shared_ptr<const SealedFile> make(std::string_view bytes);
    ~SealedFile();
    SealedFile(const SealedFile &) = delete;
    SealedFile &operator=(const SealedFile &) = delete;

    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] int descriptor() const { return m_descriptor; }
    /// For who must touch the bytes (TLS). Mapped at the first call; empty where that is not possible.
    [[nodiscard]] std::string_view view() const;

private:
    SealedFile(int descriptor, std::size_t size) : m_descriptor(descriptor), m_size(size) {}

    const int m_descriptor;
    const std::size_t m_size;
    mutable std::once_flag m_mapOnce;
    mutable const char *m_mapped = nullptr; // set once, by m_mapOnce
};

using SealedFilePtr = std::shared_ptr<const SealedFile>;

} // namespace matinee::net
