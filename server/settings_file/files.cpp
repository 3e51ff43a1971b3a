#include "settings_file/files.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace matinee::settings_file {

namespace {

/// An open file, closed at the end of the block.
class Descriptor
{
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    [[nodiscard]] int get() const { return m_fd; }
    explicit operator bool() const { return m_fd >= 0; }

private:
    int m_fd;
};

std::string reason()
{
    return std::strerror(errno);
}

bool writeAll(int fd, std::string_view content)
{
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

Result<std::string> readFile(const std::string &path, std::size_t limit)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file && (errno == ENOENT || errno == ENOTDIR))
        return fail(ErrorCode::NotFound, "there is no such file");
    if (!file)
        return fail(ErrorCode::Unavailable, "cannot be read: " + reason());
    std::string content;
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(ErrorCode::Unavailable, "cannot be read: " + reason());
        if (got == 0)
            return content;
        content.append(buffer.data(), static_cast<std::size_t>(got));
        if (content.size() > limit)
            return fail(ErrorCode::PayloadTooLarge, "is larger than " + std::to_string(limit >> 10) + " KiB");
    }
}

Result<void> writeNewPrivateFile(const std::string &path, std::string_view content)
{
    const auto failure = [&](int error) {
        return fail(ErrorCode::Unavailable, "Cannot write " + path + ": " + std::strerror(error) +
                                                ". Make the folder writable for this user, or give another one with --data-dir.");
    };
    std::string temporary = path + ".XXXXXX"; // mkstemp makes it 0600
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file)
        return failure(errno);
    int error = 0;
    if (!writeAll(file.get(), content) || ::fsync(file.get()) != 0)
        error = errno;
    // link() gives the finished file its name unless somebody else was first. Where a file system has no links, rename after a look.
    if (error == 0 && ::link(temporary.c_str(), path.c_str()) != 0)
        error = errno;
    if (error == EPERM || error == EOPNOTSUPP || error == ENOSYS) {
        struct stat existing
        {
        };
        error = ::lstat(path.c_str(), &existing) == 0 ? EEXIST : ::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
    }
    ::unlink(temporary.c_str());
    if (error == EEXIST)
        return fail(ErrorCode::AlreadyExists, path + " is already there.");
    if (error != 0)
        return failure(error);
    const Descriptor folder(::open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0)
        return failure(errno);
    return {};
}

Result<void> prepareFolder(const std::string &path)
{
    const auto failure = [&](const std::string &why) {
        return fail(ErrorCode::Unavailable, "The data folder " + path + " cannot be used: " + why +
                                                ". Make it writable for this user, or give another one with --data-dir.");
    };
    std::error_code error;
    const bool fresh = std::filesystem::create_directories(path, error);
    if (error)
        return failure(error.message());
    if (fresh && ::chmod(path.c_str(), 0700) != 0)
        return failure(reason());
    if (!std::filesystem::is_directory(path, error))
        return failure("it is not a folder");
    if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0)
        return failure(reason());
    return {};
}

bool readableByOthers(const std::string &path)
{
    struct stat status
    {
    };
    return ::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0;
}

} // namespace matinee::settings_file
