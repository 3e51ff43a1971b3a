#include "store/sqlite_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace matinee::store {

namespace {

Error cannot(const std::string &path, int number)
{
    const std::string folder = std::filesystem::path(path).parent_path().string();
    const std::string where = folder.empty() ? "the current folder" : folder;
    switch (number) {
    case EACCES:
    case EPERM:
        return fail(ErrorCode::PermissionDenied,
                    "The database " + path +
                        " cannot be written by the user that runs this server. Give that user read and write access to the file and to " +
                        where + ".",
                    "database.url");
    case EROFS:
        return fail(ErrorCode::PermissionDenied,
                    "The database " + path + " is on a read-only file system. Name another file in database.url.", "database.url");
    case ENOENT:
    case ENOTDIR:
        return fail(ErrorCode::FailedPrecondition,
                    "The folder of the database, " + where + ", does not exist. Make it, or change database.url.", "database.url");
    case EISDIR:
        return fail(ErrorCode::FailedPrecondition, "database.url names a folder, " + path + "; it must name a file in it.", "database.url");
    case ENOSPC:
    case EDQUOT:
        return fail(ErrorCode::Unavailable, "There is no room on the disk for the database " + path + ".", "database.url");
    default:
        return fail(ErrorCode::Unavailable, "The database " + path + " cannot be opened: " + std::strerror(number) + ".", "database.url");
    }
}

} // namespace

bool sqliteFileExists(const std::string &path)
{
    struct stat info
    {
    };
    return ::stat(path.c_str(), &info) == 0;
}

Result<void> prepareSqliteFile(const std::string &path, bool create)
{
    // A file that exists is never opened here: closing it again would drop the POSIX locks that SQLite holds on it in this process,
    // and another process could then clear a log that is in use (sqlite.org/howtocorrupt.html, 2.2).
    struct stat info
    {
    };
    if (::stat(path.c_str(), &info) == 0) {
        if (S_ISDIR(info.st_mode))
            return cannot(path, EISDIR);
        if (::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
            return cannot(path, errno);
    } else if (errno != ENOENT) {
        return cannot(path, errno);
    } else if (!create) {
        return fail(ErrorCode::Unavailable, "The database " + path + " is gone.", "database.url");
    }
    // The log and its index (-wal, -shm) are made beside the file.
    const std::string folder = std::filesystem::path(path).parent_path().string();
    if (::faccessat(AT_FDCWD, folder.empty() ? "." : folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
        return cannot(path, errno);
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_CREAT | O_EXCL, 0600);
    if (file >= 0)
        ::close(file);
    else if (errno != EEXIST)
        return cannot(path, errno);
    return {};
}

} // namespace matinee::store
