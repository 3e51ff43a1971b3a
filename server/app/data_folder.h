// The data folder: made where it is missing, private to its owner, used by one server at a time.
#pragma once

#include "common/protocol/result.h"

#include <string>

namespace matinee::app {

/// Holds the folder for this process; gives it up when destroyed or when the process ends, however it ends.
class DataFolder
{
public:
    /// Fails with a sentence where the folder cannot be made or written, or where another server runs on it.
    [[nodiscard]] static Result<DataFolder> take(const std::string &path);
    DataFolder(DataFolder &&other) noexcept;
    DataFolder &operator=(DataFolder &&) = delete;
    ~DataFolder();

    [[nodiscard]] const std::string &path() const { return m_path; }
    [[nodiscard]] std::string file(const std::string &name) const { return m_path + "/" + name; }

private:
    DataFolder(std::string path, int lock) : m_path(std::move(path)), m_lock(lock) { }
    std::string m_path;
    int m_lock;
};

/// Writes a file whole or not at all, readable by its owner only.
[[nodiscard]] Result<void> writePrivateFile(const std::string &path, const std::string &content);

} // namespace matinee::app
