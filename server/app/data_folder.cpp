#include "app/data_folder.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace matinee::app {

namespace {

std::string reason() { return std::strerror(errno); }

} // namespace

Result<DataFolder> DataFolder::take(const std::string &path)
{
    std::error_code failure;
    const bool fresh = std::filesystem::create_directories(path, failure);
    if (failure)
        return fail(ErrorCode::Unavailable, "The data folder " + path + " cannot be made: " + failure.message() + ". Give another one with --data-dir.");
    if (fresh)
        ::chmod(path.c_str(), 0700);
    const auto lockPath = path + "/matinee.lock";
    const int lock = ::open(lockPath.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return fail(ErrorCode::Unavailable,
                    "The data folder " + path + " cannot be written: " + reason() + ". Make it writable for this user, or give another one with --data-dir.");
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock);
        return fail(ErrorCode::Unavailable, "Another matinee is running on the data folder " + path + ". Stop it first, or give this one a folder of its own with --data-dir.");
    }
    return DataFolder(path, lock);
}

DataFolder::DataFolder(DataFolder &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_lock(std::exchange(other.m_lock, -1))
{
}

DataFolder::~DataFolder()
{
    if (m_lock >= 0)
        ::close(m_lock);
}

Result<void> writePrivateFile(const std::string &path, const std::string &content)
{
    const auto temporary = path + ".new";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool whole = file >= 0;
    for (std::size_t done = 0; whole && done < content.size();) {
        const auto written = ::write(file, content.data() + done, content.size() - done);
        whole = written > 0;
        if (whole)
            done += static_cast<std::size_t>(written);
    }
    whole = whole && ::fsync(file) == 0;
    if (file >= 0)
        ::close(file);
    if (!whole || ::rename(temporary.c_str(), path.c_str()) != 0) {
        const auto why = reason();
        ::unlink(temporary.c_str());
        return fail(ErrorCode::Unavailable, "Cannot write " + path + ": " + why + ".");
    }
    return {};
}

} // namespace matinee::app
